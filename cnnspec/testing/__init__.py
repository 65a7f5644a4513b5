"""Specs as tests of pytest."""
