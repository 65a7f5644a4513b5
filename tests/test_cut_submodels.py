"""Where a submodel may be cut: at layers with several outputs, and at submodels inside it."""

import pytest

from cnnspec import loads

SPEC = """\
cnnspec: 1
name: outer
submodels:
  base:
    until: {until}
    spec:
      name: inner
      inputs: {{steps: [5, 3]}}
      submodels:
        pair:
          spec:
            name: pair
            inputs: {{x: [5, 3]}}
            layers:
              - Flatten: {{name: flat, from: x}}
              - Dense: {{name: one, from: flat, units: 1}}
              - Dense: {{name: two, from: flat, units: 2}}
            outputs: {{one: {{}}, two: {{}}}}
      layers:
        - {layer}
        - Identity: {{from: {rest}}}
inputs: {{data: [5, 3]}}
layers: [base]
"""
STATES = "LSTM: {name: cut, units: 4, return_sequences: true, return_state: true}"
BOTH_WAYS = "Bidirectional: {name: cut, layer: {LSTM: {units: 4}}, merge_mode: null}"


@pytest.mark.parametrize(
    ("layer", "rest", "shape"),
    [(STATES, "cut/state_c", (None, 5, 4)), (BOTH_WAYS, "cut/backward", (None, 4))],
    ids=["states", "both ways"],
)
def test_a_layer_of_several_outputs_stands_for_its_first(
    layer: str, rest: str, shape: tuple[int | None, ...]
) -> None:
    spec = loads(SPEC.format(until="cut", layer=layer, rest=rest))
    (output,) = spec.compile().outputs.values()
    assert output.shape == shape


def test_a_submodel_of_several_outputs_is_an_error() -> None:
    spec = loads(SPEC.format(until="cut", layer="pair: {name: cut}", rest="cut/one"))
    (found,) = spec.report
    assert (found.code, found.message, found.span and found.span.line) == (
        "unknown-output",
        "'cut' has 2 outputs (cut/one, cut/two); cut at a layer with one",
        5,
    )
