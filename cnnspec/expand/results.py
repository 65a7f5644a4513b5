"""How messages speak of the results of an operation."""

from collections.abc import Iterable, Mapping

from cnnspec.diagnostics.problems import Failure
from cnnspec.ir.graph import Node, Ref

MAX_LISTED = 8
"""The most tensors that a message lists."""


def listed(tensors: Iterable[object]) -> str:
    """List tensors; of many, the first ones and the last one."""
    names = [str(each) for each in tensors]
    if len(names) > MAX_LISTED:
        names[MAX_LISTED - 2 : -1] = ["..."]
    return ", ".join(names)


def results_meant(
    word: str, value: tuple[Ref, ...] | Failure | None, nodes: Mapping[str, Node]
) -> str | None:
    """Return what the results of a step are called, if a word is that of another one of them.

    `value` is what the name before its slash refers to.
    """
    name, slash, _ = word.partition("/")
    if slash and name == "previous" and value is None:
        return "write the name of the step instead of 'previous'"
    node = nodes.get(value[0].node) if value and not isinstance(value, Failure) else None
    return _results(node, name) if slash and node and value == node.value else None


def _results(node: Node, name: str) -> str | None:
    if not node.is_operation:
        return None
    results = [f"{name}/{ref.output}" for ref in node.value]
    several = f"its results are {listed(results)}"
    return several if len(results) > 1 else f"write '{name}', its result"
