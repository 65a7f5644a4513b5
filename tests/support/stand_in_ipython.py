"""As much of IPython as shows a value as SVG: its formatters, and the shell that has them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

Picture = Callable[[Any], str | None]


@dataclass
class Formatter:
    """Draws values by the names of their classes, or as they draw themselves."""

    by_name: dict[tuple[str, str], Picture] = field(default_factory=dict)

    def for_type_by_name(self, module: str, name: str, picture: Picture) -> None:
        """Register what draws a class that need not be imported yet."""
        self.by_name[module, name] = picture

    def __call__(self, value: Any) -> str | None:
        """What a notebook shows of a value besides its text; None where that is nothing."""
        for each in type(value).__mro__:
            if (picture := self.by_name.get((each.__module__, each.__name__))) is not None:
                return picture(value)
        own = getattr(value, "_repr_svg_", None)
        return None if own is None else own()


class _Display:
    def __init__(self, svg: Formatter) -> None:
        self.formatters = {"image/svg+xml": svg}


class _Shell:
    def __init__(self, svg: Formatter) -> None:
        self.display_formatter = _Display(svg)


class IPython(ModuleType):
    """The module, with a running shell or with none."""

    def __init__(self, svg: Formatter | None) -> None:
        super().__init__("IPython")
        self.shell = None if svg is None else _Shell(svg)

    def get_ipython(self) -> _Shell | None:
        """The running shell."""
        return self.shell


def start() -> Formatter:
    """Make this process one in which IPython runs; give what shows its values."""
    svg = Formatter()
    sys.modules["IPython"] = IPython(svg)
    return svg
