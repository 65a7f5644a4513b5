"""How many tensors a call of an operation takes, and what it says if it gets others."""

from collections.abc import Collection, Iterable

from cnnspec.diagnostics.problems import Problem


def check_count(
    kind: str,
    awaited: Collection[str],
    optional: Collection[str],
    given: Collection[str],
    count: int,
) -> None:
    """Check the number of tensors that a call gets.

    `awaited` are the operands that come from `from`, of which some are optional, and `given` those
    that are constants.

    Raises:
        Problem: there are more or fewer.

    """
    if not awaited:
        message = f"{kind} needs a tensor for {_listed(given, 'or')}"
        suggestion = "leave out one of them, which then comes from `from`"
        raise Problem("missing-argument", message, suggestion=suggestion)
    least = max(len([name for name in awaited if name not in optional]), 1)
    if least <= count <= len(awaited):
        return
    wanted = f"{least} to {len(awaited)}" if least < len(awaited) else f"{least}"
    inputs = "one input" if wanted == "1" else f"{wanted} inputs"
    message = f"{kind} takes {inputs} ({', '.join(awaited)}), not {count}"
    if given:
        message += f"; {_listed(given, 'and')} {'is' if len(given) == 1 else 'are'} given by name"
    raise Problem(
        "wrong-input-count", message, suggestion=_suggestion(awaited, given, count < least)
    )


def _suggestion(awaited: Iterable[str], given: Collection[str], is_short: bool) -> str | None:
    if is_short:
        return f"list the tensors in `from`, in this order: {', '.join(awaited)}"
    return "leave out the name, or a tensor of `from`" if given else None


def _listed(names: Iterable[str], word: str) -> str:
    *others, last = (f"'{name}'" for name in names)
    return f"{', '.join(others)} {word} {last}" if others else last
