"""Documents: grown from the language, or valid ones with some values changed."""

import json
from functools import lru_cache
from random import Random

import yaml

from conformance.documents import random_document
from fuzz.inputs import Input
from fuzz.makers import seeds
from fuzz.makers.growing import Grower
from fuzz.makers.material import Data, changed

POOL = 4_000
"""The number of valid documents, which take long to make."""


def document(rng: Random) -> Input:
    """Return a document as JSON or YAML."""
    make = rng.choice((grown, grown, valid, of_the_project))
    return written(rng, make(rng))


def written(rng: Random, data: Data) -> Input:
    """Write a document as JSON, which is the fastest YAML, or as a person does."""
    if rng.random() < 0.7:
        return Input(json.dumps(data).encode(errors="surrogatepass"), ".yaml")
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=rng.random() < 0.5)
    return Input(text.encode(errors="surrogatepass"), ".yaml")


def grown(rng: Random) -> Data:
    """Grow a document from the schema of the language."""
    found = Grower(rng).named("Document")
    return {"cnnspec": 1, **found} if isinstance(found, dict) else found


def valid(rng: Random) -> Data:
    """Return a valid document, usually with some values changed."""
    return _with_changes(rng, _pooled(rng.randrange(POOL)))


def of_the_project(rng: Random) -> Data:
    """Return a spec of the project, usually with some values changed."""
    return _with_changes(rng, rng.choice(seeds.documents()))


def _with_changes(rng: Random, data: Data) -> Data:
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        data = changed(rng, data)
    return data


@lru_cache(maxsize=POOL)
def _pooled(number: int) -> Data:
    return random_document(0, number, mixed=number % 5 < 2)
