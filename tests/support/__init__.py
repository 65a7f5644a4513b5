"""Helpers that several test files share, one module for each purpose."""
