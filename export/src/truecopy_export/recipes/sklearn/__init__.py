"""Fitted scikit-learn objects: what they do to a row of a table, and what undoes a scaled target."""
