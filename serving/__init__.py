"""Query client, local model server and deployment of TensorFlow Serving; imports nothing of ours."""
