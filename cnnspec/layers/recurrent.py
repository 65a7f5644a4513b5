"""Recurrent layers, over sequences and over images in time."""
