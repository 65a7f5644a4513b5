"""The pages of the codes: every example is compiled, and says what its page says."""

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

import cnnspec.diagnostics.explanations
from cnnspec.analysis.custom_code import check_code
from cnnspec.compiler import compile_file
from cnnspec.data.checks import check_data
from cnnspec.data.reporting import report_warnings
from cnnspec.declarations.keras_versions import CODE, NEWEST, OLDEST, Keras
from cnnspec.diagnostics.codes import CODES, DATA_WARNINGS, WARNINGS
from cnnspec.diagnostics.explanations.reading import Block, explanation
from cnnspec.diagnostics.report import MAX_FINDINGS
from tests.support.commands import python_output, run_command

explain_command = partial(run_command, "explain")
EACH_CODE = pytest.mark.parametrize("code", CODES)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    folder = Path(cnnspec.diagnostics.explanations.__file__).parent
    assert sorted(page.stem for page in folder.glob("*.md")) == sorted(CODES)


def make(block: Block, folder: Path) -> None:
    """Write a block's file, or run its script in the folder."""
    if block.language == "sh":
        subprocess.run(["sh", "-c", block.text], cwd=folder, check=True)
    else:
        name = block.name if block.name not in ("fails", "passes") else "spec.yaml"
        (folder / name).write_text(block.text, encoding="utf-8")


def found(code: str, block: Block, folder: Path, keras: Keras) -> list[str]:
    """The codes of what `build --root` or `train` would say before they build, for a Keras."""
    make(block, folder)
    compilation = compile_file(folder / "spec.yaml", root=folder, keras=keras)
    if compilation.checked is not None:
        check_code(compilation.checked, (), compilation.report)
        training = compilation.checked.graph.training
        if code in DATA_WARNINGS and training is not None:
            data = check_data(compilation.checked, training)
            report_warnings(compilation.report, compilation.checked, training, data, None)
    return [each.code for each in compilation.report]


BEFORE = {"more-findings": ["unknown-argument"] * MAX_FINDINGS}
"""What an example has to have for its code."""


@EACH_CODE
def test_the_examples_fail_and_pass(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = explanation(code)
    for block in page.needed:
        make(block, tmp_path)
    keras = OLDEST if code == CODE else NEWEST
    codes = [found(code, block, tmp_path, keras) for block in (page.fails, page.passes)]
    assert codes == [[*BEFORE.get(code, ()), code], []]


@EACH_CODE
def test_a_page_is_short_and_whole(code: str) -> None:
    page = explanation(code)
    lines = page.meaning.splitlines()
    assert page.meaning.endswith(".")
    assert (len(lines) <= 3, max(map(len, lines)) <= 110) == (True, True)
    assert [block.name for block in page.blocks[-2:]] == ["fails", "passes"]


def test_there_is_no_page_of_another_name() -> None:
    with pytest.raises(KeyError, match="nothing"):
        explanation("nothing")


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("codes", CODES),
        ("warnings", WARNINGS),
        ("errors", {code: text for code, text in CODES.items() if code not in WARNINGS}),
    ],
)
def test_codes_are_listed_with_their_meanings(word: str, codes: dict[str, str]) -> None:
    exit_code, stdout, stderr = explain_command(word)
    title, *lines = stdout.splitlines()
    assert (exit_code, stderr, title) == (0, "", word.capitalize())
    assert [line.split(maxsplit=1) for line in lines] == [[*each] for each in codes.items()]


def test_a_page_as_json() -> None:
    exit_code, stdout, stderr = explain_command("--format", "json", "duplicate-key")
    page = explanation("duplicate-key")
    meaning = {
        "name": "duplicate-key",
        "group": "error",
        "summary": CODES["duplicate-key"],
        "facts": [" ".join(page.meaning.split())],
        "files": {},
        "fails": page.fails.text,
        "passes": page.passes.text,
    }
    wanted = {"word": "duplicate-key", "meanings": [meaning]}
    assert (exit_code, stderr, json.loads(stdout)) == (0, "", wanted)


DUPLICATE_KEY = """\
error[duplicate-key]: a key that appears twice in one mapping

The same key appears twice in one mapping. Most YAML parsers silently keep only the last one, so the
first value would be lost.

This fails:

    cnnspec: 1
    inputs: {image: [28, 28, 1]}
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, filters: 16}

This passes:

    cnnspec: 1
    inputs: {image: [28, 28, 1]}
    layers:
      - Conv2D: {filters: 16, kernel_size: 3}
"""


def test_a_page_is_printed() -> None:
    assert explain_command("duplicate-key") == (0, DUPLICATE_KEY, "")


@EACH_CODE
def test_every_page_is_printed_whole(code: str) -> None:
    exit_code, stdout, _ = explain_command(code)
    page = explanation(code)
    shown = [line.strip() for line in stdout.splitlines()]
    wanted = [line.strip() for block in page.blocks for line in block.text.splitlines()]
    assert (exit_code, [line for line in wanted if line not in shown]) == (0, [])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("duplicat-key", "unknown word 'duplicat-key'; did you mean 'duplicate-key'?"),
        ("zzz", "unknown word 'zzz'; `cnnspec explain` lists all words"),
    ],
)
def test_codes_that_there_are_not(code: str, said: str) -> None:
    assert explain_command(code) == (2, "", f"cnnspec: {said}\n")


def test_validating_does_not_load_the_pages() -> None:
    code = (
        "import sys, cnnspec.cli.validate; print('cnnspec.diagnostics.explanations' in sys.modules)"
    )
    assert python_output("-c", code) == "False\n"
