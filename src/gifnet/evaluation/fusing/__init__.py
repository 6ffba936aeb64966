"""Fusing scenes with methods: what methods there are, and running them."""
