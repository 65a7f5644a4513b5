"""Explanations of codes: a text file per code, with a failing and a passing example."""
