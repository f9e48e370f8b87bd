"""The infra gate: loads the model in a model server and queries it before it is pushed."""
