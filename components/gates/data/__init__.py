"""The data gate: stops the run before training if the data are not what the schemas say."""
