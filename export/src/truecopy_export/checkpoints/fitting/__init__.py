"""Weights into an architecture, or why they do not fit and what to type."""
