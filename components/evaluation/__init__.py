"""How the model is judged: metrics at 12 in TFMA, slices, and the model gate."""
