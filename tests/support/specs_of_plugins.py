"""Specs that the plugin of pytest collects, and a function that writes them."""

import pytest

GOOD = """\
cnnspec: 1
params: {width: 8}
inputs: {image: [28, 28, 1]}
layers:
  - Conv2D: {filters: $width, kernel_size: 3}
  - Flatten
  - Dense: {name: digit, units: 10}
outputs: {digit: {loss: mse}}
"""
BROKEN = GOOD + "expect: {total_params: {max: 54169}}\n"
LIBRARY = "cnnspec: 1\nblocks: {act: {layers: [ReLU]}}\n"


def write(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
