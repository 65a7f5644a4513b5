"""Models as lists of steps, of which each names what it reads."""

import random
import re
from typing import Any

import cnnspec
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document

Step = tuple[str, dict[str, Any]]
"""The kind and the arguments of a step, with `name` and `from`."""
HEAD: dict[str, Any] = {"cnnspec": 1, "name": "tiny"}


def step(kind: str, name: str, sources: str | list[str], **arguments: Any) -> Step:
    return kind, {"name": name, "from": sources, **arguments}


def conv(name: str, source: str, filters: int = 4, size: int = 1) -> Step:
    return step("Conv2D", name, source, filters=filters, kernel_size=size, padding="same")


def compiled_steps(steps: list[Step], **sections: Any) -> CheckedGraph:
    """Compile steps that start from the inputs `x` and `y`, or from those in `sections`."""
    data: dict[str, Any] = {**HEAD, "inputs": {"x": [8, 8, 4], "y": [8, 8, 4]}, **sections}
    data["layers"] = [{kind: arguments} for kind, arguments in steps]
    return cnnspec.Spec.of(Document.model_validate(data)).compile()


def written_anew(steps: list[Step], rng: random.Random) -> list[Step]:
    """The steps in another order in which each stands below those it reads."""
    names = {arguments["name"] for _, arguments in steps}
    waiting, written, order = list(steps[:-1]), set(), []
    while waiting:
        ready = [
            each
            for each in waiting
            if {*re.findall(r"\w+", f"{each[1]['from']} {each[1].get('layer')}")} & names <= written
        ]
        order.append(rng.choice(ready))
        written.add(order[-1][1]["name"])
        waiting.remove(order[-1])
    return [*order, steps[-1]]
