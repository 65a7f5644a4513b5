"""A Document to canonical YAML: sections as blocks, calls on one line where they fit."""

import re
from typing import Any

import yaml

from cnnspec.document import Document
from cnnspec.source import plain_scalar

WIDTH = 100

_SECTIONS_WITH_GAPS = frozenset(
    ("defaults", "inputs", "layers", "outputs", "blocks", "submodels", "train")
)


class _Dumper(yaml.SafeDumper):
    """Writes what the YAML 1.2 core schema reads back as the same values."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """The tag that a plain scalar gets when it is read again."""
        if kind is not yaml.ScalarNode or not implicit[0]:
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        return _tag(_read_again(value))

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Flow(dict):  # type: ignore[type-arg]
    """A mapping that is written on one line."""


class _FlowList(list):  # type: ignore[type-arg]
    """A list that is written on one line."""


_TAGS = {
    sort: f"tag:yaml.org,2002:{name}"
    for sort, name in (
        (str, "str"),
        (int, "int"),
        (float, "float"),
        (bool, "bool"),
        (type(None), "null"),
    )
}


def _tag(value: object) -> str:
    return next(tag for sort, tag in _TAGS.items() if type(value) is sort)


def _read_again(value: str) -> object:
    try:
        return plain_scalar(value)
    except OverflowError:
        return None


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """Text with characters that YAML takes for line breaks is written with escapes."""
    style = '"' if re.search("[\x85\u2028\u2029\ufeff]", value) else None
    return dumper.represent_scalar(_TAGS[str], value, style=style)


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    special = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
    return dumper.represent_scalar(_TAGS[float], special.get(repr(value), repr(value)))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
_Dumper.add_representer(
    _Flow,
    lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True),
)
_Dumper.add_representer(
    _FlowList,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)


def dumps(document: Document) -> str:
    """The text of a document; read again, it is the same document."""
    return dump_data(document.to_data())


def call_text(kind: str, arguments: dict[str, Any]) -> str:
    """A call on one line, as a step of a spec writes it."""
    return f"{kind}: {value_text(arguments)}" if arguments else kind


def value_text(value: Any) -> str:
    """A value on one line, as a spec writes it."""
    written = yaml.dump(
        [_flow(value)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
    )
    return written.removeprefix("- ").rstrip("\n")


def dump_data(data: dict[str, Any]) -> str:
    """The text of a document's plain data."""
    parts = []
    for key, value in data.items():
        written = yaml.dump(
            {key: _styled(value)},
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=10_000,
        )
        parts.append(f"\n{written}" if key in _SECTIONS_WITH_GAPS else written)
    return "".join(parts)


def _styled(value: Any) -> Any:
    """The same value, what fits on a line marked to be written on one."""
    if isinstance(value, dict):
        inner = {key: _on_one_line(item) for key, item in value.items()}
        return {
            key: item if item is not None else _styled(value[key]) for key, item in inner.items()
        }
    if isinstance(value, list):
        if all(not isinstance(item, dict | list) for item in value):
            return _FlowList(value)
        return [_styled(item) for item in value]
    return value


def _on_one_line(value: Any) -> Any:
    """The value in flow style, or None where it does not fit on a line."""
    if not isinstance(value, dict | list):
        return None
    if any(key in ("layers", "branches", "spec") for key in value) or _has_steps(value):
        return None
    flow = _flow(value)
    return flow if _width(value) <= WIDTH else None


def _width(value: Any) -> int:
    """About how many columns a value takes on one line."""
    if isinstance(value, dict):
        return 2 + sum(len(str(key)) + 4 + _width(item) for key, item in value.items())
    if isinstance(value, list):
        return 2 + sum(2 + _width(item) for item in value)
    return len(str(value))


def _has_steps(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        return _Flow({key: _flow(item) for key, item in value.items()})
    if isinstance(value, list):
        return _FlowList(_flow(item) for item in value)
    return value
