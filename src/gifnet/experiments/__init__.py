"""The paper's experiments, each as one command."""
