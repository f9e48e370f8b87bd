"""What a feature is: raw columns, schemas, the SQL of the state, and the preprocessing functions."""
