"""Mistakes of first specs, each with its one error and how it is mended."""
