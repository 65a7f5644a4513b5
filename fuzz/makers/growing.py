"""Grows random data from the JSON Schema of the language, and so from its models and declarations.

What is declared is grown by itself: a new key, kind or argument needs no word here.
"""

import math
import re
from collections.abc import Mapping
from functools import cache
from random import Random

from fuzz.makers.definitions import REST, Schema, definitions, merged
from fuzz.makers.material import NAMES, Data, value

TEXTS = (
    *NAMES, "$width", "$(width + 1)", "$(index)", "a$(index)", "previous", "a/b", "base/0", "x / 255", "one_hot(x, 3)",
    "mnist", "none.yaml", "none.npz", "val_loss", "package.module:Class", "ij,jk->ik", ":, 0",
)  # fmt: skip
MAX_DEPTH = 12
"""The depth from which on only what can be short is grown."""
FOREIGN = 0.01
"""How often a value is none of the schema."""
REFERENCE = "reference"
"""The definition of `$name`, which is allowed for most values, and seldom refers to something."""


@cache
def _fitting(pattern: str, longest: float) -> tuple[str, ...]:
    """Return the texts that fit a pattern; all if none does."""
    found = (each for each in TEXTS if len(each) <= longest and re.search(pattern, each))
    return tuple(found) or TEXTS


class Grower:
    """Grows data; each alternative and each key may be taken."""

    def __init__(self, rng: Random, foreign: float = FOREIGN) -> None:
        self.rng = rng
        self.foreign = foreign

    def named(self, definition: str, depth: int = 0) -> Data:
        """Grow what a definition allows."""
        return self.grown(definitions()[definition], depth)

    def grown(self, part: Schema, depth: int = 0) -> Data:
        """Grow data that a part of the schema allows, or sometimes other data."""
        rng = self.rng
        if rng.random() < self.foreign:
            return value(rng)
        part = merged(part)
        if "const" in part:
            return part["const"]
        if "enum" in part:
            return rng.choice(part["enum"])
        choices = part.get("anyOf") or part.get("oneOf")
        if choices and "type" not in part:
            return self.grown(self.chosen(choices, depth), depth)
        kind = part.get("type", "object" if "properties" in part else "any")
        return getattr(self, rng.choice(kind) if isinstance(kind, list) else kind)(part, depth)

    def chosen(self, choices: list[Schema], depth: int) -> Schema:
        """Choose an alternative: references seldom, and deep inside only what is short."""
        rng = self.rng
        if depth > MAX_DEPTH:
            return min(choices, key=lambda each: each.get("type") in ("object", "array"))
        if len(choices) == 2 and choices[1].get("$ref", "").endswith(f"/{REFERENCE}"):
            return choices[rng.random() < 0.05]
        return rng.choice(choices)

    def object(self, part: Schema, depth: int) -> Data:
        """Grow a mapping: the required keys, and some others."""
        rng = self.rng
        known = {key: of for key, of in part.get("properties", {}).items() if of is not False}
        required = [*part.get("required", []), *self.condition(part).get("required", [])]
        fewest = part.get("minProperties", 0)
        most = part.get("maxProperties", len(required) + 4)
        left = max(fewest, rng.choice((0, 1, 1, 2, 3)) if depth <= MAX_DEPTH else 0)
        excluded = {key for each in part.get("oneOf", []) for key in each.get("required", [])}
        others = [each for each in known if each not in (*required, *excluded)]
        keys = [*required, *rng.sample(others, min(left or most == 1, len(others)))][:most]
        found = {key: self.grown(_open(known[key]), depth + 1) for key in keys}
        names = merged(part.get("propertyNames", {}))
        further = "enum" not in names and part.get(REST, not known)
        if further is not False:
            inner = _open(further)
            for key in rng.sample(NAMES, max(fewest, rng.choice((0, 1, 1, 2))))[
                : most - len(found)
            ]:
                found[key] = self.grown(inner, depth + 1)
        return found

    def condition(self, part: Schema) -> Schema:
        """Choose one of the alternatives that require keys."""
        choices = part.get("anyOf") or part.get("oneOf") or []
        return self.rng.choice([each for each in choices if "required" in each] or [{}])

    def array(self, part: Schema, depth: int) -> Data:
        """Grow a list."""
        fewest = part.get("minItems", 0)
        count = fewest if depth > MAX_DEPTH else fewest + self.rng.choice((0, 1, 1, 2, 3))
        count = min(count, part.get("maxItems", count))
        items = [self.grown(part.get("items", {}), depth + 1) for _ in range(count)]
        if part.get("uniqueItems"):
            return [each for at, each in enumerate(items) if each not in items[:at]]
        return items

    def string(self, part: Schema, depth: int) -> str:
        """Grow a text."""
        return self.rng.choice(_fitting(part.get("pattern", ""), part.get("maxLength", math.inf)))

    def integer(self, part: Schema, depth: int) -> int:
        """Grow a whole number."""
        lowest = part.get("minimum", math.floor(part.get("exclusiveMinimum", -4)) + 1)
        number = lowest + self.rng.choice((0, 1, 1, 2, 2, 3, 4, 7, 31))
        return int(min(number, part.get("maximum", number)))

    def number(self, part: Schema, depth: int) -> float:
        """Grow a number."""
        lowest = part.get("minimum", part.get("exclusiveMinimum", -1))
        highest = part.get("maximum", part.get("exclusiveMaximum", lowest + 2))
        numbers = [(lowest + highest) / 2]
        numbers += [lowest] if "minimum" in part else []
        numbers += [highest] if "maximum" in part else []
        return float(self.rng.choice(numbers))

    def boolean(self, part: Schema, depth: int) -> bool:
        """Grow true or false."""
        return self.rng.random() < 0.5

    def null(self, part: Schema, depth: int) -> None:
        """Grow null."""

    def any(self, part: Schema, depth: int) -> Data:
        """Grow anything."""
        return value(self.rng, depth)


def _open(limit: Schema | bool) -> Schema:
    """Return what a key takes as a part of the schema, which allows anything if it says nothing."""
    return limit if isinstance(limit, Mapping) else {}
