"""Layers that take another layer."""
