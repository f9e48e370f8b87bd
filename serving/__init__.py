"""Query client, local model server and deployment of TensorFlow Serving; imports none of the other packages."""
