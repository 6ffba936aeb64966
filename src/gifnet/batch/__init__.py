"""Long work in pieces: worker processes of which any may die, and notes that survive a kill."""
