"""Looks into the judged model: beyond accuracy, importance of the features, cases of customers, a map of articles."""
