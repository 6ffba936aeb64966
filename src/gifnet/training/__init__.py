"""The alternating training of the two tasks: configuration, step, run."""
