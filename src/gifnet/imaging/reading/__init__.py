"""Readers of picture files, one file a library or format."""
