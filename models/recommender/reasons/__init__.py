"""Reasons for recommended articles: what the data say, and what the score of the article depends on."""
