"""Problems: diagnostics without a place."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from cnnspec.diagnostics.rewrites import Rewrite

At = tuple[str | int, ...]


class Failure:
    """Stands for a value that is not known, because of an error that was reported.

    `Place.error` returns it. Therefore a function whose type is a value or a `Failure` cannot leave
    something out silently: it has nothing to return unless it reports why.
    """

    __slots__ = ()


def failure_of(*values: object) -> Failure:
    """Return the first failure among values."""
    return next(value for value in values if isinstance(value, Failure))


FAILED = Failure()
"""The only failure; `tests/test_architecture.py` lists the modules that may name it."""


Where = Literal["value", "key", "kind"]
"""The part of a location that is meant: the value, its key, or the kind of the call."""


class Problem(Exception):
    """A diagnostic without a location; `at` is the path from the call to the argument."""

    is_reported: ClassVar[bool] = False
    """Whether it only follows from an error that was already reported."""

    def __init__(
        self,
        code: str,
        message: str,
        at: At | str = (),
        *,
        where: Where | None = None,
        suggestion: str | None = None,
        replacement: "str | Rewrite | None" = None,
        is_safe: bool = True,
    ) -> None:
        """State a problem.

        `replacement` is the text that belongs at `where` instead, or what to change of the call
        that has the problem, and `is_safe` whether that is certain.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.at: At = (at,) if isinstance(at, str) else at
        self.where: Where = where or ("value" if self.at else "kind")
        self.suggestion = suggestion
        self.replacement = replacement
        self.is_safe = is_safe

    def inside(self, part: str | int) -> "Problem":
        """Return the same problem with its path extended by an outer key."""
        return self.within((part,))

    def within(self, path: At) -> "Problem":
        """Return the same problem with its path extended by an outer path."""
        if not path or self.is_reported:
            return self
        at = (*path, *self.at)
        return Problem(
            self.code,
            self.message,
            at,
            where=self.where,
            suggestion=self.suggestion,
            replacement=self.replacement,
            is_safe=self.is_safe,
        )


class Problems(Exception):
    """All problems with the arguments of a call."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


def shown(value: object) -> str:
    """Format a value as in a spec, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 else f"'{value[:37]}...'"
    if isinstance(value, list | tuple):
        inner = ", ".join(shown(item) for item in value[:6])
        return f"[{inner}{', ...' if len(value) > 6 else ''}]"
    if isinstance(value, Mapping):
        return "a mapping"
    return str(value)


def with_article(noun: str) -> str:
    """Return the noun with `a` or `an`."""
    if noun.startswith("other "):
        return f"an{noun}"
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
