"""Text and ids to what a graph of sequences takes. NumPy only."""
