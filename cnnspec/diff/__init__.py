"""Compares two CheckedGraphs; the difference becomes text, data or a figure."""

from cnnspec.diff.changes import Difference
from cnnspec.diff.compare import compare

__all__ = ["Difference", "compare"]
