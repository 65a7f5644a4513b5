"""Specs as tests of pytest; `pytester` runs it on folders of specs."""

import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cnnspec
from cnnspec.diagnostics.reporters import as_text
from tests.support.specs_of_plugins import BROKEN, GOOD, LIBRARY, write

pytest_plugins = ["pytester"]

WARNED = GOOD.replace("{width: 8}", "{width: 8, depth: 2}")
OTHER = "services: {web: {image: nginx}}\n"
SPECS = {
    "specs/good.yaml": GOOD,
    "specs/zoo/deep.yml": GOOD,
    "specs/blocks.yaml": LIBRARY,
    "compose.yaml": OTHER,
    "tests/test_own.py": "def test_own(): pass\n",
}
EVERY = ["specs/blocks.yaml", "specs/good.yaml", "specs/zoo/deep.yml"]

SAID = """\
specs/broken.yaml:9:24: error[expectation]: expected at most 54,169 parameters, but the model has 54,170
 9 | expect: {total_params: {max: 54169}}
   |                        ^^^^^^^^^^^^
specs/broken.yaml:7:19: note: 'digit' has 54,090 of them
 7 |   - Dense: {name: digit, units: 10}
   |                   ^^^^^
specs/broken.yaml:5:5: note: 'conv2d_1' has 80 of them
 5 |   - Conv2D: {filters: $width, kernel_size: 3}
   |     ^^^^^^"""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import what runs in this process need: `pytester` drops what they import themselves."""
    import_module("cnnspec.testing.collecting")
    for text in (GOOD, BROKEN, WARNED, LIBRARY, "cnnspec: [1"):
        report = cnnspec.loads(text).report
        assert report is not None
        as_text(report)


@pytest.fixture(autouse=True)
def _usual_warnings() -> Iterator[None]:
    """Runs in this process would have the filters of this one."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with specs, tests and another YAML file."""
    write(pytester, SPECS)
    return pytester


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    result = pytester.runpytest_inprocess("--collect-only", "-q", *arguments)
    return sorted(line for line in result.outlines if "::" in line)


def validations(files: list[str]) -> list[str]:
    return [f"{file}::validate" for file in files]


def test_specs_are_tests_only_where_they_are_asked_for(folder: pytest.Pytester) -> None:
    own = "tests/test_own.py::test_own"
    assert collected(folder) == [own]
    assert collected(folder, "--cnnspec") == [*validations(EVERY), own]
    assert collected(folder, "--cnnspec", "specs/zoo") == validations(["specs/zoo/deep.yml"])
    assert collected(folder, "--cnnspec", "specs/good.yaml") == validations(["specs/good.yaml"])
    assert collected(folder, "specs/good.yaml") == []
    assert collected(folder, "--cnnspec", "compose.yaml") == validations(["compose.yaml"])


@pytest.mark.parametrize("form", ["toml", "ini"])
def test_patterns_are_relative_to_the_root(form: str, folder: pytest.Pytester) -> None:
    if form == "toml":
        folder.makepyprojecttoml(
            '[tool.pytest.ini_options]\ncnnspec_files = ["specs/*.yaml", "specs/**/*.yml"]'
        )
    else:
        folder.makeini("[pytest]\ncnnspec_files = specs/*.yaml specs/**/*.yml")
    own = "tests/test_own.py::test_own"
    assert collected(folder) == [*validations(EVERY), own]
    assert collected(folder, "tests") == [own]
    assert collected(folder, "specs/zoo") == validations(["specs/zoo/deep.yml"])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path / "specs")
        assert collected(folder, "good.yaml") == validations(["specs/good.yaml"])


def test_patterns_add_to_the_paths_of_tests(folder: pytest.Pytester) -> None:
    folder.makeini("[pytest]\ntestpaths = tests\ncnnspec_files = specs/*.yaml")
    own = "tests/test_own.py::test_own"
    assert collected(folder) == [*validations(EVERY[:2]), own]
    assert collected(folder, "tests") == [own]


def test_the_failure_is_what_a_terminal_shows(folder: pytest.Pytester) -> None:
    write(folder, {"specs/broken.yaml": BROKEN, "specs/worse.yaml": "cnnspec: [1\n"})
    result = folder.runpytest_inprocess("--cnnspec", "--junitxml=report.xml")
    result.assert_outcomes(passed=4, failed=2)
    assert SAID in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    heads = [line.strip("_ ") for line in result.outlines if re.fullmatch(r"_+ .* _+", line)]
    assert heads == ["specs/broken.yaml: validate", "specs/worse.yaml: validate"]
    cases = {
        (case.attrib["classname"], case.attrib["name"]): case.find("failure")
        for case in ElementTree.parse(folder.path / "report.xml").iter("testcase")
    }
    failure = cases["specs.broken.yaml", "validate"]
    assert failure is not None
    assert failure.text == SAID
    assert cases["specs.good.yaml", "validate"] is None


def test_warnings_are_those_of_pytest_and_failures_where_it_is_strict(
    folder: pytest.Pytester,
) -> None:
    write(folder, {"warned.yaml": WARNED})
    result = folder.runpytest_inprocess("--cnnspec", "warned.yaml")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*warned.yaml:2: SpecWarning: *the parameter 'depth' [[]unused-parameter[]]"]
    )
    for strict in (["--cnnspec-strict"], ["-o", "cnnspec_strict=true", "--cnnspec"]):
        result = folder.runpytest_inprocess(*strict, "warned.yaml")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["warned.yaml:2:20: error[[]unused-parameter[]]: *'depth'"])
    result = folder.runpytest_inprocess("--cnnspec", "-W", "error", "warned.yaml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["warned.yaml:2:20: warning[[]unused-parameter[]]: *'depth'"])
    write(folder, {"warned.yaml": f"{WARNED}ignore: [unused-parameter]\n"})
    folder.runpytest_inprocess("--cnnspec-strict", "warned.yaml").assert_outcomes(passed=1)


MATRIX = (
    "[pytest]\ncnnspec_files = *.yaml\ncnnspec_matrix =\n    width: [16, 32]\n    depth: [1, two]\n"
)


def test_a_matrix_gives_values_for_the_parameters_that_a_spec_has(
    pytester: pytest.Pytester,
) -> None:
    write(pytester, {"a.yaml": GOOD, "b.yaml": WARNED, "c.yaml": LIBRARY, "d.yaml": "cnnspec: [1"})
    pytester.makeini(MATRIX)
    assert collected(pytester) == [
        "a.yaml::validate[width:16]",
        "a.yaml::validate[width:32]",
        "b.yaml::validate[width:16-depth:1]",
        "b.yaml::validate[width:16-depth:two]",
        "b.yaml::validate[width:32-depth:1]",
        "b.yaml::validate[width:32-depth:two]",
        "c.yaml::validate",
        "d.yaml::validate",
    ]
    assert collected(pytester, "-k", "width:16 and not b.yaml") == ["a.yaml::validate[width:16]"]
    assert collected(pytester, "a.yaml::validate[width:32]") == ["a.yaml::validate[width:32]"]


def test_each_value_of_a_matrix_is_tried(pytester: pytest.Pytester) -> None:
    write(pytester, {"a.yaml": f"{GOOD}expect: {{total_params: {{max: 110000}}}}\n"})
    pytester.makeini(
        "[pytest]\ncnnspec_files = a.yaml\ncnnspec_matrix = width: [16, 32, 0, wide]\n"
    )
    result = pytester.runpytest_inprocess("-v")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "cnnspec: *, width of [[]16, 32, 0, 'wide'[]]",
            "a.yaml::validate[[]width:16[]] PASSED*",
            "a.yaml::validate[[]width:32[]] FAILED*",
            "a.yaml::validate[[]width:0[]] FAILED*",
            "a.yaml::validate[[]width:wide[]] FAILED*",
            "*error[[]expectation[]]: expected at most 110,000 parameters, but the model has *",
        ]
    )


WRONG = {
    "width: 16": "cnnspec_matrix: 'width' must be a list of values to try, not 16",
    "width: []": "cnnspec_matrix: 'width' must be a list of values to try, not []",
    "width": "cnnspec_matrix: 'width' is not of the form `width: [16, 32]`",
    "width: [16": "cnnspec_matrix: 'width: [16' is not of the form `width: [16, 32]`",
    "width: [1]\n    width: [2]": "cnnspec_matrix: 'width' is listed twice",
}


@pytest.mark.parametrize("matrix", WRONG)
def test_wrong_matrices_are_refused(matrix: str, pytester: pytest.Pytester) -> None:
    write(pytester, {"a.yaml": GOOD})
    pytester.makeini(f"[pytest]\ncnnspec_files = a.yaml\ncnnspec_matrix =\n    {matrix}\n")
    result = pytester.runpytest_inprocess()
    assert (result.ret, result.errlines) == (
        pytest.ExitCode.USAGE_ERROR,
        [f"ERROR: {WRONG[matrix]}", ""],
    )


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("cnnspec_files = b.yaml", "cnnspec_files: no file matches 'b.yaml'"),
        (
            "cnnspec_files = a.yaml\ncnnspec_matrix = widht: [1]",
            "cnnspec_matrix: no spec has the parameter 'widht'",
        ),
    ],
)
def test_what_is_of_no_use_is_said(keys: str, says: str, pytester: pytest.Pytester) -> None:
    write(pytester, {"a.yaml": GOOD})
    pytester.makeini(f"[pytest]\n{keys}\n")
    pytester.runpytest_inprocess().stdout.fnmatch_lines([f"*PytestConfigWarning: {says}"])
    result = pytester.runpytest_inprocess("-W", "error")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in result.stderr.str() + result.stdout.str()
    assert "INTERNALERROR" not in result.stderr.str() + result.stdout.str()


def test_workers_share_the_specs(folder: pytest.Pytester) -> None:
    write(folder, {"specs/broken.yaml": BROKEN})
    folder.makeini(
        "[pytest]\ntestpaths = tests\ncnnspec_files = specs/*.yaml\ncnnspec_matrix = width: [8, 16]"
    )
    result = folder.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=4, failed=2)
    assert SAID in result.stdout.str()


FIXTURES = """
import pytest

def test_spec(spec):
    assert spec("specs/good.yaml").compile().params == 54170
    assert spec("specs/good.yaml", params={"width": 16}).compile().params == 108330
    assert [each.code for each in spec("specs/broken.yaml").report] == ["expectation"]

def test_missing(spec):
    with pytest.raises(FileNotFoundError):
        spec("specs/none.yaml")

def test_kinds(spec, model):
    assert callable(spec) and callable(model)
"""


def test_tests_get_specs(folder: pytest.Pytester) -> None:
    write(folder, {"specs/broken.yaml": BROKEN, "tests/inner/test_fixtures.py": FIXTURES})
    folder.runpytest_inprocess("tests/inner").assert_outcomes(passed=3)
    folder.runpytest_inprocess("--cnnspec", "tests/inner").assert_outcomes(passed=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path / "tests")
        folder.makeini("[pytest]\n")
        folder.runpytest_inprocess("inner").assert_outcomes(passed=3)


IMPORTED = """
import sys

def test_what_is_imported():
    packages = {name.partition(".")[0] for name in sys.modules}
    assert packages & {"cnnspec", "pydantic", "yaml", "click", "numpy", "keras", "tensorflow"} == set(%s)
"""


def test_it_imports_nothing_where_it_is_off_and_no_keras_where_nothing_is_built(
    folder: pytest.Pytester,
) -> None:
    alone = ("-p", "no:hypothesispytest", "-p", "no:xdist")
    write(folder, {"tests/test_own.py": IMPORTED % "()"})
    folder.runpytest_subprocess(*alone).assert_outcomes(passed=1)
    folder.runpytest_subprocess(*alone, "-p", "no:cnnspec").assert_outcomes(passed=1)
    write(folder, {"tests/test_own.py": IMPORTED % ["cnnspec", "pydantic", "yaml"]})
    folder.runpytest_subprocess(*alone, "--cnnspec").assert_outcomes(passed=4)


def test_it_can_be_left_out(folder: pytest.Pytester) -> None:
    result = folder.runpytest_subprocess("-p", "no:cnnspec", "--cnnspec")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --cnnspec"])
    write(folder, {"tests/test_own.py": "def test_own(spec): pass\n"})
    folder.runpytest_subprocess("-p", "no:cnnspec").assert_outcomes(errors=1)


def test_the_specs_of_the_project_are_tests(request: pytest.FixtureRequest) -> None:
    makefile = (Path(request.config.rootpath) / "Makefile").read_text("utf-8")
    assert "pytest --quiet --cnnspec-strict specs" in makefile
