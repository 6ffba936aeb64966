"""Weights that come with the package, by name; see MODEL_CARD.md beside this file."""
