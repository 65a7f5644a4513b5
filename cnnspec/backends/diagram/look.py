"""How a diagram looks: what a reader may choose."""

from dataclasses import dataclass
from typing import Literal

STYLES = ("rich", "keras")
DIRECTIONS = ("TB", "LR")
THEME_NAMES = ("light", "dark", "print")

MOST_BOXES = 60
"""A diagram of more is folded unless a depth is given: people do not read it, and layout is slow."""

DETAILS: dict[str, bool] = {
    "kinds": True,
    "arguments": True,
    "shapes": True,
    "dtypes": False,
    "parameters": True,
    "cost": False,
    "losses": True,
    "metrics": True,
    "legend": False,
}
"""What a rich diagram can show, and whether it does where nothing is said."""
USUAL = frozenset(name for name, shown in DETAILS.items() if shown)


@dataclass(frozen=True)
class Look:
    """The choices for one diagram."""

    style: Literal["rich", "keras"] = "rich"
    theme: Literal["light", "dark", "print"] = "light"
    direction: Literal["TB", "LR"] = "TB"
    """From top to bottom, or from left to right."""
    shown: frozenset[str] = USUAL
    """The names of the DETAILS that are shown."""
