"""How messages speak of the results of an operation."""

from collections.abc import Iterable

from cnnspec.ir.graph import Node

MAX_LISTED = 8
"""The most tensors that a message lists."""


def listed(tensors: Iterable[object]) -> str:
    """List tensors; of many, the first ones and the last one."""
    names = [str(each) for each in tensors]
    if len(names) > MAX_LISTED:
        names[MAX_LISTED - 2 : -1] = ["..."]
    return ", ".join(names)


def results_of(node: Node, name: str) -> str | None:
    """Return what the results of an operation are called where its step has a name."""
    if not node.is_operation:
        return None
    results = [f"{name}/{ref.output}" for ref in node.value]
    several = f"its results are {listed(results)}"
    return several if len(results) > 1 else f"write '{name}', its result"
