"""An evaluation as text: tables, LaTeX, the overview, the paper's figures beside it."""
