"""Definitions of the features: raw columns, schemas, the SQL of the state, the preprocessing function; and photos."""
