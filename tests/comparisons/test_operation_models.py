"""Models of operations: built, written as scripts, saved, and imported, they compute the same."""

from pathlib import Path
from typing import Any

import keras
import pytest

from cnnspec.backends.keras.building import build
from cnnspec.backends.python.script import script
from cnnspec.cli.diff_output import told
from cnnspec.diff.compare import compare
from cnnspec.frontends.archive import read_json
from cnnspec.frontends.layer_forms import with_layers
from cnnspec.importing import imported
from cnnspec.ir.checked import CheckedGraph
from cnnspec.operations.families import PREFIX
from tests.support.keras_versions import is_since
from tests.support.operations import MODULES, Cases, cases_of, computed, differing, model_of
from tests.support.scripts import built_by

WITHOUT_NAMES = ("image.extract_patches", "image.extract_patches_3d")
"""Functions whose operations Keras saves without their names."""


class Tried:
    """The model of the examples of a module, built once, and what it computes."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.checked: CheckedGraph = model_of(cases)
        self.model: Any = build(self.checked).model
        self.results = computed(self.model, cases)


@pytest.fixture(scope="module", params=MODULES)
def tried(request: pytest.FixtureRequest) -> Tried:
    return Tried(cases_of(request.param))


def test_scripts_call_the_same_functions(tried: Tried) -> None:
    other = built_by(script(tried.checked))
    assert differing(tried.results, computed(other, tried.cases)) == []


def test_models_come_back_as_specs_that_build_the_same(tried: Tried) -> None:
    spec = imported(read_json(tried.model.to_json()))
    again = build(spec.checked).model
    assert differing(tried.results, computed(again, tried.cases)) == []


def test_a_model_and_its_file_do_not_differ(tried: Tried) -> None:
    """The file is read with layers in the place of some operations."""
    read = imported(read_json(tried.model.to_json())).checked
    difference = compare(with_layers(tried.checked), with_layers(read), specs=False)
    assert told(difference, verbose=True).splitlines()[1:] == []


def test_saved_models_have_the_names_of_their_steps_and_outputs(
    tried: Tried, tmp_path: Path
) -> None:
    file = tmp_path / "model.keras"
    tried.model.save(file)
    loaded = keras.models.load_model(file, compile=False)
    assert [each.name for each in tried.checked.graph.outputs] == loaded.output_names
    assert differing(tried.results, computed(loaded, tried.cases)) == []
    if is_since("3.12.0"):  # older files do not keep the names of operations
        kept = {each.name for each in loaded.operations}
        assert [tried.cases[name][0] for name in tried.cases if name not in kept] == [
            kind for kind, _ in tried.cases.values() if kind.removeprefix(PREFIX) in WITHOUT_NAMES
        ]
