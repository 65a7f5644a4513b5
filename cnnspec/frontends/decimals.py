"""Numbers that were kept as float32, as a person wrote them: 0.0010000000474974513 as 0.001."""

import struct
from typing import Any


def decimal(value: Any) -> Any:
    """The shortest decimal number of the same float32; what is no float32 is given back."""
    if not isinstance(value, float) or abs(value) > 1e38 or float32(value) != value:
        return value
    forms = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((form for form in forms if float32(form) == value), value)


def float32(value: float) -> float:
    """The nearest number that a float32 holds."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
