"""Converts graphs back to documents."""
