"""Classifiers trained on enhanced pictures, tested on pictures as they are (Sec. 4.6, Table 3)."""
