"""The paper's experiments, each one command: what it computes, its results, its figure."""
