"""How messages speak of the results of an operation."""

from cnnspec.ir.graph import Node, Ref

MAX_LISTED = 8
"""The most tensors that a message lists."""


def listed(refs: tuple[Ref, ...]) -> str:
    """List tensors; of many, the first ones and the last one."""
    names = [str(ref) for ref in refs]
    if len(names) > MAX_LISTED:
        names[MAX_LISTED - 2 : -1] = ["..."]
    return ", ".join(names)


def results_of(node: Node, name: str) -> str | None:
    """Return what the results of an operation are called where its step has a name."""
    if not node.is_operation:
        return None
    refs = node.value
    return f"its results are {listed(refs)}" if len(refs) > 1 else f"write '{name}', its result"
