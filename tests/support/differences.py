"""Differences in forms that tests compare."""

import json
from typing import Any

from cnnspec.diff.compare import compare
from cnnspec.diff.text import as_text
from cnnspec.ir.checked import CheckedGraph


def lines_between(old: CheckedGraph, new: CheckedGraph) -> list[str]:
    """The lines of a difference without its title and totals."""
    text = as_text(compare(old, new))
    return [] if text.startswith("the same") else text.split("\n\n")[0].splitlines()[1:]


def turned(data: Any) -> Any:
    """The data of the reversed difference, sorted."""
    other = {"old": "new", "new": "old", "added": "removed", "removed": "added"}
    if isinstance(data, dict):
        if "old" in data:  # of a pair, the kind is that of the new layer
            data = {key: value for key, value in data.items() if key != "kind"}
        return {other.get(key, key): turned(value) for key, value in data.items()}
    if isinstance(data, list):
        return sorted(map(turned, data), key=lambda entry: json.dumps(entry, sort_keys=True))
    return data
