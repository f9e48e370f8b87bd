"""The local model server: a gRPC front in an event loop, and one process per loaded version."""
