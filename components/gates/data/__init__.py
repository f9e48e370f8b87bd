"""The data gate: stops the run before training if the data violate the schemas."""
