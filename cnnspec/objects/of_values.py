"""The base of initializers, regularizers and constraints: which weights and outputs they work on."""

from collections.abc import Sequence

from cnnspec.declarations.declaration import Declaration


class OfValues(Declaration):
    """Base class of what makes, penalizes or limits the values of a weight or an output."""

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check that it works on values of a shape and a data type.

        Raises:
            Problem: it does not; `what` names the values in the message.

        """


def counted(axes: int) -> str:
    """Return a number of axes in words."""
    return f"{axes} {'axis' if axes == 1 else 'axes'}"
