"""The losses of the alternating training: public, private, and the information weights."""
