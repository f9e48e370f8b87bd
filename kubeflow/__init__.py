"""The pipeline on Kubeflow: compiler, image, manifests."""
