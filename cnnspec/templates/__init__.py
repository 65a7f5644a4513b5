"""First specs to start from: a commented file each, which is right as it is."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cnnspec.diagnostics import Report, did_you_mean
from cnnspec.dump import value_text
from cnnspec.source import Source, parse_bytes

TEMPLATES = {
    "classifier": "which of some kinds of things an image shows",
    "multi-output": "two answers from one network, each with its loss",
    "transfer": "a trained network with a new head, tuned in two phases",
    "unet": "a class for every pixel of an image",
    "siamese": "whether two images show the same thing",
}
"""What each of them is for."""


class NoSuchParameter(ValueError):
    """A template has no such parameter."""


def template(name: str) -> str:
    """The text of a template."""
    file = f"{name.replace('-', '_')}.yaml"
    return (files(__name__) / file).read_text("utf-8")


def filled(text: str, name: str | None, params: Mapping[str, Any]) -> str:
    """A template with another name and other values of its parameters.

    Raises:
        NoSuchParameter: it has no parameter of a name.

    """
    source = parse_bytes(text.encode(), "<template>", Path(), Report())
    assert source is not None
    known = source.tree.value["params"]
    for key in params:
        if key not in known:
            hint = did_you_mean(key, known) or f"it has {', '.join(known)}"
            raise NoSuchParameter(f"the template has no parameter '{key}'; {hint}")
    values: list[tuple[tuple[str, ...], Any]] = [(("params", key), params[key]) for key in params]
    if name is not None:
        values.append((("name",), name))
    places = [(_place(source, path), value_text([value])[1:-1]) for path, value in values]
    for (start, end), value in sorted(places, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def _place(source: Source, path: tuple[str, ...]) -> tuple[int, int]:
    """Where in the text a value starts and ends."""
    node = source.tree
    for part in path:
        assert isinstance(node.children, dict)
        node = node.children[part][1]
    return node.start.index, node.end.index
