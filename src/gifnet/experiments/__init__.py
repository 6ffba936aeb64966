"""The paper's experiments, each as one command: a result file and a picture."""
