"""The canonical layout of a spec's text: another look, the same meaning, every comment kept.

Whether a value stands on one line follows from what it is and how wide, never from how it was
written; comments and blank lines are the writer's own.
"""

from cnnspec.formatting.reading import read
from cnnspec.formatting.writing import written
from cnnspec.source import YamlProblem, parse_text


class ChangedMeaning(RuntimeError):
    """The text would have meant something else afterwards; that is a bug of cnnspec."""


def formatted(text: str) -> str:
    """Lay out the text of a spec.

    Raises:
        cnnspec.source.YamlProblem: the text is no document that a spec may be.
        ChangedMeaning: the layout would have changed what the text says.

    """
    said = _comparable(parse_text(text).value)
    laid_out = written(read(text))
    try:
        same = _comparable(parse_text(laid_out).value) == said
    except YamlProblem:
        same = False
    if not same:
        raise ChangedMeaning("the text cannot be laid out without changing what it says")
    return laid_out.replace("\n", "\r\n") if "\r\n" in text else laid_out


def _comparable(value: object) -> object:
    """A value that is equal to another one's if both say the same, in whichever order of keys."""
    if isinstance(value, dict):
        return {repr(key): _comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return repr(value)
