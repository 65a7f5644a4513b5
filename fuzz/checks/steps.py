"""Valid models are built with Keras, are what the static analysis says, and train for one step."""

import json
from pathlib import Path

from fuzz.checks.specs import compiled
from fuzz.inputs import Answer, Input


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Compile a document; if it is valid, build it, compare it and train it for a step."""
    checked = compiled(given.data, folder).checked
    if checked is None:
        return
    from conformance.graphs import difference  # which imports Keras

    answer.is_trained = True
    found = difference(json.loads(given.data), trains=True)
    if found is not None:
        answer.fail(f"{found.sort}: {found.static}; {found.keras}")
