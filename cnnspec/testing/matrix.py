"""The values of parameters that tests try."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.problems import shown
from cnnspec.diagnostics.report import Report
from cnnspec.syntax.reading import parse_bytes, read

Matrix = Mapping[str, Sequence[Any]]
"""The values to try, by parameter."""


class BadMatrix(ValueError):
    """The matrix is not a mapping of parameters to lists of values."""


def parsed(lines: Sequence[str]) -> Matrix:
    """Parse a matrix, with a parameter on each line: `width: [16, 32]`.

    Raises:
        BadMatrix: a line is not of this form.

    """
    found: dict[str, Sequence[Any]] = {}
    for line in lines:
        report = Report()
        source = parse_bytes(line.encode(), "cnnspec_matrix", Path(), report)
        value = source.tree.value if source is not None else None
        if not isinstance(value, dict):
            raise BadMatrix(f"'{line}' is not of the form `width: [16, 32]`")
        for name, values in value.items():
            if not isinstance(values, list) or not values:
                raise BadMatrix(f"'{name}' must be a list of values to try, not {shown(values)}")
            if name in found:
                raise BadMatrix(f"'{name}' is listed twice")
            found[name] = values
    return found


def cases(matrix: Matrix, spec: Path) -> Iterator[dict[str, Any]]:
    """Yield each combination of values for the parameters that a spec has; a single empty one if none."""
    names = [name for name in matrix if name in _parameters(spec)] if matrix else []
    for values in product(*(matrix[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def _parameters(spec: Path) -> Mapping[str, Any]:
    """Return the parameters of a spec; none if it cannot be read, which its test reports."""
    try:
        source = read(spec, Report())
    except OSError:
        return {}
    document = source.tree.value if source is not None else None
    found = document.get("params") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def name_of(values: Mapping[str, Any]) -> str:
    """Return the name of a combination, such as `[width:16-depth:2]`, which `-k` can select."""
    if not values:
        return ""
    listed = "-".join(f"{name}:{_text(value)}" for name, value in values.items())
    return f"[{listed}]"


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else shown(value).replace(" ", "")
    return ascii(text)[1:-1]
