"""Terminals: colours, widths, and tables that fit."""

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from cnnspec.backends.summary.layout import FEWEST, SHEET, Column, Sheet, table_lines
from cnnspec.backends.summary.table import summary_text
from cnnspec.cli.printing import hanging, terminal_width
from cnnspec.cli.streams import is_animated, is_coloured
from tests.support.commands import run_command
from tests.support.specs import compiled_file
from tests.support.streams import run_on_terminal, run_shell

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]+m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def set_variables(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("variables", "terminal", "pipe", "pager"),
    [
        ({}, True, False, True),
        ({"TERM": "xterm"}, True, False, True),
        ({"TERM": "dumb"}, False, False, False),
        ({"NO_COLOR": ""}, True, False, True),
        ({"NO_COLOR": "1"}, False, False, False),
        ({"NO_COLOR": "0"}, False, False, False),
        ({"FORCE_COLOR": ""}, True, False, True),
        ({"FORCE_COLOR": "1"}, True, True, True),
        ({"FORCE_COLOR": "0"}, False, False, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, False),
    ],
    ids=str,
)
def test_one_place_decides_on_colours(
    variables: dict[str, str],
    terminal: bool,
    pipe: bool,
    pager: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_variables(monkeypatch, **variables)
    found = is_coloured(Terminal()), is_coloured(io.StringIO())
    assert (*found, is_coloured(io.StringIO(), is_paged=True)) == (terminal, pipe, pager)


@pytest.mark.parametrize(("term", "animated"), [("xterm", True), ("dumb", False), ("", True)])
def test_a_dumb_terminal_only_prints(
    term: str, animated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_variables(monkeypatch, TERM=term)
    assert (is_animated(Terminal()), is_animated(io.StringIO())) == (animated, False)


GOOD = """\
cnnspec: 1
name: net
inputs: {image: [28, 28, 1]}
blocks:
  deep_unit: {layers: [Conv2D: {name: a_layer_with_quite_a_long_name, filters: 4, kernel_size: 3}]}
layers:
  - deep_unit: {name: the_first_unit_of_the_network}
  - Flatten
  - Dense: {units: 10, activation: softmax}
outputs: {digit: {from: dense_1}}
"""
STYLED = {
    "validate": ("validate", "bad.yaml"),
    "diff": ("diff", "good.yaml", "other.yaml"),
    "diff --git": ("diff", "--git", "good.yaml", "good.yaml", "a", "b", "other.yaml", "c", "d"),
    "layers": ("layers",),
    "layers Conv2D": ("layers", "Conv2D"),
    "explain Conv2D": ("explain", "Conv2D"),
    "explain losses": ("explain", "losses"),
}
"""Calls with colours, or with bold text."""
PLAIN = {
    "summary": ("summary", "good.yaml"),
    "validate": ("validate", "good.yaml"),
    "expand": ("expand", "good.yaml"),
    "code": ("code", "good.yaml"),
    "json": ("validate", "--format", "json", "bad.yaml"),
    "explain": ("explain", "shape-mismatch"),
    "help": ("--help",),
}
"""Calls that never have any."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    (folder / "bad.yaml").write_text(GOOD.replace("units: 10", "unit: 10"), "utf-8")
    (folder / "other.yaml").write_text(GOOD.replace("units: 10", "units: 12"), "utf-8")
    return folder


@pytest.mark.parametrize("name", STYLED)
def test_what_is_styled_is_so_on_terminals(name: str, files: Path) -> None:
    call = STYLED[name]
    shown = run_on_terminal(*call, folder=files, columns=200)
    assert COLOUR.search(shown)
    plain = [
        run_on_terminal(*call, folder=files, columns=200, **variables)
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"FORCE_COLOR": "0"})
    ]
    assert plain == [CODES.sub("", shown)] * 3
    piped = f"$CNNSPEC {' '.join(call)} 2>&1"
    _, stdout, _ = run_shell(piped, files, COLUMNS="200")
    assert stdout.decode() == plain[0]
    _, forced, _ = run_shell(piped, files, FORCE_COLOR="1", COLUMNS="200")
    assert forced.decode() == shown


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_stays_so(name: str, files: Path) -> None:
    call = PLAIN[name]
    _, stdout, _ = run_shell(f"$CNNSPEC {' '.join(call)}", files, FORCE_COLOR="1")
    assert not CODES.search(stdout.decode())
    assert not CODES.search(run_on_terminal(*call, folder=files, FORCE_COLOR="1"))


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR"])
def test_a_summary_for_programs_has_no_colours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = summary_text(compiled_file("specs/mnist_simple.yaml"))
    set_variables(monkeypatch, TERM="xterm", COLUMNS="20", **{name: "1"})
    assert summary_text(compiled_file("specs/mnist_simple.yaml")) == table


def test_the_width_is_that_of_the_terminal(files: Path) -> None:
    wide = run_on_terminal("summary", "good.yaml", folder=files, columns=300)
    _, piped, _ = run_shell("$CNNSPEC summary good.yaml", files)
    assert wide == piped.decode()
    narrow = run_on_terminal("summary", "good.yaml", folder=files, columns=70)
    assert max(map(cell_len, narrow.splitlines())) == 70
    _, set_by_user, _ = run_shell("$CNNSPEC summary good.yaml", files, COLUMNS="70")
    assert set_by_user.decode() == narrow
    assert run_on_terminal("summary", "good.yaml", folder=files, COLUMNS="70", columns=90) == narrow
    unknown = run_on_terminal("summary", "good.yaml", folder=files)
    assert max(map(cell_len, unknown.splitlines())) == 80


@pytest.mark.parametrize(("columns", "width"), [("70", 70), ("0", None), ("x", None), ("", None)])
def test_columns_is_a_number(
    columns: str, width: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    set_variables(monkeypatch, COLUMNS=columns)
    assert terminal_width() == width


NARROW = {
    64: """\
Model: "net"
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━┓
┃ Layer (type)    ┃ Output Shape      ┃ Param # ┃ Connected to ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━┩
│ image (…)       │ (None, 28, 28, 1) │       0 │ -            │
│ the_fir…ng_name │ (None, 26, 26, 4) │      40 │ image        │
│ flatten_1 (…)   │ (None, 2704)      │       0 │ the_fi…_name │
│ dense_1 (Dense) │ (None, 10)        │  27,050 │ flatten_1    │
│ digit (…)       │ (None, 10)        │       0 │ dense_1      │
└─────────────────┴───────────────────┴─────────┴──────────────┘
 Total params: 27,090 (105.82 KB)
 Trainable params: 27,090 (105.82 KB)
 Non-trainable params: 0 (0.00 B)
""",
    50: """\
Model: "net"
┏━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━┓
┃ Laye…pe) ┃ Output Shape      ┃ Param # ┃ Co…to ┃
┡━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━┩
│ image    │ (None, 28, 28, 1) │       0 │ -     │
│ the_…ame │ (None, 26, 26, 4) │      40 │ image │
│ flat…n_1 │ (None, 2704)      │       0 │ th…me │
│ dense_1  │ (None, 10)        │  27,050 │ fl…_1 │
│ digit    │ (None, 10)        │       0 │ de…_1 │
└──────────┴───────────────────┴─────────┴───────┘
 Total params: 27,090 (105.82 KB)
 Trainable params: 27,090 (105.82 KB)
 Non-trainable params: 0 (0.00 B)
""",
}


@pytest.mark.parametrize("width", NARROW)
def test_a_summary_on_a_narrow_terminal(
    width: int, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_variables(monkeypatch, COLUMNS=str(width))
    assert run_command("summary", files / "good.yaml") == (0, NARROW[width], "")


def numbers(text: str) -> list[str]:
    return re.findall(r"(?<=[│|]) +([\d,]+) (?=[│|])", text)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@pytest.mark.parametrize("spec", ["specs/mnist_branches.yaml", "specs/mnist_transfer.yaml"])
def test_tables_fit_and_cut_no_number(spec: str, encoding: str) -> None:
    checked = compiled_file(spec)
    whole = summary_text(checked, expand=True, sheet=Sheet(None, encoding))
    widest = max(map(cell_len, whole.splitlines()))
    least = None
    for width in range(1, widest + 2):
        table = summary_text(checked, expand=True, sheet=Sheet(width, encoding))
        assert numbers(table) == numbers(whole)
        lines = table.splitlines()
        table_width = max(cell_len(line) for line in lines if line[0] in "┏┃┡│└+|")
        assert len(lines) == len(whole.splitlines()), "nothing wraps"
        least = least or table_width
        assert table_width <= max(least, width)
    assert table == whole


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("layer", 5, "layer"),
        ("layers", 5, "la…rs"),
        ("a_long_name", 6, "a_l…me"),
        ("層層層層", 6, "層…層"),
        ("層層層層", 7, "層層…層"),
        ("abcdef", 1, "…"),
        ("abcdef", 2, "a…"),
    ],
)
def test_texts_are_shortened_in_the_middle(text: str, width: int, short: str) -> None:
    assert SHEET.shortened(text, width) == short
    assert cell_len(short) <= width


def test_without_the_mark_there_are_dots() -> None:
    assert Sheet(None, "ascii").shortened("a_long_name", 8) == "a_l...me"


@pytest.mark.parametrize("width", range(15, 60, 4))
@pytest.mark.parametrize("frame", ["heavy", "simple"])
def test_every_frame_fits(frame: str, width: int) -> None:
    columns = [Column("name", shorten=SHEET.shortened), Column("count", is_number=True)]
    rows = [("a" * 30, "1,234"), ("b", "5")]
    lines = table_lines(columns, rows, Sheet(width), frame=frame)  # type: ignore[arg-type]
    natural = max(map(len, table_lines(columns, rows, frame=frame)))  # type: ignore[arg-type]
    least = natural - 30 + FEWEST
    assert max(map(len, lines)) == max(least, min(width, natural))


@pytest.mark.parametrize("width", range(46, 120, 12))
@pytest.mark.parametrize(
    "call", [("layers", "Conv2D"), ("layers",), ("explain",), ("explain", "losses")], ids=" ".join
)
def test_lists_wrap_between_words(
    call: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_variables(monkeypatch)
    _, whole, _ = run_command(*call)
    set_variables(monkeypatch, COLUMNS=str(width))
    _, wrapped, _ = run_command(*call)
    assert wrapped.split() == whole.split()
    described = wrapped.split("\nExamples\n")[0]  # calls stay on a line
    longest = max(map(len, described.split()))
    several = [line for line in described.splitlines() if len(line.split()) > 1]
    assert max(map(len, several)) <= max(width, longest + 6)


def test_a_wrapped_line_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    set_variables(monkeypatch, COLUMNS="30")
    assert hanging("name: one two three four five", 8, first=2).splitlines() == [
        "  name: one two three four",
        "        five",
    ]
