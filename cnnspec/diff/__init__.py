"""Compares two CheckedGraphs; the difference becomes text, data or a figure."""
