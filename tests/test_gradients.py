"""Operations without a gradient are errors only where they keep weights from being trained."""

import pytest

from cnnspec.compiler import compile_text

HEAD = """cnnspec: 1
inputs: {x: [4, 8]}
ignore: [untrained-output, unused-layer]
layers:
"""
UPDATE = "ops.slice_update: {start_indices: [0, 0, 0], updates: [[[0.0]]]"
MODELS = {
    "between weights and a loss": (
        f"  - Dense: {{units: 8}}\n  - {UPDATE}}}\n  - Dense: {{name: y, units: 1}}\n",
        ["no-gradient"],
    ),
    "before all weights": (f"  - {UPDATE}}}\n  - Dense: {{name: y, units: 1}}\n", []),
    "after frozen weights": (
        f"  - Dense: {{units: 8, frozen: true}}\n  - {UPDATE}}}\n  - Dense: {{name: y, units: 1}}\n",
        [],
    ),
    "behind a stopped gradient": (
        f"  - Dense: {{units: 8}}\n  - ops.stop_gradient\n  - {UPDATE}}}\n  - Dense: {{name: y, units: 1}}\n",
        [],
    ),
    "before no loss": (f"  - Dense: {{name: y, units: 8}}\n  - {UPDATE}, name: z}}\n", []),
}


@pytest.mark.parametrize("name", MODELS)
def test_operations_without_a_gradient(name: str) -> None:
    layers, codes = MODELS[name]
    text = f"{HEAD}{layers}outputs: {{y: {{loss: mse}}}}\n"
    report = compile_text(text.encode()).report
    assert [each.code for each in report] == codes
