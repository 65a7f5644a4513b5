"""Warnings: what can be built and trained, and is hardly ever meant."""
