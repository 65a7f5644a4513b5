"""Plain scalars of the YAML 1.2 core schema."""

import re

MAX_DIGITS = 30

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
# The other patterns are compiled on first use, because most specs do not need them.
_OTHER_BASE = r"0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
_SPECIAL_FLOAT = r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"


def plain_scalar(text: str) -> str | int | float | bool | None:
    """Resolve a plain scalar by the YAML 1.2 core schema.

    Raises:
        OverflowError: it is a number beyond the limits of a spec.

    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    return number(text) if text[0].isdigit() or text[0] in "+-." else text


def number(text: str) -> str | int | float:
    """Parse a number of the core schema; other text is returned unchanged.

    Raises:
        OverflowError: the number is beyond the limits of a spec.

    """
    if len(text.lstrip("+-")) > MAX_DIGITS and (
        _INT.fullmatch(text) or re.fullmatch(_OTHER_BASE, text)
    ):
        raise OverflowError(f"a number of more than {MAX_DIGITS} digits")
    if _INT.fullmatch(text):
        return int(text)
    if re.fullmatch(_FLOAT, text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise OverflowError(f"'{text[:MAX_DIGITS]}' is too large for a number")
        return value
    if re.fullmatch(_SPECIAL_FLOAT, text):
        return float(text.replace(".", ""))
    if re.fullmatch(_OTHER_BASE, text):
        return int(text, 0)
    return text
