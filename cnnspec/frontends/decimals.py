"""Restores numbers that were stored as float32: 0.0010000000474974513 becomes 0.001."""

import struct
from typing import Any


def decimal(value: Any) -> Any:
    """Return the shortest decimal with the same float32; other numbers are returned unchanged."""
    if not isinstance(value, float) or abs(value) > 1e38 or float32(value) != value:
        return value
    forms = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((form for form in forms if float32(form) == value), value)


def float32(value: float) -> float:
    """Round a number to float32."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
