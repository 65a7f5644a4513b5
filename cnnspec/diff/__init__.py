"""Two CheckedGraphs to what is different between them, as text, as data and as a figure."""

from cnnspec.diff.changes import Difference
from cnnspec.diff.compare import compare

__all__ = ["Difference", "compare"]
