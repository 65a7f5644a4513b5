"""Summarizes a checked graph as a table or as plain data."""
