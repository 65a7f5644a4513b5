"""Finds brackets and quotes that are opened and not closed, or closed and not opened."""

import re

from cnnspec.mistakes.written import Mistake, Written
from cnnspec.records import Record

CLOSING = {"{": "}", "[": "]"}
NAMES = {"{": "brace", "[": "bracket", "}": "brace", "]": "bracket"}


class Open(Record):
    """An opened bracket, where it stands, and the indentation of its line."""

    letter: str
    at: int
    indentation: int


def bracket_mistakes(written: Written) -> list[Mistake]:
    """Return what the first bracket or quote that has no other end may be."""
    text = written.text
    open_: list[Open] = []
    for number, line in enumerate(written.lines.lines, start=1):
        start = written.lines.starts[number - 1]
        content = line.rstrip()
        indentation = len(line) - len(line.lstrip(" \t"))
        is_close = content.lstrip()[:1] in ("}", "]")
        if open_ and content.strip() and indentation <= open_[0].indentation and not is_close:
            return _unclosed(written, open_, start)
        at = indentation
        while at < len(content):
            letter = content[at]
            before = content[at - 1] if at else " "
            if letter == "#" and before in " \t":
                break
            if letter in "'\"" and before in " \t[{,:(":
                end = _quote_end(content, at)
                if end is None:
                    return _unclosed_quote(written, start + at, start + len(content))
                at = end
                continue
            if letter in CLOSING and (open_ or before in " \t-:[{,"):
                open_.append(Open(letter, start + at, indentation))
            elif letter in "}])" and open_:
                if letter == ")" or CLOSING[open_[-1].letter] != letter:
                    if letter == ")" and "(" in text[open_[-1].at : start + at]:
                        at += 1
                        continue
                    return _mismatched(written, open_, start + at)
                open_.pop()
            elif letter in "}]" and not open_:
                return _unopened(written, start, start + at)
            at += 1
    return _unclosed(written, open_, len(text)) if open_ else []


def _quote_end(content: str, at: int) -> int | None:
    quote = content[at]
    pattern = r"'(?:[^']|'')*'" if quote == "'" else r'"(?:[^"\\]|\\.)*"'
    found = re.compile(pattern).match(content, at)
    return found.end() if found else None


def _content_end(written: Written, before: int) -> int:
    """Return where the last content before an offset ends, without comments."""
    number = written.line_of(max(before - 1, 0))
    while number > 1 and not without_comment(written.lines.line(number)).strip():
        number -= 1
    return written.lines.starts[number - 1] + len(without_comment(written.lines.line(number)))


def without_comment(line: str) -> str:
    """Return a line without its comment and the spaces around it."""
    found = re.match(r"""((?:[^#'"]|(?<=\S)#|'[^']*'|"[^"]*"|['"])*?)(?:(?<=\s)#.*|^#.*)?$""", line)
    return (found[1] if found else line).rstrip()


def _unclosed(written: Written, open_: list[Open], before: int) -> list[Mistake]:
    """Propose to close brackets at the end of what they can contain."""
    first = open_[-1]
    found = []
    end_of_first_line = _content_end(written, written.line_end(first.at))
    closers = "".join(CLOSING[each.letter] for each in reversed(open_))
    message = f"the '{first.letter}' opened here is never closed"
    for end in dict.fromkeys((_content_end(written, before), end_of_first_line)):
        while end > first.at + 1 and written.text[end - 1] == ",":
            end -= 1
        at = first.at, first.at + 1
        found.append(Mistake("yaml-syntax", message, at, ((end, end, closers),)))
    return found


def _mismatched(written: Written, open_: list[Open], at: int) -> list[Mistake]:
    """Propose to close a bracket in front of one that closes another, or instead of it."""
    last = open_[-1]
    closer, letter = CLOSING[last.letter], written.text[at]
    message = f"the '{last.letter}' opened here is never closed"
    place = last.at, last.at + 1
    inserted = Mistake("yaml-syntax", message, place, ((at, at, closer),))
    wrong = f"'{letter}' does not close the '{last.letter}' that is opened before it"
    replaced = Mistake("yaml-syntax", wrong, (at, at + 1), ((at, at + 1, closer),))
    is_outer = any(CLOSING[each.letter] == letter for each in open_[:-1])
    return [inserted, replaced] if is_outer else [replaced, inserted]


def _unopened(written: Written, start: int, at: int) -> list[Mistake]:
    """Propose to remove a closing bracket, or to open it after the key of its line."""
    letter = written.text[at]
    message = f"this '{letter}' closes nothing"
    opening = next(each for each, closer in CLOSING.items() if closer == letter)
    found = [Mistake("yaml-syntax", message, (at, at + 1), ((at, at + 1, ""),))]
    missing = f"a '{opening}' is missing"
    for key in re.finditer(r"(?a)^\s*(?:- +)?[\w.]+:[ \t]*", written.text[start:at]):
        place = start + key.end()
        edits = ((place, place, opening if key[0][-1] in " \t" else f" {opening}"),)
        found.insert(0, Mistake("yaml-syntax", missing, (place, place + 1), edits))
    return found


def _unclosed_quote(written: Written, at: int, end: int) -> list[Mistake]:
    """Propose to close a quote after the word that follows it, or at the end of the line."""
    quote = written.text[at]
    message = "the quote opened here is never closed"
    word = re.compile(r"[\w.$/+*-]+(?: [\w.$/+*-]+)*").match(written.text, at + 1)
    last = _content_end(written, end)
    ends = [word.end()] if word else []
    stray = Mistake("yaml-syntax", message, (at, at + 1), ((at, at + 1, ""),))
    closed = [
        Mistake("yaml-syntax", message, (at, at + 1), ((place, place, quote),))
        for place in dict.fromkeys((*ends, last))
    ]
    return [*closed, stray]
