"""Restores decimals: 0.0010000000474974513, stored as float32, is 0.001, and 0.30000000000000004 is 0.3."""

import math
import struct
from typing import Any


def decimal(value: Any) -> Any:
    """Return the shortest decimal with the same float32; other numbers are returned unchanged."""
    if not isinstance(value, float) or abs(value) > 1e38 or float32(value) != value:
        return value
    forms = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((form for form in forms if float32(form) == value), value)


MOST_DIGITS = 12
"""The limit of the digits of a number that a person writes."""
MOST_STEPS = 4
"""How many floats a calculated number may be away from the one that a person means."""


def calculated(value: Any) -> Any:
    """Return the decimal that a calculation missed by its rounding errors, at any depth of a value."""
    if isinstance(value, list):
        return [calculated(item) for item in value]
    if isinstance(value, dict):
        return {key: calculated(item) for key, item in value.items()}
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    meant = float(f"{value:.{MOST_DIGITS}g}")
    return meant if abs(meant - value) <= MOST_STEPS * math.ulp(value) else value


def float32(value: float) -> float:
    """Round a number to float32."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
