"""The colours of diagrams: every layer has one, and all readers can tell them apart."""

from itertools import combinations

import pytest

from cnnspec.backends.diagram.colours import FAMILY_OF_MODULE, THEMES, Paint, Theme, family_of
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import FAMILIES
from tests.support.colours import APART, VISIONS, contrast, difference, lab

"""What linear RGB looks like: Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, at
full severity."""

"""sRGB to CIE XYZ, IEC 61966-2-1."""
MAIN = (
    "convolution", "pooling", "normalization", "activation", "dense", "merging", "sequence",
)  # fmt: skip
"""The least difference of CIEDE2000 between two families, in their fills or their lines."""


def paints(theme: Theme) -> dict[str, Paint]:
    return theme.families | {"frozen": theme.frozen}


def test_the_colour_maths_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert lab("#ffffff", "usual") == pytest.approx((100, 0, 0), abs=0.02)
    # Pairs of the table in Sharma, Wu and Dalal cannot be said in sRGB; these are pure by lightness.
    assert difference("#000000", "#ffffff", "usual") == pytest.approx(100, abs=0.01)
    assert difference("#ff0000", "#ff0000", "deuteranopia") == 0
    assert difference("#ff0000", "#00ff00", "usual") == pytest.approx(86.6, abs=0.1)


def test_every_kind_has_a_family() -> None:
    assert set(FAMILY_OF_MODULE) == set(FAMILIES)
    families = {family_of(kind) for kind in LAYERS.kinds}
    for theme in THEMES.values():
        assert families <= set(theme.families)
        assert {"input", "output", "submodel", "other"} <= set(theme.families)
    assert [family_of(kind) for kind in ("Conv2D", "GRU", "InputLayer", "Mine")] == [
        "convolution",
        "sequence",
        "input",
        "other",
    ]


@pytest.mark.parametrize("name", THEMES)
def test_texts_and_lines_have_contrast(name: str) -> None:
    theme = THEMES[name]
    assert contrast(theme.text, theme.background) >= 7
    assert contrast(theme.muted, theme.background) >= 4.5
    assert contrast(theme.edge, theme.background) >= 3
    assert contrast(theme.group.line, theme.background) >= 3
    weak = {
        family: (contrast(paint.text, paint.fill), contrast(paint.line, theme.background))
        for family, paint in paints(theme).items()
        if contrast(paint.text, paint.fill) < 4.5 or contrast(paint.line, theme.background) < 3
    }
    assert weak == {}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_families_are_told_apart(name: str, vision: str) -> None:
    shown = {family: paints(THEMES[name])[family] for family in (*MAIN, "frozen")}
    alike = {
        pair: most
        for pair in combinations(shown, 2)
        if (
            most := max(
                difference(shown[pair[0]].fill, shown[pair[1]].fill, vision),
                difference(shown[pair[0]].line, shown[pair[1]].line, vision),
            )
        )
        < APART
    }
    assert alike == {}
