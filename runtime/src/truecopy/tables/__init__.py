"""Rows of named columns to features. NumPy only."""
