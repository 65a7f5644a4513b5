"""Draws a CheckedGraph as a diagram, with folding and in several formats."""
