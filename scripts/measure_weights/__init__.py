"""Honest figures of a file of weights: pictures with known truth, development sets, the bar.

``scripts/evaluate_weights.py`` runs it, ``scripts/write_model_card.py`` writes what came of it.
"""
