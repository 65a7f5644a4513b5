"""Formats code as lines of at most 88 characters, like `ruff format`."""

from dataclasses import dataclass

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Call:
    """A call; `function` may itself be a call, as in `layers.Dense(10)(x)`."""

    function: "Code"
    arguments: "tuple[Code, ...]" = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or dictionary."""

    opening: str
    items: "tuple[Code, ...]"
    closing: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value after its label: `name=` or `"key": `."""

    label: str
    value: "Code"


Code = str | Call | Items | Labelled
"""An expression; text is never broken."""


def flat(code: Code) -> str:
    """Format an expression on one line."""
    match code:
        case Call(function, arguments):
            return f"{flat(function)}({_joined(arguments)})"
        case Items(opening, items, closing):
            comma = "," if opening == "(" and len(items) == 1 else ""
            return f"{opening}{_joined(items)}{comma}{closing}"
        case Labelled(label, value):
            return label + flat(value)
    return code


def lines(code: Code, indent: str, before: str = "", after: str = "") -> list[str]:
    """Format an expression as lines, with the text before and after it in its statement."""
    whole = f"{indent}{before}{flat(code)}{after}"
    if len(whole) <= WIDTH:
        return [whole]
    match code:
        case Labelled(label, value):
            return lines(value, indent, before + label, after)
        case Items(opening, items, closing) if items:
            inner = [line for item in items for line in lines(item, indent + INDENT, after=",")]
            return [f"{indent}{before}{opening}", *inner, f"{indent}{closing}{after}"]
        case Call(Call() as function, arguments):
            return _chained(function, arguments, indent, before, after)
        case Call(function, arguments) if arguments:
            return _arguments(arguments, indent, f"{before}{flat(function)}", after)
    return [whole]


def _chained(
    function: Call, arguments: tuple[Code, ...], indent: str, before: str, after: str
) -> list[str]:
    """Format a call of the result of a call: its own arguments are broken first if possible."""
    head = f"{before}{flat(function)}"
    if len(f"{indent}{head}(") <= WIDTH or not function.arguments:
        return _arguments(arguments, indent, head, after)
    *first, last = _arguments(function.arguments, indent, f"{before}{flat(function.function)}", "")
    closing = last.removeprefix(indent)
    rest = f"{closing}({_joined(arguments)}){after}"
    if len(indent + rest) <= WIDTH:
        return [*first, indent + rest]
    return [*first, *_arguments(arguments, indent, closing, after)]


def _arguments(arguments: tuple[Code, ...], indent: str, before: str, after: str) -> list[str]:
    """Format arguments below the line of their function: on one line, or one per line."""
    deeper = indent + INDENT
    inner = [deeper + _joined(arguments)]
    if len(inner[0]) > WIDTH:
        comma = "," if len(arguments) > 1 else ""
        inner = [line for each in arguments for line in lines(each, deeper, after=comma)]
    return [f"{indent}{before}(", *inner, f"{indent}){after}"]


def _joined(codes: tuple[Code, ...]) -> str:
    return ", ".join(map(flat, codes))
