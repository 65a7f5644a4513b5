"""Measures what README.md quotes, as ratios between whole commands in one run."""
