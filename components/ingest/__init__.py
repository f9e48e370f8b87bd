"""Ingest: three CSVs in, typed and checked Parquet tables out, bad rows set aside with line and reason."""
