"""Declarations: kinds with typed arguments, and their descriptions."""
