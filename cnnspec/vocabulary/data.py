"""Entries as plain data, for JSON."""

from typing import Any

from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.vocabulary.entries import Entry


def entry_data(entry: Entry) -> dict[str, Any]:
    """Return all that is known of a meaning; what it does not have is left out."""
    data = {
        "name": entry.name,
        "group": entry.group,
        "summary": entry.summary,
        "also": list(entry.also),
        "place": entry.place,
        "takes": entry.takes,
        "facts": list(entry.facts),
        entry.title.lower(): [argument_data(each) for each in entry.arguments],
        "becomes": dict(entry.renames),
        "uses": [
            {
                "kinds": list(use.kinds),
                **argument_data(use.argument, has_default=not use.varies),
            }
            for use in entry.uses
        ],
        "example": entry.example.text if entry.example else "",
        "files": dict(entry.example.files) if entry.example else {},
    }
    given: dict[str, Any] = {key: value for key, value in data.items() if value not in ("", [], {})}
    if entry.takes:
        given["required"] = entry.is_required
    if entry.default is not NO_DEFAULT:
        given["default"] = entry.default
    return given


def argument_data(argument: Argument, *, has_default: bool = True) -> dict[str, Any]:
    """Return an argument or key."""
    data = {
        "name": argument.name,
        "takes": argument.takes,
        "required": argument.required,
        "default": argument.default,
        "says": argument.says,
    }
    if argument.required or argument.default is NO_DEFAULT or not has_default:
        del data["default"]
    return data
