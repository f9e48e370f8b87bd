"""The report of a run: sections, each with the facts that it shows, and the document that joins them."""
