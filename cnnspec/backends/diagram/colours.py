"""The colours of diagrams: one per family of layers, in every theme.

Fills and lines of any two families can be distinguished with protanopia, deuteranopia and
tritanopia, and text has the contrast required by WCAG; `tests/test_diagram_colours.py` computes
both. Information never depends on colour only: every box names its kind, frozen parts have a dashed
outline, and in diagrams of differences, added, removed and changed parts have a sign before their
name.
"""

from dataclasses import dataclass

from cnnspec.layers.families import FAMILIES
from cnnspec.operations.families import PREFIX

FAMILY_OF_MODULE = {
    "core": "dense",
    "einsum": "dense",
    "convolution": "convolution",
    "convolution_transposed": "convolution",
    "pooling": "pooling",
    "normalization": "normalization",
    "activation": "activation",
    "reshaping": "reshaping",
    "merging": "merging",
    "regularization": "regularization",
    "cells": "sequence",
    "stacked_cells": "sequence",
    "bidirectional": "sequence",
    "recurrent": "sequence",
    "conv_lstm": "sequence",
    "applications": "normalization",
    "attention": "sequence",
    "attention_heads": "sequence",
    "wrappers": "sequence",
    "preprocessing": "preprocessing",
    "encoding": "preprocessing",
    "hashing": "preprocessing",
    "vocabulary": "preprocessing",
    "text_vectorization": "preprocessing",
    "audio": "preprocessing",
    "images": "preprocessing",
    "augmentation": "preprocessing",
    "augmentation_colors": "preprocessing",
    "augmentation_geometry": "preprocessing",
}
"""Return the family of the layers in a module of `layers/`."""
FAMILY_OF_KIND = {
    kind: FAMILY_OF_MODULE[module] for module, kinds in FAMILIES.items() for kind in kinds
} | {
    "CustomScaleLayer": "merging",
    "StochasticDepth": "regularization",
    "InputLayer": "input",
    "Output": "output",
    "Identity": "reshaping",
    "Masking": "reshaping",
    "Rescaling": "preprocessing",
}


def family_of(kind: str) -> str:
    """Return the family of a kind of layer; custom classes have the family `other`."""
    if kind.startswith(PREFIX):
        return "operation"
    return FAMILY_OF_KIND.get(kind, "other")


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a box."""

    fill: str
    line: str
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a diagram."""

    background: str
    text: str
    muted: str
    """The colour of secondary text."""
    edge: str
    frozen: Paint
    group: Paint
    families: dict[str, Paint]
    marks: dict[str, Paint]
    """In diagrams of differences, marks replace families."""


def _families(text: str, **colours: tuple[str, str]) -> dict[str, Paint]:
    """Return the paint of each family, from its fill and line."""
    neutral = {"output": "input", "regularization": "reshaping", "other": "input"}
    neutral |= {"preprocessing": "reshaping", "operation": "reshaping"}
    paints = {family: Paint(fill, line, text) for family, (fill, line) in colours.items()}
    return paints | {family: paints[like] for family, like in neutral.items()}


def _marks(text: str, **colours: tuple[str, str]) -> dict[str, Paint]:
    """Return the paint of each mark, from its fill and line."""
    return {mark: Paint(fill, line, text) for mark, (fill, line) in colours.items()}


_LIGHT_MARKS = _marks(
    "#1b1f27",
    added=("#d5f5d8", "#0b6b53"),
    removed=("#eea39d", "#a40e26"),
    changed=("#ffe9a8", "#8a6100"),
    same=("#ffffff", "#767e8b"),
)
_LIGHT = _families(
    "#1b1f27",
    input=("#ffffff", "#5f6774"),
    convolution=("#f3c493", "#ad6c15"),
    pooling=("#e7cbc8", "#a91b39"),
    normalization=("#e2d38e", "#475802"),
    activation=("#f6f0db", "#947f0f"),
    dense=("#b9e2b8", "#5c8763"),
    merging=("#f0ddf4", "#8a67da"),
    sequence=("#75e4d9", "#3d8a80"),
    reshaping=("#eceef1", "#767e8b"),
    submodel=("#dfe4ec", "#4b5668"),
)

THEMES = {
    "light": Theme(
        background="#ffffff",
        text="#1b1f27",
        muted="#4f5866",
        edge="#6b7482",
        frozen=Paint("#a7d3f4", "#1c547b", "#1b1f27"),
        group=Paint("#f7f8fa", "#7c8593", "#1b1f27"),
        families=_LIGHT,
        marks=_LIGHT_MARKS,
    ),
    "dark": Theme(
        background="#14181e",
        text="#f2f4f7",
        muted="#b4bcc8",
        edge="#98a2b0",
        frozen=Paint("#506a81", "#6595af", "#ffffff"),
        group=Paint("#1b2028", "#7d8795", "#f2f4f7"),
        families=_families(
            "#ffffff",
            input=("#1f252e", "#aab2be"),
            convolution=("#735c48", "#c08c62"),
            pooling=("#733536", "#f0b8be"),
            normalization=("#504307", "#a7b35c"),
            activation=("#6b6254", "#f2cc68"),
            dense=("#25352b", "#6cb05f"),
            merging=("#3b335f", "#bd94cd"),
            sequence=("#536c69", "#88e2cb"),
            reshaping=("#343b46", "#949eac"),
            submodel=("#2a3240", "#a3b1c6"),
        ),
        marks=_marks(
            "#ffffff",
            added=("#0d4f4a", "#4ade80"),
            removed=("#8f2323", "#fb7185"),
            changed=("#5c4a0b", "#facc15"),
            same=("#1f252e", "#98a2b0"),
        ),
    ),
    "print": Theme(
        background="#ffffff",
        text="#000000",
        muted="#333333",
        edge="#444444",
        frozen=Paint("#ffffff", "#1c547b", "#000000"),
        group=Paint("#ffffff", "#777777", "#000000"),
        families={
            family: Paint("#ffffff", paint.line, "#000000") for family, paint in _LIGHT.items()
        },
        marks={
            mark: Paint("#ffffff", paint.line, "#000000") for mark, paint in _LIGHT_MARKS.items()
        },
    ),
}
