"""The pipelines on Kubeflow: compiler, image and manifests."""
