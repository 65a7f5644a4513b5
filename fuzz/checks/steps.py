"""Valid models are built with Keras, are what the static analysis says, and train for one step."""

from pathlib import Path

from fuzz.checks.specs import compiled
from fuzz.inputs import Answer, Input


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Compile a document; if it is valid, build it, compare it and train it for a step."""
    compilation = compiled(given.data, folder)
    if compilation.checked is None or compilation.document is None:
        return
    from conformance.graphs import difference  # which imports Keras

    answer.checked("trained")
    found = difference(compilation.document.to_data(), trains=True)
    if found is not None:
        answer.fail(f"{found.sort}: {found.static}; {found.keras}")
