"""Names of layers in files that a spec cannot have: `a/b` becomes `a_b`."""

from collections.abc import Iterable
from typing import Any

from cnnspec.language.expressions import is_pattern
from cnnspec.language.values import name_problem


def is_valid(name: Any) -> bool:
    """Whether a layer of a spec can have a name."""
    return name_problem(name) is None and not is_pattern(name)


def valid_names(names: Iterable[Any]) -> dict[str, str]:
    """Return new names for those of a model that a spec cannot have, each different from all others.

    What no signs can mend, such as an empty name, stays. The result does not depend on the order.
    """
    known = {name for name in names if isinstance(name, str)}
    taken = {name for name in known if is_valid(name)}
    found: dict[str, str] = {}
    for name in sorted(known - taken):
        mended = name.replace("/", "_").replace("$", "_")
        if not is_valid(mended):
            continue
        new, count = mended, 1
        while new in taken:
            count += 1
            new = f"{mended}_{count}"
        taken.add(new)
        found[name] = new
    return found
