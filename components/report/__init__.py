"""The report of a run: reads its artifacts as facts, and writes one HTML file."""
