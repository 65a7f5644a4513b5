"""`py.typed` holds what it promises: the types of the public API, seen from a user's program."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnspec
from tests.support.commands import run_python

PROGRAM = """\
from pathlib import Path

import cnnspec
from cnnspec import CheckedGraph, Diagnostic, Document, Note, Report, Span, Spec, SpecError
from cnnspec import draw, dumps, from_keras, load, loads


def params(path: Path | str) -> int:
    spec: Spec = load(path, params={"width": 3}, root=".")
    checked: CheckedGraph = spec.compile()
    return checked.params


def messages(text: str) -> list[str]:
    report: Report = loads(text, folder="specs").report
    found: list[Diagnostic] = list(report)
    notes: list[Note] = [note for each in found for note in each.notes]
    spans: list[Span | None] = [each.span for each in found]
    said = [each.message for each in found] + [note.message for note in notes]
    return said + [span.file for span in spans if span]


def picture(document: Document) -> str:
    try:
        return Spec.of(document, root="specs").draw(theme="dark", depth="all").svg()
    except SpecError as error:
        return dumps(document) + str(error.report)


def trained(spec: Spec) -> dict[str, float]:
    run = spec.train("runs", epochs=3)
    return dict(run.metrics["test"])


def of_keras(model: object) -> str:
    return draw(model, style="keras").mermaid() + cnnspec.__version__
"""

MISTAKES = """\
import cnnspec

cnnspec.laod("a.yaml")
cnnspec.load(3)
spec = cnnspec.loads("")
spec.draw(theme="blue")
spec.summary(expanded=True)
width: int = spec.summary()
spec.compile().parms
cnnspec.draw(spec, direction="UP")
spec.build(allow_code=True)
spec.train(epochs="3")
"""
"""Every line from the third on, but the definition of `spec`, is wrong."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy found out about cnnspec, for its next run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> str:
    """The Python in which cnnspec is installed."""
    return str(request.config.getoption("--core-only") or sys.executable)


def checked(program: str, environment: str, folder: Path, cache: Path) -> tuple[int, list[str]]:
    """The findings of mypy, without the paths."""
    (folder / "user.py").write_text(program)
    options = ("--strict", "--config-file=", f"--cache-dir={cache}", "--no-error-summary")
    exit_code, stdout, stderr = run_python(
        "-m", "mypy", *options, "--python-executable", environment, "user.py", cwd=folder
    )
    assert stderr == ""
    return exit_code, stdout.splitlines()


def test_a_program_that_is_right_has_no_findings(
    environment: str, tmp_path: Path, cache: Path
) -> None:
    assert checked(PROGRAM, environment, tmp_path, cache) == (0, [])


def test_a_program_that_is_wrong_has_a_finding_for_each_mistake(
    environment: str, tmp_path: Path, cache: Path
) -> None:
    exit_code, found = checked(MISTAKES, environment, tmp_path, cache)
    errors = [line for line in found if ": error: " in line]
    lines = [(int(line.split(":")[1]), line.rpartition("[")[2].rstrip("]")) for line in errors]
    assert (exit_code, lines) == (
        1,
        [
            (3, "attr-defined"),
            (4, "arg-type"),
            (6, "arg-type"),
            (7, "call-arg"),
            (8, "assignment"),
            (9, "attr-defined"),
            (10, "arg-type"),
            (11, "arg-type"),
            (12, "arg-type"),
        ],
    )


def test_the_marker_of_typed_packages_is_there() -> None:
    module = find_spec("cnnspec")
    assert module is not None
    assert Path(str(module.origin)).with_name("py.typed").exists()


def test_the_whole_api_is_listed() -> None:
    assert dir(cnnspec) == cnnspec.__all__
