"""The colours of diagrams: every layer has one, and all readers can tell them apart."""

import math
from itertools import combinations

import numpy
import pytest

from cnnspec.backends.diagram.colours import FAMILY_OF_MODULE, THEMES, Paint, Theme, family_of
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import FAMILIES

VISIONS = {
    "usual": numpy.eye(3),
    "protanopia": numpy.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": numpy.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": numpy.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""What linear RGB looks like: Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, at
full severity."""

TO_XYZ = numpy.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""sRGB to CIE XYZ, IEC 61966-2-1."""
WHITE = numpy.array([0.95047, 1.0, 1.08883])

MAIN = (
    "convolution", "pooling", "normalization", "activation", "dense", "merging", "sequence",
)  # fmt: skip
APART = 10.0
"""The least difference of CIEDE2000 between two families, in their fills or their lines."""


def linear(colour: str) -> numpy.ndarray:
    """Linear RGB of `#rrggbb`."""
    parts = numpy.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return numpy.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((float(TO_XYZ[1] @ linear(each)) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str) -> tuple[float, float, float]:
    """CIE L*a*b* of what a reader sees."""
    seen = TO_XYZ @ numpy.clip(VISIONS[vision] @ linear(colour), 0, 1) / WHITE
    f = [math.cbrt(x) if x > 216 / 24389 else (24389 / 27 * x + 16) / 116 for x in seen]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def difference(one: str, other: str, vision: str) -> float:
    """CIEDE2000: Sharma, Wu and Dalal (2005), doi:10.1002/col.20070."""
    (l1, a1, b1), (l2, a2, b2) = lab(one, vision), lab(other, vision)
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1 = math.degrees(math.atan2(b1, a1 * stretch)) % 360
    h2 = math.degrees(math.atan2(b2, a2 * stretch)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    middle = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(middle - 30))
        + 0.24 * math.cos(math.radians(2 * middle))
        + 0.32 * math.cos(math.radians(3 * middle + 6))
        - 0.20 * math.cos(math.radians(4 * middle - 63))
    )
    by_light = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = hue / (1 + 0.015 * chroma * t)
    angle = math.radians(60 * math.exp(-(((middle - 275) / 25) ** 2)))
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(angle)
    return math.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


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
