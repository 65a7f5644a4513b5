"""The options for the look of a diagram."""

from dataclasses import dataclass
from typing import Literal

STYLES = ("rich", "keras")
DIRECTIONS = ("TB", "LR")
THEME_NAMES = ("light", "dark", "print")

MOST_BOXES = 60
"""The number of boxes above which a diagram is folded by default, for legibility and speed."""

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
"""The details that a rich diagram can show, and their defaults."""
USUAL = frozenset(name for name, shown in DETAILS.items() if shown)


@dataclass(frozen=True)
class Look:
    """The options of a diagram."""

    style: Literal["rich", "keras"] = "rich"
    theme: Literal["light", "dark", "print"] = "light"
    direction: Literal["TB", "LR"] = "TB"
    """Top to bottom, or left to right."""
    shown: frozenset[str] = USUAL
    """The names of the DETAILS to show."""
