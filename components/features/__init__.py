"""States, interactions and judged examples from the ingested tables."""
