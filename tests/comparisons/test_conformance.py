"""A small share of `make conformance`, and whether it finds what is wrong."""

from typing import Any

import pytest

from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.language.document import Document
from cnnspec.layers import convolution, core, dtype_rules, pooling
from cnnspec.layers.base import LAYERS, Weight
from cnnspec.shapes import Shape
from conformance import comparison, documents, graphs
from conformance.configurations import Configuration, configurations
from conformance.coverage import unaccounted
from tests.support.keras_versions import kinds_of

EVERY = 6
CONFIGURATIONS = 1
STEPS = 1
GRAPHS = 10
TRAINED_GRAPHS = 4
SEED = 0


@pytest.mark.parametrize("kind", kinds_of(LAYERS)[::EVERY])
def test_a_kind_is_what_keras_says(kind: str) -> None:
    result = comparison.compare_kind(kind, CONFIGURATIONS, SEED, steps=STEPS)
    assert [str(found) for found in result.found] == []
    assert result.compared >= CONFIGURATIONS + STEPS
    assert result.trained == STEPS


def test_random_graphs_are_what_keras_says() -> None:
    result = graphs.compare_graphs(0, GRAPHS, SEED)
    assert [str(found) for found in result.found] == []
    assert result.accepted == GRAPHS


def test_random_graphs_are_trained_for_one_step() -> None:
    result = graphs.compare_graphs(0, TRAINED_GRAPHS, SEED, trains=True)
    assert [str(found) for found in result.found] == []
    assert (result.accepted, result.trained) == (TRAINED_GRAPHS, TRAINED_GRAPHS)


def test_every_class_of_keras_is_declared_or_refused() -> None:
    assert unaccounted() == []


def test_the_cases_are_the_same_for_the_same_seed() -> None:
    first, again, other = (
        [each.text() for each in configurations("Conv2D", 50, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert documents.random_document(1, 3) == documents.random_document(1, 3)


def found_for(*given: Configuration) -> list[tuple[str, str]]:
    found = comparison.compare_all(given).found
    return [(each.sort, each.reproduction) for each in found]


DENSE = Configuration("Dense", {"units": 3, "activation": "relu"}, ((None, 6, 4),), ("float32",))
SMALLEST = "Dense(units=10) on (None, 5408)"


def test_a_wrong_shape_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(layer: Any, shape: Shape) -> Shape:
        return (*shape[:-1], layer.units + 1)

    monkeypatch.setattr(core.Dense, "shape", wrong)
    (found,) = comparison.compare_all([DENSE]).found
    assert (found.sort, found.static.split(";")[0], found.keras.split(";")[0]) == (
        "other output shapes",
        "gives (None, 11) float32",
        "gives (None, 10) float32",
    )
    assert found.reproduction == SMALLEST


def test_a_wrong_weight_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(layer: Any, shape: Shape) -> tuple[Weight, ...]:
        return (Weight("bias", (layer.units,)), Weight("kernel", (shape[-1] or 0, layer.units)))

    monkeypatch.setattr(core.Dense, "weights", wrong)
    assert found_for(DENSE) == [("other weights", SMALLEST)]


def test_a_rule_that_fails_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(layer: Any, shape: Shape) -> Shape:
        return (shape[0], shape[9])

    monkeypatch.setattr(core.Dense, "shape", wrong)
    assert found_for(DENSE) == [("the static engine crashes", SMALLEST)]


def test_a_refusal_that_keras_does_not_share_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.Dense, "max_inputs", 0)
    monkeypatch.setattr(comparison, "RUNNING", NEWEST)  # of older versions it is not asked
    assert found_for(DENSE) == [("only Keras accepts", SMALLEST)]


def test_a_refusal_that_keras_shares_only_on_data_is_none() -> None:
    rank = Configuration("Flatten", {"data_format": "channels"}, ((None, 4),), ("float32",))
    assert found_for(rank) == []


def test_acceptance_that_keras_does_not_share_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_conflicts(layer: Any) -> Any:
        return iter(())

    monkeypatch.setattr(convolution.Conv, "conflicts", no_conflicts)
    arguments = {"filters": 4, "kernel_size": 3, "groups": 3}
    conv = Configuration("Conv2D", arguments, ((None, 8, 8, 3),), ("float32",))
    found = found_for(conv)
    assert [sort for sort, _ in found] == ["only the static engine accepts"]


PIXELS = Configuration("Conv2D", {"filters": 2, "kernel_size": 3}, ((None, 8, 8, 3),), ("uint8",))


def test_a_layer_that_is_built_and_does_not_run_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RUNNING", NEWEST)  # of older versions it is not asked
    monkeypatch.setattr(convolution.Sliding, "takes", dtype_rules.NUMBERS)
    assert list(comparison.compare_all([PIXELS]).found) == []
    (found,) = comparison.compare_all([PIXELS], trains=True).found
    assert (found.sort, found.keras.partition(": ")[0]) == (
        "only the static engine runs it",
        "gives (None, 26, 26, 32) float32; weights",
    )
    assert "fails in inference: TypeError: " in found.keras


def test_a_wrong_type_of_the_output_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "RUNNING", NEWEST)  # of older versions it is not asked
    monkeypatch.setattr(pooling.GlobalMaxPooling1D, "output_dtype", dtype_rules.own)
    steps = Configuration("GlobalMaxPooling1D", {}, ((None, 8, 3),), ("int32",))
    (found,) = comparison.compare_all([steps], trains=True).found
    assert (found.sort, found.keras.partition("; weights: none; ")[2]) == (
        "other output types",
        "returns int32 when it runs",
    )


def test_a_graph_that_is_built_and_does_not_run_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution.Sliding, "takes", dtype_rules.NUMBERS)
    data = {
        "cnnspec": 1,
        "name": "model",
        "inputs": {"image": {"shape": [8, 8, 1], "dtype": "uint8"}},
        "layers": ["ZeroPadding2D", {"Conv2D": {"filters": 2, "kernel_size": 3}}],
    }
    assert graphs.difference(data) is None
    found = graphs.difference(data, trains=True)
    assert found is not None
    assert found.sort == "the model does not run"
    smaller = graphs.smallest(data, found, trains=True)
    assert smaller["layers"] == [{"Conv2D": {"filters": 2, "kernel_size": 3}}]


def test_a_wrong_rule_is_found_in_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(layer: Any, shape: Shape) -> Shape:
        return (*shape[:-1], layer.units + 1)

    monkeypatch.setattr(core.Dense, "shape", wrong)
    data = {
        "cnnspec": 1,
        "inputs": {"image": [4, 4, 1]},
        "layers": ["Flatten", {"Dense": {"units": 3}}],
    }
    found = graphs.difference(data)
    assert found is not None
    assert found.sort == "the backend finds a mismatch"
    assert graphs.smallest(data, found)["layers"] == [{"Dense": {"units": 3}}]


def test_documents_have_every_form_of_the_language() -> None:
    forms: set[str] = set()
    for number in range(60):
        data = documents.random_document(SEED, number)
        Document.model_validate(data)
        text = str(data)
        forms |= {
            word
            for word in ("branches", "repeat", "frozen", "shared", "submodels", "blocks", "until")
            if f"'{word}'" in text
        }
        forms |= {word for word in ("params", "defaults", "outputs", "from") if f"'{word}'" in text}
    assert forms == {
        "branches", "repeat", "frozen", "shared", "submodels", "blocks", "until",
        "params", "defaults", "outputs", "from",
    }  # fmt: skip
