"""The YAML language server of editors: it knows specs by the published schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnspec.language.document import STEP_KEYS
from cnnspec.language.templates.reading import TEMPLATES, template
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import LOSSES, OPTIMIZERS, SCHEDULES
from cnnspec.operations.base import OPERATIONS
from tests.editors.language_server import LanguageServer
from tests.support.paths import SPEC_FILES

HEAD = "cnnspec: 1\ninputs: {x: [28, 28, 1]}\nlayers:\n"
DENSE = f"{HEAD}  - Dense: {{units: 3}}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    server = LanguageServer()
    yield server
    server.close()


@pytest.mark.parametrize("spec", SPEC_FILES, ids=lambda spec: spec.stem)
def test_specs_have_no_problems(spec: Path, server: LanguageServer) -> None:
    assert server.problems(spec.read_text("utf-8")) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_have_no_problems(name: str, server: LanguageServer) -> None:
    first, text = template(name).split("\n", 1)
    assert first.startswith("# yaml-language-server: ")  # from where the server would load it
    assert server.problems(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{HEAD}  - Conv2D: {{filtres: 3}}\n", "Property filtres is not allowed."),
        (f"{HEAD}  - Conv2D: {{branches: []}}\n", "Property branches is not allowed."),
        (f"{DENSE}defaults:\n  Conv2D: {{from: x}}\n", "Property from is not allowed."),
        (f"{DENSE}outputs:\n  y: {{los: mse}}\n", "Property los is not allowed."),
        ("inputs: {x: [4]}\nlayers: [Flatten]\n", 'Missing property "cnnspec".'),
    ],
)
def test_mistakes_of_structure_are_problems(
    text: str, problem: str, server: LanguageServer
) -> None:
    found = server.problems(text)
    assert found
    assert all(problem in each or "Incorrect type" in each for each in found), found


def arguments(word: str, *, keys: bool = True) -> set[str]:
    declared = LAYERS.find(word)
    of_steps = {*STEP_KEYS} - (set() if getattr(declared, "merges", False) else {"branches"})
    return {*declared.arguments()} | (of_steps if keys else set())


@pytest.mark.parametrize("word", ["Conv2D", "Add", "MultiHeadAttention", "Dropout"])
def test_arguments_of_a_layer_are_completed(word: str, server: LanguageServer) -> None:
    in_braces = f"{HEAD}  - {word}: {{n|}}\n"  # the server offers nothing before the first letter
    on_lines = f"{HEAD}  - {word}:\n      |\n"
    assert {*server.completed(in_braces)} == arguments(word)
    assert {*server.completed(on_lines)} == arguments(word)


@pytest.mark.parametrize(
    "text",
    [
        f"{DENSE}defaults:\n  Conv2D: {{n|}}\n",
        f"{HEAD}  - TimeDistributed: {{layer: {{Conv2D: {{n|}}}}}}\n",
    ],
)
def test_keys_of_steps_are_not_offered_where_no_step_is(text: str, server: LanguageServer) -> None:
    assert {*server.completed(text)} == arguments("Conv2D", keys=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}  - |\n", {*LAYERS.kinds, *LAYERS.aliases, *OPERATIONS.kinds, "shared"}),
        (f"{DENSE}outputs:\n  y: {{loss: |}}\n", {*LOSSES.kinds, *LOSSES.aliases}),
        (f"{DENSE}train:\n  optimizer: |\n", {*OPTIMIZERS.kinds, *OPTIMIZERS.aliases}),
        (
            f"{DENSE}train:\n  optimizer: {{Adam: {{learning_rate: {{n|}}}}}}\n",
            {*SCHEDULES.kinds},
        ),
    ],
)
def test_kinds_are_completed(text: str, words: set[str], server: LanguageServer) -> None:
    assert words <= {*server.completed(text)}


def test_words_are_explained(server: LanguageServer) -> None:
    step = f"{HEAD}  - |Conv2D: {{filters: 3, kernel_size: 3}}\n"
    argument = f"{HEAD}  - Conv2D: {{|filters: 3, kernel_size: 3}}\n"
    assert "convolution, typically over images" in server.hovered(step)
    assert "kernel_size: 3" in server.hovered(step)
    assert "Number of output channels" in server.hovered(argument)
