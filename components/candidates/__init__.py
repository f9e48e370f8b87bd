"""Candidate lists with labels for the ranking trainer."""
