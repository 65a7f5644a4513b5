"""As much of IPython as a notebook needs: formatters, a shell with a kernel, and its display."""

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
    kernel: object = None
    """What runs the cells of a notebook; a shell on a terminal has none."""

    def __init__(self, svg: Formatter) -> None:
        self.display_formatter = _Display(svg)


class ZMQInteractiveShell(_Shell):
    """The shell of a notebook, by whose name rich recognizes one."""

    kernel = object()


class IPython(ModuleType):
    """The module, with a running shell or with none."""

    def __init__(self, svg: Formatter | None, *, is_notebook: bool = False) -> None:
        super().__init__("IPython")
        kind = ZMQInteractiveShell if is_notebook else _Shell
        self.shell = None if svg is None else kind(svg)

    def get_ipython(self) -> _Shell | None:
        """The running shell."""
        return self.shell


@dataclass
class Display(ModuleType):
    """The module `IPython.display`, which keeps all that each output showed."""

    outputs: list[list[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__("IPython.display")

    def display(self, shown: Any, *, raw: bool = False, display_id: bool = False) -> "Handle":
        """Show a value as a new output."""
        self.outputs.append([shown])
        return Handle(self.outputs[-1])


@dataclass
class Handle:
    """What updates an output."""

    output: list[Any]

    def update(self, shown: Any, *, raw: bool = False) -> None:
        """Replace what the output shows."""
        self.output.append(shown)


def start() -> Formatter:
    """Make this process one in which IPython runs; give what shows its values."""
    svg = Formatter()
    sys.modules["IPython"] = IPython(svg)
    return svg
