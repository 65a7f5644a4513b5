"""Layers that prepare data: scaling, lookups, encodings."""
