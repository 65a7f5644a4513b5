"""Imports networks of packages from the package index, builds them again, and compares the outputs.

It runs in an environment of its own, which `make conformance-others` makes.
"""
