"""Cost (Fig. 1): parameters, multiply-accumulates, memory and time, counted and measured here."""
