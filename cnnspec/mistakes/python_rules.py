"""Python in a spec: tuples, calls, and the words for nothing and for truth values."""

import re
from collections.abc import Iterator

from cnnspec.mistakes.kind_rules import blocks_of
from cnnspec.mistakes.python_calls import arguments_in_yaml, call_in_yaml, declared, value_in_yaml
from cnnspec.mistakes.written import Entry, Mistake, Range, Written
from cnnspec.records import replace

_OPENING = re.compile(r"(?<=[:\[,{(\s-])(?<!\w\s)(\((?=[^\n]*[,)]))")
_CALL = re.compile(r"(?a)(?<![\w.$)])(?:[\w.]+ *= *)?([A-Za-z_][\w.]*) ?\(")
_NOTHING = ("None", "none", "nil", "NONE", "Nil", "undefined", "NaN")
_TRUTH = {"yes": "true", "Yes": "true", "on": "true", "On": "true", "YES": "true"} | {
    "no": "false", "No": "false", "off": "false", "Off": "false", "NO": "false"
}  # fmt: skip


def closing(text: str, opening: int) -> int | None:
    """Return where the parenthesis that is opened at an offset is closed, on the same line."""
    depth, quote = 0, ""
    for at in range(opening, len(text)):
        letter = text[at]
        if letter in "\r\n":
            return None
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth == 0:
                return at + 1 if letter == ")" else None
    return None


def tuples(written: Written) -> Iterator[Mistake]:
    """Propose a list for every tuple, `(3, 3)`."""
    end = 0
    for found in _OPENING.finditer(written.text):
        start = found.start(1)
        if start < end or (stop := closing(written.text, start)) is None:
            continue
        value = value_in_yaml(written.text[start:stop])
        if value is None or not value.startswith("["):
            continue
        end = stop
        new = "[" + written.text[start + 1 : stop - 1].rstrip(", ") + "]"
        if "(" in new or "'" in new or '"' in new:
            new = value
        message = "a tuple is written as a list, in brackets"
        place = start, stop
        line = written.line_start(start)
        is_long = value.count(",") > 1 and "{" in written.text[line:start]
        region = (line, stop) if is_long else place
        yield Mistake("wrong-type", message, place, ((*place, new),), region, is_outline=True)


def calls(written: Written) -> Iterator[Mistake]:
    """Propose `Conv2D: {filters: 32}` for `Conv2D(32)`, in steps and wherever calls stand."""
    for entry in written.entries:
        yield from _call_at(written, entry)


def _call_at(written: Written, entry: Entry) -> Iterator[Mistake]:
    """Propose calls for a text, which YAML ends at a comma if it stands in brackets."""
    heads = [(entry.node, entry.path)] if isinstance(entry.value, str) else []
    if entry.key is not None and isinstance(entry.key.value, str) and "(" in entry.key.value:
        heads.append((entry.key, entry.path[:-1]))
    for node, path in heads:
        start = written.start(node)
        found = _CALL.match(written.text, start)
        stop = closing(written.text, found.end() - 1) if found else None
        if found is None or stop is None:
            continue
        names_tensors = found.start(1) > start  # which a spec has as names of steps
        if written.text[stop : stop + 1] == "(":
            stop, names_tensors = closing(written.text, stop) or stop, True
        new = call_in_yaml(written.text[found.start(1) : stop], path, blocks_of(written))
        if new is None or written.text[start:stop].count("\n"):
            continue
        if entry.parent is not None and isinstance(entry.parent.value, dict) and ":" in new:
            new = "{" + new + "}"
        kind = new.strip("{").partition(":")[0]
        is_bare = ":" not in new
        message = (
            f"{kind} is written without parentheses"
            if is_bare
            else f"{kind} is called as in Python; in a spec its arguments are a mapping"
        )
        if path[-1:] != ("[key]",):
            place = start, stop
            edits = ((*place, new),)
            mistake = Mistake("wrong-structure", message, place, edits, is_outline=True)
            yield replace(mistake, is_safe=not names_tensors)


def called_arguments(written: Written) -> Iterator[Mistake]:
    """Propose a mapping for arguments that are written as in Python: `Conv2D: (32, 3)`."""
    for entry in written.entries:
        if entry.key is None or not isinstance(entry.value, str):
            continue
        word = str(entry.key.value)
        start = written.start(entry.node)
        if (declaration := declared(word, entry.path[:-1])) is None:
            continue
        if written.text[start] == "(":
            stop = closing(written.text, start)
            text = written.text[start + 1 : stop - 1] if stop else ""
        else:
            text, stop = written.raw(entry.node), written.end(entry.node)
            text = text if "=" in text else ""
        new = arguments_in_yaml(text, declaration) if text.strip() and stop else None
        if new is None or stop is None:
            continue
        assert entry.parent is not None
        key = written.start(entry.parent)
        message = f"the arguments of {word} must be a mapping of names to values"
        region: Range = (key, stop)
        edits = ((start, stop, new),)
        yield Mistake("wrong-structure", message, (start, stop), edits, region, is_outline=True)


def words(written: Written) -> Iterator[Mistake]:
    """Propose YAML's words for those of Python and others: `None`, `yes`."""
    for entry in written.entries:
        if not isinstance(entry.value, str) or entry.path[:1] == ("inputs",):
            continue
        at, text = written.range(entry.node), written.raw(entry.node)
        if text in _NOTHING:
            yield Mistake("wrong-type", None, at, ((*at, "null"),))
        elif text in _TRUTH:
            yield Mistake("wrong-type", None, at, ((*at, _TRUTH[text]),))
