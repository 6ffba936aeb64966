"""Training data: aligned pairs in folders, and focus pairs made from their visible pictures."""
