"""Bad specs: every file of tests/bad holds one mistake, and beside it what is said about it.

    - Conv2D: {filters: 32, kernal_size: 3}  # E[unknown-argument]: Conv2D has no argument ...
    #                       ^^^^^^^^^^^ did you mean 'kernel_size'?

`# E[code]: message` ends the guilty line (`# W[code]` where it is a warning). The carets on the
line below stand under the span; where that starts in column 1, the `#` is the first of them.
Without carets the span is the very start of the line; after `^^^ to 9:4` it ends in front of line
9, column 4. What stands after the carets is the suggestion. `# N: message` ends a line that a note
points at, with carets in the same way; a line of its own is a note that points nowhere.

What is expected in a file of tests/bad/parts stands there, if a bad spec names it.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.analysis.custom_code import check_code
from cnnspec.compiler import compile_file, compile_text
from cnnspec.declarations.keras_versions import OLDEST
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.codes import CODES, DATA_WARNINGS
from cnnspec.diagnostics.report import MAX_FINDINGS, Diagnostic, Note, Report, Severity, Span
from cnnspec.diagnostics.reporters import as_text
from cnnspec.language.dump import dumps
from cnnspec.records import replace
from cnnspec.syntax.reading import MAX_BYTES
from tests.support.commands import run_command
from tests.support.nested_data import KEYS, VALUES, Keys, changed, keys_of
from tests.support.paths import BAD, BAD_FILES

pytestmark = pytest.mark.usefixtures("newest_keras")

FILES = [file.name for file in BAD_FILES]
EACH_FILE = pytest.mark.parametrize("name", FILES)

WITHOUT_FILE = {
    "code-not-allowed": "test_code_of_ones_own_is_run_only_where_it_is_allowed",
    "file-too-large": "test_bytes_that_are_no_spec",
    "more-findings": "test_findings_that_are_not_told_are_counted",
    "not-in-this-keras": "test_what_an_older_keras_does_not_have",
    "not-utf8": "test_bytes_that_are_no_spec",
    "outside-root": "test_root_keeps_files_in",
}
"""Codes that take more than a file, with the tests that have them."""

SAID = re.compile(r"# (?:(?P<severity>[EW])\[(?P<code>[\w-]+)\]|N): (?P<message>.*?)(?=  #|$)")
CARETS = re.compile(
    r" *#(?P<gap> *)(?P<carets>\^*)(?: to (?P<line>\d+):(?P<column>\d+))?(?: (?P<remark>\S.*))?"
)
SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning"}


def pointed_at(file: str, line: int, below: str) -> tuple[Span, str | None]:
    """The span that a line of carets shows, and what stands after the carets."""
    found = CARETS.fullmatch(below)
    if found is None:
        return Span(file, line, 1, line, 1), None
    start = found.start("carets") + 1 if found["gap"] else 1
    end = line, found.end("carets") + 1
    if found["line"]:
        end = int(found["line"]), int(found["column"])
    return Span(file, line, start, *end), found["remark"]


def said_in(file: str) -> Iterator[Diagnostic | Note]:
    """What the comments of one file say."""
    lines = (BAD / file).read_text("utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        below = lines[number] if number < len(lines) else ""
        span, remark = pointed_at(file, number, below)
        for said in SAID.finditer(line):
            if said["code"]:
                severity = SEVERITIES[said["severity"]]
                yield Diagnostic(severity, said["code"], said["message"], span, suggestion=remark)
            else:
                yield Note(said["message"], None if line.startswith("# N:") else span)


def by_place(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    nowhere = Span("", 0, 0, 0, 0)
    return tuple(sorted(notes, key=lambda note: (note.span or nowhere, note.message)))


def expected(name: str) -> Diagnostic:
    """The finding that a bad spec and the parts that it names hold."""
    parts = re.findall(r"parts/\w+\.yaml", (BAD / name).read_text("utf-8"))
    files = [name, *(part for part in dict.fromkeys(parts) if (BAD / part).exists())]
    said = [each for file in files for each in said_in(file)]
    (finding,) = (each for each in said if isinstance(each, Diagnostic))
    return replace(finding, notes=by_place(tuple(each for each in said if isinstance(each, Note))))


def told(report: Report) -> list[Diagnostic]:
    return [replace(finding, notes=by_place(finding.notes)) for finding in report]


@EACH_FILE
def test_one_mistake_is_one_finding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    assert told(compile_file(Path(name)).report) == [expected(name)]


@EACH_FILE
def test_the_command_tells_it_and_writes_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    before = sorted(BAD.rglob("*"))
    result = run_command("validate", "--format", "json", name)
    found = expected(name)
    assert (result.exit_code, [each["code"] for each in json.loads(result.stdout)]) == (
        1 if found.severity == "error" else 0,
        [found.code],
    )
    assert sorted(BAD.rglob("*")) == before


def test_every_code_has_a_file_or_a_test_here() -> None:
    assert [test for test in WITHOUT_FILE.values() if test not in globals()] == []
    covered = {expected(name).code for name in FILES} | WITHOUT_FILE.keys() | DATA_WARNINGS.keys()
    assert sorted(CODES.keys() - covered) == []


def error(code: str, message: str, *place: int, file: str = "spec.yaml") -> Diagnostic:
    """An error; `place` is line, column and end column of its span."""
    line, column, end = place
    return Diagnostic("error", code, message, Span(file, line, column, line, end))


def seconds_of_work(start: float) -> float:
    return time.process_time() - start


LINE_ENDS = ("\n", "\r\n", "\r", "\x85", "\u2028")


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_bytes_and_characters_that_are_refused_have_their_line_shown(end: str, mark: str) -> None:
    start = f"{mark}cnnspec: 1{end}name: a"
    for bad, shown in ((b"\xe9", "\ufffd"), (b"\x1b", "\\x1b")):
        report = compile_text(start.encode() + bad + f"b{end}".encode(), "spec.yaml").report
        (found,) = report
        assert found.span == Span("spec.yaml", 2, 8, 2, 9)
        assert as_text(report).splitlines()[1] == f" 2 | name: a{shown}b"


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        pytest.param(
            bytes(range(256)) * 8,
            error("not-utf8", "the file is not UTF-8 text (byte 128)", 8, 98, 99),
            id="binary",
        ),
        pytest.param(
            "cnnspec: 1\nname: Zürich\n".encode("latin-1"),
            error("not-utf8", "the file is not UTF-8 text (byte 18)", 2, 8, 9),
            id="latin-1",
        ),
        pytest.param(
            "cnnspec: 1\n".encode("utf-16"),
            error("not-utf8", "the file is not UTF-8 text (byte 0)", 1, 1, 2),
            id="utf-16",
        ),
        pytest.param(
            b"cnnspec: 1\nname: \x1b[31mred\n",
            error("yaml-syntax", "the character U+001B is not allowed", 2, 7, 8),
            id="escape",
        ),
        pytest.param(
            b"[" * 10_000_000,
            error(
                "file-too-large", "a spec may have at most 4 MB, but this file is larger", 1, 1, 1
            ),
            id="10-MB-of-brackets",
        ),
        pytest.param(
            b"cnnspec: 1\n" + b"#" * (MAX_BYTES - 10),
            error(
                "file-too-large", "a spec may have at most 4 MB, but this file is larger", 1, 1, 1
            ),
            id="a-byte-too-many",
        ),
        pytest.param(
            b"[" * 1_000_000,
            error("yaml-depth", "this is nested more than 100 levels deep", 1, 101, 102),
            id="1-MB-of-brackets",
        ),
        pytest.param(
            b"{a: " * 1_000_000,
            error("yaml-depth", "this is nested more than 100 levels deep", 1, 401, 402),
            id="4-MB-of-braces",
        ),
        pytest.param(
            b"- " * 1_000_000,
            error("yaml-depth", "this is nested more than 100 levels deep", 1, 201, 202),
            id="2-MB-of-dashes",
        ),
        pytest.param(
            b"cnnspec: " + b"9" * 1_000_000,
            error("yaml-number", "a number of more than 30 digits", 1, 10, 1_000_010),
            id="a-million-digits",
        ),
    ],
)
def test_bytes_that_are_no_spec(data: bytes, finding: Diagnostic, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(data)
    start = time.process_time()
    (found,) = compile_file(spec).report
    assert seconds_of_work(start) < 2
    assert found.span is not None
    assert replace(found, span=replace(found.span, file="spec.yaml")) == finding


def test_no_file_is_a_wrong_call(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    message = f"cnnspec: '{missing}' cannot be read: No such file or directory\n"
    assert run_command("validate", missing) == (2, "", message)


HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"
WITH_SUBMODEL = HEAD + "submodels: {base: {%s}}\nlayers: [base]\n"


def test_what_an_older_keras_does_not_have() -> None:
    text = HEAD + "layers:\n  - AdaptiveMaxPooling2D: {output_size: 3}\n"
    assert told(compile_text(text.encode(), "spec.yaml", keras=OLDEST).report) == [
        replace(
            error(
                "not-in-this-keras",
                "AdaptiveMaxPooling2D requires Keras 3.13 or later, but the spec is checked for Keras 3.10",
                HEAD.count("\n") + 2,
                5,
                25,
            ),
            suggestion="depend on 'keras>=3.13'",
        )
    ]


def test_root_keeps_files_in(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for file in ("outer.yaml", "inner/outer.yaml"):
        (tmp_path / file).write_text(HEAD + "layers: [Flatten]\n")
    (tmp_path / "inner" / "link.yaml").symlink_to(tmp_path / "outer.yaml")
    root = tmp_path / "inner"
    found = {}
    for path in ("outer.yaml", "../outer.yaml", str(tmp_path / "outer.yaml"), "link.yaml"):
        text = WITH_SUBMODEL % f"spec: '{path}'"
        found[path] = told(compile_text(text.encode(), "spec.yaml", folder=root, root=root).report)
    assert found == {"outer.yaml": []} | {
        path: [
            error(
                "outside-root",
                f"'{path}' leads out of the allowed folder {root}",
                *(3, 26, 28 + len(path)),
            )
        ]
        for path in ("../outer.yaml", str(tmp_path / "outer.yaml"), "link.yaml")
    }


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a" * 300, f"'{'a' * 37}...' cannot be read: File name too long"),
        ("a\\0b", "cannot be read"),
    ],
    ids=["long", "null"],
)
def test_paths_that_no_system_takes(path: str, why: str) -> None:
    (found,) = compile_text((WITH_SUBMODEL % f'spec: "{path}"').encode()).report
    assert (found.code, why in found.message, found.span) == (
        "file-not-found",
        True,
        Span("<stdin>", 3, 26, 3, 28 + len(path)),
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "blocks:\n  b1000: {layers: [ReLU]}\n"
            + "".join(f"  b{n}: {{layers: [b{n + 1}]}}\n" for n in range(1000))
            + "layers: [b0]",
            id="depth",
        ),
        pytest.param(
            "blocks: {join: {layers: []}}\nlayers:\n  - join: {name: j0, from: [image, image]}\n"
            + "".join(f"  - join: {{name: j{n + 1}, from: [j{n}, j{n}]}}\n" for n in range(18))
            + "  - Add: {from: j18}",
            id="tensors",
        ),
    ],
)
def test_few_lines_cannot_write_out_to_too_much(text: str) -> None:
    assert [each.code for each in compile_text(f"{HEAD}{text}\n".encode()).report] == ["too-large"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param(
            "layers: [Dense: {name: a, units: 1}]\noutputs: {a: {loss: [mse], metrics: [3]}}",
            ["4:21 wrong-structure", "4:38 wrong-structure"],
            id="an-output",
        ),
        pytest.param(
            "layers: [Add: {name: 3, repeat: x, branches: [[7], [ReLU: {frozen: 1}]]}]",
            [
                "3:22 wrong-type",
                "3:33 wrong-type",
                "3:48 wrong-structure",
                "3:68 wrong-type",
            ],
            id="a-step",
        ),
        pytest.param(
            "layers: [Dense: {unit: 1, activation: rleu, kernel_initializer: bad}, Flaten]\n"
            "outputs: {dense_1: {loss: msee, metrics: [a, acuracy]}, b: {loss: mse}}\n"
            "train: {optimizer: adamm}",
            [
                "3:18 unknown-argument",
                "3:39 unknown-value",
                "3:65 unknown-kind",
                "3:71 unknown-kind",
                "4:27 unknown-kind",
                "4:43 unknown-kind",
                "4:46 unknown-kind",
                "4:57 unknown-name",
                "5:20 unknown-kind",
            ],
            id="a-spec",
        ),
    ],
)
def test_every_mistake_is_found_at_once(text: str, places: list[str]) -> None:
    found = compile_text(f"{HEAD}{text}\n".encode()).report
    assert [
        f"{each.span.line}:{each.span.column} {each.code}" for each in found if each.span
    ] == places


def test_code_of_ones_own_is_run_only_where_it_is_allowed() -> None:
    text = f"{HEAD}layers:\n  - my_package.layers:SqueezeExcite: {{ratio: 16}}\n"
    message = "building the model needs code of the package 'my_package'; --allow-code my_package allows it"
    compilation = compile_text(text.encode(), "spec.yaml")
    found = {}
    for allowed in ((), ("my", "layers"), ("other", "my_package")):
        report = compilation.report.child()
        assert compilation.checked is not None
        check_code(compilation.checked, allowed, report)
        found[allowed] = told(report)
    refused = [error("code-not-allowed", message, 4, 5, 36)]
    assert found == {(): refused, ("my", "layers"): refused, ("other", "my_package"): []}


SCHEDULE = {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 100}}
WHOLE: dict[str, Any] = {
    "cnnspec": 1,
    "name": "whole",
    "imports": ["parts/library.yaml"],
    "params": {"width": 4, "act": "relu"},
    "defaults": {"Conv2D": {"padding": "same"}},
    "blocks": {
        "residual": {
            "params": {"filters": None, "size": 3},
            "layers": [
                {
                    "Add": {
                        "branches": {
                            "main": [{"Conv2D": {"filters": "$filters", "kernel_size": "$size"}}],
                            "shortcut": [],
                        }
                    }
                },
                "ReLU",
            ],
        }
    },
    "submodels": {
        "base": {"spec": "parts/two_outputs.yaml", "frozen": True},
        "cut": {"spec": "parts/branch.yaml", "until": "flat"},
    },
    "inputs": {"image": [28, 28, 1], "mask": {"shape": [28, 28, 1], "dtype": "uint8"}},
    "layers": [
        {"Conv2D": {"name": "conv", "from": "image", "filters": "$width", "kernel_size": [3, 3]}},
        {"residual": {"name": "block", "filters": "$width", "repeat": 2}},
        {"Flatten": {"name": "flat", "frozen": True}},
        {"base": {"name": "both", "from": "mask"}},
        {"Concatenate": {"from": ["flat", "both/left", "both/right"]}},
        {"Dense": {"name": "dense", "units": "$(width * 2)", "activation": "$act"}},
        {"cut": {"name": "flat_cut", "from": "image"}},
        {"Dense": {"name": "head", "units": 4, "from": "flat"}},
        {"shared": {"name": "again", "layer": "head", "from": "flat"}},
        {"Add": {"name": "sum", "branches": [[{"Dense": {"units": 4}}], ["ReLU"]]}},
    ],
    "outputs": {
        "dense": {
            "loss": {"BinaryCrossentropy": {"label_smoothing": 0.1}},
            "loss_weight": 0.5,
            "metrics": ["accuracy", {"AUC": {}}],
        },
        "sum": {"loss": "mse"},
        "cut_off": {"from": "flat_cut"},
        "again": None,
    },
    "train": {"optimizer": {"Adam": {"learning_rate": SCHEDULE}}},
}
"""Every part of the language at once."""

CHANGES = st.tuples(st.sampled_from(list(keys_of(WHOLE))), st.none() | KEYS, VALUES)


@settings(max_examples=300)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_whatever_stands_anywhere_is_told_or_a_model(
    changes: list[tuple[Keys, object, object]],
) -> None:
    data = WHOLE
    for at, key, value in changes:
        data = changed(data, at, key, value) if at in set(keys_of(data)) else data
    found = compile_text(json.dumps(data).encode(), "spec.yaml", folder=BAD)
    assert [each for each in found.report if each.code not in CODES or each.span is None] == []
    is_library = found.document is not None and found.document.is_library
    assert (found.checked is None) == (found.report.has_errors or is_library)
    if found.checked is not None:
        text = dumps(written_out(found.checked.graph, BAD))
        assert compile_text(text.encode(), folder=BAD).report.has_errors is False


def test_findings_that_are_not_told_are_counted() -> None:
    steps = "".join(f"  - Flatten: {{name: {each}}}\n" for each in range(MAX_FINDINGS + 1))
    text = f"cnnspec: 1\ninputs: {{x: [4]}}\nlayers:\n{steps}"
    assert [each.code for each in compile_text(text.encode()).report][-1] == "more-findings"
