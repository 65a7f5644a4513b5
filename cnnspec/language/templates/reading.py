"""Templates for new specs. Each is a valid spec with explanatory comments."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.language.dump import value_text
from cnnspec.language.published import MODELINE
from cnnspec.syntax.reading import parse_bytes
from cnnspec.syntax.source import Source

TEMPLATES = {
    "classifier": "image classification",
    "multi-output": "two outputs, each with its own loss",
    "transfer": "a pretrained network with a new head, fine-tuned in two phases",
    "unet": "image segmentation: a class for every pixel",
    "siamese": "whether two images show the same thing",
}
"""The templates, with the purpose of each."""


class NoSuchParameter(ValueError):
    """The template does not have a parameter with this name."""


def template(name: str) -> str:
    """Return the text of a template, which names its schema for editors."""
    file = f"{name.replace('-', '_')}.yaml"
    return MODELINE + (files(__package__) / file).read_text("utf-8")


def filled(text: str, name: str | None, params: Mapping[str, Any]) -> str:
    """Set the name and the parameters of a template.

    Raises:
        NoSuchParameter: the template does not have one of the parameters.

    """
    source = _source(text)
    known = parameters_of(text)
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


def parameters_of(text: str) -> dict[str, Any]:
    """Return the parameters of a template, with their values."""
    return dict(_source(text).tree.value["params"])


def _source(text: str) -> Source:
    source = parse_bytes(text.encode(), "<template>", Path(), Report())
    assert source is not None
    return source


def _place(source: Source, path: tuple[str, ...]) -> tuple[int, int]:
    """Return the start and end index of a value in the text."""
    node = source.tree
    for part in path:
        assert isinstance(node.children, dict)
        node = node.children[part][1]
    return node.start.index, node.end.index
