"""curves.svg: whole epochs, a panel for each output, and names in all scripts."""

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from cnnspec.ir.graph import Output
from cnnspec.training.curves import FONTS, draw_curves
from cnnspec.training.panels import Curve, Panel, panels_of, ranges
from tests.support.specs import compiled_text

SVG = "{http://www.w3.org/2000/svg}"
History = list[dict[str, float]]


def outputs_of(*names: str, without_loss: tuple[str, ...] = ()) -> tuple[Output, ...]:
    layers = [f"  - Dense: {{name: '{name}', from: x, units: 1}}" for name in names]
    declared = [
        f"  '{name}': {{{'' if name in without_loss else 'loss: mse, '}metrics: [mae]}}"
        for name in names
    ]
    text = "\n".join(["inputs: {x: [4]}", "layers:", *layers, "outputs:", *declared])
    return compiled_text(text).graph.outputs


def history(epochs: int, **values: float) -> History:
    """Rows in which all values are the same, but for the epoch."""
    return [{"epoch": epoch, **values} for epoch in range(epochs)]


BOTH = {"loss": 3.0, "digit_loss": 1.0, "odd_loss": 2.0, "digit_mae": 0.5, "odd_mae": 0.75}
VALIDATED = BOTH | {f"val_{name}": value * 2 for name, value in BOTH.items()}


class Drawn:
    """What an SVG file shows."""

    def __init__(self, file: Path) -> None:
        self.root = ElementTree.fromstring(file.read_text("utf-8"))
        self.texts = ["".join(each.itertext()).strip() for each in self.root.iter(f"{SVG}text")]

    def groups(self, pattern: str) -> list[ElementTree.Element]:
        return [
            each for each in self.root.iter(f"{SVG}g") if re.fullmatch(pattern, each.get("id", ""))
        ]

    @property
    def ticks(self) -> list[list[str]]:
        """The labels of the first axis of each panel."""
        return [
            ["".join(text.itertext()).strip() for text in axis.iter(f"{SVG}text")][:-1]
            for axis in self.groups(r"matplotlib\.axis_\d+")
            if "epoch" in "".join(axis.itertext())
        ]


def drawn(
    rows: Sequence[Mapping[str, float]],
    outputs: tuple[Output, ...],
    folder: Path,
    begins: Sequence[int] = (0,),
) -> Drawn:
    draw_curves(rows, outputs, begins, folder / "curves.svg")
    return Drawn(folder / "curves.svg")


@pytest.mark.parametrize(
    ("epochs", "ticks"),
    [
        (1, ["1"]),
        (2, ["1", "2"]),
        (3, ["1", "2", "3"]),
        (7, ["1", "2", "3", "4", "5", "6", "7"]),
        (30, [str(epoch) for epoch in range(3, 31, 3)]),
        (200, [str(epoch) for epoch in range(20, 201, 20)]),
    ],
)
def test_the_axis_has_whole_epochs(epochs: int, ticks: list[str], tmp_path: Path) -> None:
    assert drawn(history(epochs, loss=1.0), outputs_of("digit"), tmp_path).ticks == [ticks]


def test_each_output_has_a_panel_with_training_and_validation(tmp_path: Path) -> None:
    found = drawn(history(3, **VALIDATED), outputs_of("digit", "odd"), tmp_path)
    assert len(found.groups(r"axes_\d+")) == 3
    titles = [text for text in found.texts if text in ("total loss", "digit", "odd")]
    assert titles == ["total loss", "digit", "odd"]
    legends = [text for text in found.texts if text.startswith(("training", "validation"))]
    of_output = ["training loss", "validation loss", "training mae", "validation mae"]
    assert legends == ["training loss", "validation loss", *of_output, *of_output]


def curve(measure: str, *values: float, is_validation: bool = False) -> Curve:
    return Curve(measure, tuple(range(1, len(values) + 1)), values, is_validation)


PANELS: dict[str, tuple[History, tuple[Output, ...], list[Panel]]] = {
    "one output": (
        history(1, loss=1.0, digit_mae=2.0, val_loss=3.0, val_digit_mae=4.0),
        outputs_of("digit"),
        [
            Panel(
                "digit",
                (
                    curve("loss", 1.0),
                    curve("loss", 3.0, is_validation=True),
                    curve("mae", 2.0),
                    curve("mae", 4.0, is_validation=True),
                ),
            )
        ],
    ),
    "an output without a loss": (
        history(1, loss=1.0, digit_mae=2.0, odd_mae=3.0),
        outputs_of("digit", "odd", without_loss=("odd",)),
        [
            Panel("digit", (curve("loss", 1.0), curve("mae", 2.0))),
            Panel("odd", (curve("mae", 3.0),)),
        ],
    ),
    "the rate, and names that begin alike": (
        history(2, loss=1.0, a_loss=1.0, a_b_loss=2.0, a_b_mae=5.0, learning_rate=0.5),
        outputs_of("a", "a_b"),
        [
            Panel("total loss", (curve("loss", 1.0, 1.0),)),
            Panel("a", (curve("loss", 1.0, 1.0),)),
            Panel("a_b", (curve("loss", 2.0, 2.0), curve("mae", 5.0, 5.0))),
            Panel("learning rate", (curve("learning_rate", 0.5, 0.5),)),
        ],
    ),
    "a value that only later epochs have": (
        [{"epoch": 0, "loss": 1.0}, {"epoch": 1, "loss": 2.0, "val_loss": 3.0}],
        outputs_of("digit"),
        [Panel("digit", (curve("loss", 1.0, 2.0), Curve("loss", (2,), (3.0,), True)))],
    ),
    "nothing": ([], outputs_of("digit"), []),
}


@pytest.mark.parametrize("what", PANELS)
def test_panels(what: str) -> None:
    rows, outputs, panels = PANELS[what]
    assert panels_of(rows, outputs) == panels


def test_sizes_that_differ_much_get_an_axis_each() -> None:
    (panel,) = panels_of(history(1, loss=1.0, digit_mae=20.0), outputs_of("digit"))
    assert panel.apart() == ((curve("loss", 1.0),), (curve("mae", 20.0),))
    (panel,) = panels_of(history(1, loss=1.0, digit_mae=19.0), outputs_of("digit"))
    assert panel.apart() == (panel.curves, ())


NAMES = ["数字", "かな", "숫자", "четыре", "größe", "عدد", "a$b$c", "x & <y>", "_hidden", "🙂", r"\alpha^2_i", "%s"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("error")
def test_names_are_text_in_fonts_that_have_their_letters(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = history(2, **{"loss": 1.0, "z_loss": 1.0, f"{name}_loss": 0.5, f"{name}_{name}": 9.0})
    found = drawn(rows, outputs_of("z", name), tmp_path)
    assert [text for text in found.texts if name in text] == [name, f"training {name}"]
    (title,) = [
        each for each in found.root.iter(f"{SVG}text") if "".join(each.itertext()).strip() == name
    ]
    stack = ", ".join(f"'{font}'" for font in FONTS)
    assert f"{stack}, sans-serif" in title.get("style", "")
    assert caplog.records == []


def test_a_long_name_is_cut_off(tmp_path: Path) -> None:
    found = drawn(history(1, loss=1.0), outputs_of("n" * 200), tmp_path)
    assert [text for text in found.texts if "nn" in text] == [f"{'n' * 47}..."]


def test_a_single_epoch_is_seen(tmp_path: Path) -> None:
    found = drawn(history(1, loss=1.0, val_loss=2.0), outputs_of("digit"), tmp_path)
    lines = found.groups(r"line2d_\d+")
    markers = [line for line in lines if "C0" in str(line) or _colour(line) == "#1f77b4"]
    assert [len([*line.iter(f"{SVG}use")]) for line in markers] == [1, 1, 1, 1]  # and the legend


def _colour(line: ElementTree.Element) -> str | None:
    for use in line.iter(f"{SVG}use"):
        if found := re.search(r"stroke: (#[0-9a-f]+)", use.get("style", "")):
            return found[1]
    return None


NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("losses", "text"),
    [
        ([1.0, NAN, 0.5, INF, -INF, NAN], "not finite in epochs 2, 4-6"),
        ([1.0, NAN], "not finite in epoch 2"),
        ([NAN, NAN], "not finite in epochs 1-2"),
        ([1.0, 0.5], None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_is_not_finite_is_said(losses: list[float], text: str | None, tmp_path: Path) -> None:
    rows = [{"epoch": epoch, "loss": loss} for epoch, loss in enumerate(losses)]
    found = drawn(rows, outputs_of("digit"), tmp_path)
    assert [each for each in found.texts if "finite" in each] == ([text] if text else [])


def test_runs_of_epochs() -> None:
    assert ranges((1, 2, 3, 7, 9, 10)) == "1-3, 7, 9-10"
    assert ranges(()) == ""


def test_phases_are_marked(tmp_path: Path) -> None:
    found = drawn(history(5, **VALIDATED), outputs_of("digit", "odd"), tmp_path, (0, 2, 4, 9))
    marks = [text for text in found.texts if text.startswith("phase")]
    assert marks == ["phase 2", "phase 3"] * 3  # the last one was not reached


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 1), (3, 2), (7, 2), (8, 3), (30, 3)])
def test_panels_of_many_outputs_stand_side_by_side(
    count: int, columns: int, tmp_path: Path
) -> None:
    names = [f"out{number}" for number in range(count)]
    values = {"loss": 1.0} | ({f"{name}_loss": 1.0 for name in names} if count > 1 else {})
    found = drawn(history(1, **values), outputs_of(*names), tmp_path)
    panels = count + (count > 1)
    width, height = (
        float(found.root.get(side, "").removesuffix("pt")) / 72 for side in ("width", "height")
    )
    assert (round(width / 6, 2), round(height / 3.2, 2)) == (columns, math.ceil(panels / columns))
    assert len(found.groups(r"axes_\d+")) == panels


def test_equal_curves_are_equal_files(tmp_path: Path) -> None:
    files = []
    for name in "ab":
        draw_curves(history(2, **VALIDATED), outputs_of("digit", "odd"), (0,), tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
