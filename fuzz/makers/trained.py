"""Documents that are built and trained for a step."""

import json
from random import Random

from conformance.documents import random_document
from fuzz.inputs import Input
from fuzz.makers.material import changed


def document(rng: Random) -> Input:
    """Return a document of a model that can run, sometimes with a value changed."""
    data = random_document(
        rng.randrange(2**32), rng.randrange(2**32), is_to_run=True, mixed=rng.random() < 0.5
    )
    for _ in range(rng.choice((0, 0, 1, 2))):
        data = changed(rng, data)
    return Input(json.dumps(data).encode(errors="surrogatepass"), ".yaml")
