"""Parses YAML text to a tree of plain values with their locations."""
