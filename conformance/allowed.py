"""Where the static engine may refuse what Keras accepts: the one table of such cases."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.configurations import Configuration
from conformance.verdicts import Refused

ANY = "*"


def of_code(*codes: str) -> Callable[[Configuration, Refused], bool]:
    """Refusals with one of some codes."""
    return lambda _, refused: refused.code in codes


def about(*arguments: str) -> Callable[[Configuration, Refused], bool]:
    """Refusals that mean one of some arguments."""
    return lambda _, refused: refused.argument in arguments


def of_another_type(configuration: Configuration, refused: Refused) -> bool:
    """A truth value, text or fraction where another type belongs."""
    value = configuration.arguments.get(refused.argument)
    return refused.code == "wrong-type" and isinstance(value, bool | str | float)


def outside_its_range(configuration: Configuration, refused: Refused) -> bool:
    """A number outside the range that the declaration states for the argument."""
    value = configuration.arguments.get(refused.argument)
    return refused.code == "out-of-range" and isinstance(value, int | float)


@dataclass(frozen=True)
class MayRefuse:
    """A case: for which kind, when, and why."""

    kind: str
    """A kind, or `*` for every one."""
    when: Callable[[Configuration, Refused], bool]
    reason: str


MAY_REFUSE = (
    MayRefuse(ANY, of_another_type, "a spec is strict about types, where Keras converts"),
)


def is_allowed(configuration: Configuration, refused: Refused) -> bool:
    """Whether the static engine may refuse a configuration that Keras accepts."""
    return any(
        case.kind in (ANY, configuration.kind) and case.when(configuration, refused)
        for case in MAY_REFUSE
    )
