"""Formats the text of a spec without changing its meaning or its comments.

Whether a value is written on one line depends on its content and width, never on how it was
written. Comments and blank lines are kept.
"""

from cnnspec.language.formatting.reading import read
from cnnspec.language.formatting.writing import written
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.yaml_problems import YamlProblem


class ChangedMeaning(RuntimeError):
    """Formatting would change the meaning of the text, which is a bug of cnnspec."""


def formatted(text: str) -> str:
    """Format the text of a spec.

    Raises:
        cnnspec.syntax.reading.YamlProblem: the text is not a valid document.
        ChangedMeaning: formatting would change the meaning of the text.

    """
    meaning = _comparable(parse_text(text).value)
    laid_out = written(read(text))
    try:
        same = _comparable(parse_text(laid_out).value) == meaning
    except YamlProblem:
        same = False
    if not same:
        raise ChangedMeaning("the text cannot be formatted without changing its meaning")
    return laid_out.replace("\n", "\r\n") if "\r\n" in text else laid_out


def _comparable(value: object) -> object:
    """Return a value that is equal for equal meanings, regardless of the order of keys."""
    if isinstance(value, dict):
        return {repr(key): _comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return repr(value)
