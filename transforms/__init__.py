"""Definitions of the features: raw columns, schemas, the SQL of the state, and the preprocessing function."""
