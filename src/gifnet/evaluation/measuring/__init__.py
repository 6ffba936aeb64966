"""Measuring pictures with metrics: what applies, worker processes, the cache."""
