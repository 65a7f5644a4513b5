"""Mistakes of form: each has one error that says how to write it, and fixes leave a valid spec."""

from pathlib import Path
from random import Random

import pytest

from cnnspec.compiler import Compilation, compile_text
from cnnspec.diagnostics.edits import applied
from cnnspec.diagnostics.report import Diagnostic
from cnnspec.mistakes.fixing import fixed
from tests.brought.mistakes.cases import NAME, Case, cases, spec
from tests.support.commands import run_command

pytestmark = pytest.mark.usefixtures("newest_keras")

CASES = list(cases())
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def compiled(text: str) -> Compilation:
    return compile_text(text.encode(), NAME)


def errors(text: str) -> list[Diagnostic]:
    return [each for each in compiled(text).report if each.severity == "error"]


def test_the_spec_is_valid_where_nothing_is_mistaken() -> None:
    assert list(compiled(spec()).report) == []


def test_names_of_mistakes_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@EACH
def test_a_mistake_has_one_error_that_says_how_to_write_it(case: Case) -> None:
    (error,) = errors(case.text)
    assert error == case.error
    assert error.suggestion is not None
    mended = applied(case.text, error.fix.edits) if error.fix else None
    assert (mended, error.fix is not None and error.fix.is_safe) == (case.mended, case.is_safe)


@EACH
def test_safe_fixes_leave_a_valid_spec_and_others_are_left(case: Case) -> None:
    result = fixed(NAME, case.text, compiled)
    if not case.is_safe:
        assert (result.text, result.count) == (case.text, 0)
        return
    assert (result.text, result.count) == (case.mended, 1)
    assert errors(result.text) == []


def need_inputs(*both: Case) -> bool:
    """Whether one changes the inputs, and the other is certain only if they are right."""
    texts = [case.error.message for case in both if "inputs" not in case.parts]
    return any("inputs are declared" in text for text in texts) and len(texts) < len(both)


SAFE = [case for case in CASES if case.is_safe]
PAIRS = [
    (first, second)
    for shift in (7, 40)
    for first, second in zip(SAFE, [*SAFE[shift:], *SAFE[:shift]], strict=True)
    if not {*first.parts} & {*second.parts} and not need_inputs(first, second)
]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda case: case.name)
def test_two_mistakes_are_mended_as_each_alone(first: Case, second: Case) -> None:
    assert first.right is not None
    assert second.right is not None
    text = spec((first.parts, first.wrong), (second.parts, second.wrong))
    right = spec((first.parts, first.right), (second.parts, second.right))
    result = fixed(NAME, text, compiled)
    assert (result.text, result.count) == (right, 2)


CONV = "  # the first\n  - Conv2D: {name: conv, filters: 32, kernel_size: (3, 3)}   # odd\n"
WRONG = spec(
    (("conv",), CONV),
    (("pool",), "  - Unheard: {pool_size: 2}\n"),
    (("flatten",), "  - Flatten()\n"),
    (("outputs",), "outputs:\n  digit: {metrics: accuracy}\n"),
    (("train",), ""),
)
MENDED = (
    WRONG.replace("(3, 3)", "[3, 3]")
    .replace("Flatten()", "Flatten")
    .replace("metrics: accuracy", "metrics: [accuracy]")
)
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(WRONG.encode(), MENDED.encode(), id="plain"),
        pytest.param(BOM + WRONG.encode(), BOM + MENDED.encode(), id="bom"),
        pytest.param(
            WRONG.replace("\n", "\r\n").encode(), MENDED.replace("\n", "\r\n").encode(), id="crlf"
        ),
        pytest.param(
            WRONG.replace("# the first", "# größe 大").encode(),
            MENDED.replace("# the first", "# größe 大").encode(),
            id="letters",
        ),
        pytest.param(WRONG.rstrip().encode(), MENDED.rstrip().encode(), id="no-newline"),
    ],
)
def test_fix_writes_what_is_certain_and_keeps_the_rest(
    before: bytes, after: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes(before)
    result = run_command("validate", "--fix", file)
    assert file.read_bytes() == after
    first, *rest = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (1, "")
    assert first == f"{file}: fixed 3 mistakes"
    assert rest[0].startswith(f"{file}:9:5: error[unknown-kind]: unknown layer")
    assert sum("error[" in line for line in rest) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]


def test_fix_of_a_spec_that_it_mends_whole(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec((("flatten",), "  - Flatten()\n")))
    done = run_command("validate", "--fix", file)
    assert done == (0, f"{file}: fixed 1 mistake\n{file}: ok (54,410 parameters)\n", "")
    assert file.read_text() == spec()
    assert run_command("validate", "--fix", file) == (0, f"{file}: ok (54,410 parameters)\n", "")


def test_fix_leaves_a_file_that_it_cannot_mend(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(spec((("flatten",), "  - Flaten: {x: 1}\n")))
    before = file.stat()
    assert run_command("validate", "--fix", "--quiet", file).exit_code == 1
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_fix_mends_the_form_of_a_step_whose_input_is_wrong(tmp_path: Path) -> None:
    text = """cnnspec: 1
inputs: {image: {shape: [28, 28, 1], dtype: uint8}}
layers:
  - Conv2D%s {filters: 8, kernel_size: 3}
"""
    file = tmp_path / "spec.yaml"
    file.write_text(text % "")
    done = run_command("validate", "--fix", file)
    first, second, *_ = done.stdout.splitlines()
    assert (done.exit_code, first) == (1, f"{file}: fixed 1 mistake")
    assert second == f"{file}:4:5: error[wrong-dtype]: Conv2D takes floats, not uint8"
    assert file.read_text() == text % ":"


def test_fix_of_standard_input_prints_the_spec() -> None:
    text = spec((("flatten",), "  - Flatten()\n"))
    assert run_command("validate", "--fix", "-", stdin=text.encode()) == (
        0,
        spec(),
        "<stdin>: fixed 1 mistake\n-: ok (54,410 parameters)\n",
    )
    assert run_command("validate", "--fix", "-", stdin=spec().encode()).stdout == spec()


def test_fix_leaves_what_a_spec_imports(tmp_path: Path) -> None:
    library = "cnnspec: 1\nblocks: {end: {layers: [Flatten()]}}\n"
    (tmp_path / "blocks.yaml").write_text(library)
    file = tmp_path / "spec.yaml"
    wrong = spec(
        (("params",), "params: {classes: 10}\nimports: [blocks.yaml]\n"),
        (("pool", "flatten"), "  - MaxPooling2D: 2\n  - end\n"),
    )
    file.write_text(wrong)
    result = run_command("validate", "--fix", file)
    assert (tmp_path / "blocks.yaml").read_text() == library
    assert file.read_text() == wrong.replace("MaxPooling2D: 2", "MaxPooling2D: {pool_size: 2}")
    found = tmp_path / "blocks.yaml"
    assert f"{found}:2:25: error[wrong-structure]: Flatten is written without parentheses" in (
        result.stdout
    )
    assert (result.exit_code, result.stdout.count("error[")) == (1, 1)


def test_a_mistake_in_a_block_names_its_calls() -> None:
    block = "blocks:\n  end:\n    layers:\n      - Dropout: 0.3\n      - Flatten\n"
    text = spec((("params",), f"params: {{classes: 10}}\n{block}"), (("flatten",), "  - end\n"))
    (error,) = errors(text)
    assert error.span is not None
    assert (error.span.line, error.span.column) == (7, 18)
    assert error.suggestion == "write `- Dropout: {rate: 0.3}`"
    assert fixed(NAME, text, compiled).count == 1


PIECES = ("{", "}", "[", "]", "(", ")", ":", ",", "'", '"', "\n", "\t", "- ", "=", "$", "#", "None")


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_typed_into_a_mistake_ends_in_diagnostics(seed: int) -> None:
    random = Random(seed)
    text = random.choice(CASES).text
    for _ in range(3):
        at = random.randrange(len(text))
        text = text[:at] + random.choice(PIECES) + text[at + random.choice((0, 0, 1, 5)) :]
    found = compiled(text)
    assert (found.checked is None) == found.report.has_errors
    for each in found.report:
        assert each.span is not None
        assert each.fix is None or applied(text, each.fix.edits) != text
    assert errors(fixed(NAME, text, compiled).text) == errors(text) or len(errors(text)) > 0
