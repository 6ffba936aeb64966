"""An evaluation to look at: plots, best and worst pictures, the HTML page."""
