"""The commands that need neither Keras nor TensorFlow: validate, summary, expand, diagram."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnspec.backends.python.script import script
from cnnspec.backends.summary.table import summary_text
from cnnspec.cli.commands import COMMANDS
from cnnspec.compiler import compile_file
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.reporters import REPORTERS
from cnnspec.language.dump import dumps
from cnnspec.language.templates.reading import template
from cnnspec.spec import draw
from tests.support.commands import run_command, run_python
from tests.support.paths import ROOT
from tests.support.specs import compiled_file

SIMPLE = "specs/mnist_simple.yaml"
RESIDUAL = "specs/mnist_residual.yaml"
OUTPUTS = "specs/mnist_multi_output.yaml"
LIBRARY = "specs/blocks/residual.yaml"
BAD = "tests/bad/unknown_argument.yaml"

BAD_TEXT = """\
tests/bad/unknown_argument.yaml:7:27: error[unknown-argument]: Conv2D has no argument 'kernal_size'
 7 |   - Conv2D: {filters: 32, kernal_size: 3}  # E[unknown-argument]: Conv2D has no argument 'kernal_size'
   |                           ^^^^^^^^^^^ did you mean 'kernel_size'?
"""
NO_MODEL = """\
specs/blocks/residual.yaml:1:1: error[not-a-model]: this file only defines blocks for other specs to import; it has no model
 1 | # Residual blocks (He et al., 2015, arXiv:1512.03385) for other specs to import.
   | ^
"""
SMALL = b"cnnspec: 1\nparams: {width: 3}\ninputs: {x: [4]}\nlayers: [Dense: {units: $width}]\n"


@pytest.fixture(autouse=True)
def _in_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([SIMPLE], (0, f"{SIMPLE}: ok (54,410 parameters)\n", "")),
        ([LIBRARY], (0, f"{LIBRARY}: ok (blocks to import)\n", "")),
        (["--quiet", SIMPLE, LIBRARY], (0, "", "")),
        ([BAD], (1, BAD_TEXT, "")),
        (["-q", SIMPLE, BAD], (1, BAD_TEXT, "")),
        ([SIMPLE, BAD], (1, f"{SIMPLE}: ok (54,410 parameters)\n{BAD_TEXT}", "")),
        ([SIMPLE, f"./{SIMPLE}", SIMPLE], (0, f"{SIMPLE}: ok (54,410 parameters)\n./{SIMPLE}: ok (54,410 parameters)\n", "")),
        (["specs/mnist_s*.yaml"], (0, f"{SIMPLE}: ok (54,410 parameters)\n", "")),
        (["specs/**/resi*.yaml"], (0, f"{LIBRARY}: ok (blocks to import)\n", "")),
        (["specs/none*.yaml"], (2, "", "cnnspec: no file matches 'specs/none*.yaml'\n")),
        (["cnnspec/cli"], (2, "", "cnnspec: no specs in 'cnnspec/cli'\n")),
        (["none.yaml"], (2, "", "cnnspec: 'none.yaml' cannot be read: No such file or directory\n")),
        (["--set", "width=3", "--set", "depth=2", RESIDUAL], (0, f"{RESIDUAL}: ok (6,661 parameters)\n", "")),
        (["--set", "width", RESIDUAL], (2, "", "cnnspec: --set expects NAME=VALUE, got 'width'\n")),
        (["--set", "=3", RESIDUAL], (2, "", "cnnspec: --set expects NAME=VALUE, got '=3'\n")),
        (["--set", f"width={'9' * 40}", RESIDUAL], (2, "", "cnnspec: --set width: a number of more than 30 digits\n")),
    ],
)  # fmt: skip
def test_validate(arguments: list[str], found: tuple[int, str, str]) -> None:
    assert run_command("validate", *arguments) == found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("8", None),
        ("0", "out-of-range"),
        ("8.0", "wrong-type"),
        ("true", "wrong-type"),
        ("'8'", "wrong-type"),
        ("", "wrong-type"),
        ("wide", "bad-expression"),
        ("0o10", None),
        ("8=8", "bad-expression"),
    ],
)
def test_set_takes_scalars_as_a_spec_does(value: str, code: str | None) -> None:
    exit_code, stdout, _ = run_command(
        "validate", "--format", "json", "--set", f"width={value}", RESIDUAL
    )
    codes = {finding["code"] for finding in json.loads(stdout)}
    assert (exit_code, code in codes if code else codes) == ((1, True) if code else (0, set()))


def test_set_of_a_parameter_that_is_not_there() -> None:
    exit_code, stdout, _ = run_command("validate", "--set", "wdith=3", RESIDUAL)
    assert (exit_code, stdout.count("\n"), "the spec has no parameter 'wdith'" in stdout) == (
        1,
        3,
        True,
    )
    assert stdout.endswith("did you mean 'width'?\n")


def test_findings_come_in_the_order_of_the_call() -> None:
    names = ["nine", "five", "two", "seven", "one"]
    options = [word for name in names for word in ("--set", f"{name}=1")]
    _, stdout, _ = run_command("validate", "--format", "json", *options, RESIDUAL)
    assert [each["message"] for each in json.loads(stdout)] == [
        f"the spec has no parameter '{name}'" for name in names
    ]


@pytest.mark.parametrize("form", REPORTERS)
def test_validate_tells_in_every_form(form: str) -> None:
    report = compile_file(Path(BAD)).report
    assert run_command("validate", "--format", form, BAD) == (1, f"{REPORTERS[form](report)}\n", "")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_forms_for_machines_hold_all_specs_in_one(form: str) -> None:
    _, stdout, _ = run_command(
        "validate", "--format", form, BAD, SIMPLE, "tests/bad/unknown_kind.yaml"
    )
    found = json.loads(stdout)
    codes = (
        [each["code"] for each in found]
        if form == "json"
        else [each["ruleId"] for run in found["runs"] for each in run["results"]]
    )
    assert codes == ["unknown-argument", "unknown-kind"]


def test_a_spec_may_come_from_standard_input() -> None:
    assert run_command("validate", "-", stdin=SMALL) == (0, "-: ok (15 parameters)\n", "")
    assert run_command("validate", "--set", "width=1", "-", stdin=SMALL) == (
        0,
        "-: ok (5 parameters)\n",
        "",
    )
    assert run_command("validate", "-", stdin=b"[]") == (
        1,
        "<stdin>:1:1: error[wrong-structure]: "
        "a spec must be a mapping that starts with `cnnspec: 1`, not a list\n"
        " 1 | []\n"
        "   | ^^\n",
        "",
    )


def test_paths_on_standard_input_start_here(tmp_path: Path) -> None:
    spec = f"cnnspec: 1\ninputs: {{x: [28, 28, 1]}}\nsubmodels: {{m: {{spec: {SIMPLE}}}}}\nlayers: [m]\n"
    assert run_command("validate", "-", stdin=spec.encode()) == (
        0,
        "-: ok (54,410 parameters)\n",
        "",
    )
    exit_code, stdout, _ = run_command("validate", "--root", tmp_path, "-", stdin=spec.encode())
    assert (exit_code, stdout.splitlines()[0]) == (
        1,
        f"<stdin>:3:23: error[outside-root]: '{SIMPLE}' leads out of the allowed folder {tmp_path}",
    )


def test_summary_as_a_table() -> None:
    table = summary_text(compiled_file(OUTPUTS))
    assert run_command("summary", OUTPUTS) == (0, table, "")
    assert run_command("summary", OUTPUTS, SIMPLE) == (
        0,
        f"{table}\n{summary_text(compiled_file(SIMPLE))}",
        "",
    )
    transfer = "specs/mnist_transfer.yaml"
    inside = summary_text(compiled_file(transfer), expand=True)
    assert run_command("summary", "--expand", transfer) == (0, inside, "")


def layer(
    name: str, kind: str, sources: list[str], shape: list[int | None], params: int = 0
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "from": sources,
        "output_shape": shape,
        "params": params,
        "trainable": True,
    }


def test_summary_as_data() -> None:
    exit_code, stdout, stderr = run_command("summary", "--format", "json", OUTPUTS)
    assert (exit_code, json.loads(stdout), stderr) == (
        0,
        {
            "name": "mnist_multi_output",
            "total_params": 63035,
            "trainable_params": 63035,
            "non_trainable_params": 0,
            "layers": [
                layer("inputs", "InputLayer", [], [None, 28, 28, 1]),
                layer("conv2d_layer", "Conv2D", ["inputs"], [None, 26, 26, 32], 320),
                layer("maxpool_layer", "MaxPooling2D", ["conv2d_layer"], [None, 13, 13, 32]),
                layer("flatten_layer", "Flatten", ["maxpool_layer"], [None, 5408]),
                layer("flat_inputs", "Flatten", ["inputs"], [None, 784]),
                layer("concat", "Concatenate", ["flatten_layer", "flat_inputs"], [None, 6192]),
                layer("digit_dense", "Dense", ["concat"], [None, 10], 61930),
                layer("odd_dense", "Dense", ["flat_inputs"], [None, 1], 785),
            ],
        },
        "",
    )


def test_summaries_of_several_specs_are_a_list() -> None:
    _, stdout, _ = run_command("summary", "--format", "json", OUTPUTS, SIMPLE)
    names = [each["name"] for each in json.loads(stdout)]
    assert names == ["mnist_multi_output", "mnist_simple"]


def test_expand_prints_a_spec_of_the_same_model() -> None:
    exit_code, text, stderr = run_command("expand", "--set", "width=4", RESIDUAL)
    assert (exit_code, stderr) == (0, "")
    assert text == dumps(written_out(compiled_file(RESIDUAL, width=4).graph))
    table = summary_text(compiled_file(RESIDUAL, width=4))
    assert run_command("summary", "-", stdin=text.encode()) == (0, table, "")


def test_what_expand_prints_can_be_expanded_again() -> None:
    exit_code, text, stderr = run_command("expand", "-", stdin=SMALL)
    assert (exit_code, stderr) == (0, "")
    assert run_command("expand", "-", stdin=text.encode()) == (0, text, "")


@pytest.mark.parametrize(
    ("command", "name"),
    [("expand", "out.yaml"), ("code", "out.py"), ("diagram", "out.dot"), ("diagram", "out.svg")],
)
def test_files_are_written_once_and_replaced_by_force(
    command: str, name: str, tmp_path: Path
) -> None:
    out = tmp_path / "new" / name
    assert run_command(command, OUTPUTS, "-o", out) == (0, "", "")
    first = out.read_bytes()
    refused = (2, "", f"cnnspec: '{out}' already exists; use --force to overwrite it\n")
    assert run_command(command, SIMPLE, "-o", out) == refused
    assert out.read_bytes() == first
    assert run_command(command, SIMPLE, "-o", out, "--force") == (0, "", "")
    second = out.read_bytes()
    assert (len(first) > len(second) > 0, list(out.parent.iterdir())) == (True, [out])


def test_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Path(OUTPUTS).resolve()
    graph = compiled_file(spec)
    monkeypatch.chdir(tmp_path)
    assert run_command("expand", spec, "-o", "a.yaml") == (0, "", "")
    assert run_command("diagram", spec, "-o", "a.dot") == (0, "", "")
    assert run_command("diagram", spec, "-o", "a.SVG", "--no-links") == (0, "", "")
    written = {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()}
    assert written == {
        "a.yaml": dumps(written_out(graph.graph)),
        "a.dot": draw(graph).dot(),
        "a.SVG": run_command("diagram", spec)[1],
    }
    boxes = re.findall(r'<g id="(\S+)" class="node"', written["a.SVG"])
    names = [each.name for each in (*graph.inputs, *graph.nodes)]
    assert sorted(boxes) == sorted([*names, *(f"output.{name}" for name in graph.outputs)])


@pytest.mark.parametrize("command", ["summary", "expand", "code", "diagram"])
def test_commands_that_need_a_model(command: str, tmp_path: Path) -> None:
    out = () if command == "summary" else ("-o", tmp_path / "out.dot")
    assert run_command(command, BAD, *out) == (1, "", BAD_TEXT)
    assert run_command(command, LIBRARY, *out) == (1, "", NO_MODEL)
    assert run_command(command, "none.yaml", *out) == (
        2,
        "",
        "cnnspec: 'none.yaml' cannot be read: No such file or directory\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    exit_code, stdout, _ = run_command(command, "--help")
    assert (exit_code, f"Example:\n    cnnspec {command}" in stdout) == (0, True)


def test_the_group_names_its_commands_and_version() -> None:
    exit_code, stdout, _ = run_command("-h")
    listed = [line.split()[0] for line in stdout.split("Commands:\n")[1].splitlines()]
    assert (exit_code, listed) == (0, list(COMMANDS))
    assert run_command("--version") == (0, "cnnspec, version 0.2.0\n", "")
    assert run_command("fly")[0] == 2


WITHOUT_KERAS = """
import sys

for name in ("keras", "tensorflow", "jax", "torch", "numpy", "h5py"):
    sys.modules[name] = None

from cnnspec.cli.commands import main

for arguments in {commands}:
    try:
        main(arguments)
    except SystemExit as end:
        print(arguments[0], end.code, file=sys.stderr)
"""


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    commands = [
        ["validate", OUTPUTS],
        ["summary", OUTPUTS],
        ["diagram", OUTPUTS, "-o", str(tmp_path / "out.svg")],
        ["expand", OUTPUTS],
        ["diff", OUTPUTS, OUTPUTS],
        ["code", OUTPUTS],
        ["format", "--check", OUTPUTS],
        ["new", "siamese"],
    ]
    code = WITHOUT_KERAS.format(commands=commands)
    exit_code, stdout, stderr = run_python("-c", code)
    graph = compiled_file(OUTPUTS)
    said = f"{OUTPUTS}: ok (63,035 parameters)\n"
    same = "the same model: 7 layers, 63,035 parameters\n"
    ended = "".join(f"{arguments[0]} 0\n" for arguments in commands)
    expanded = dumps(written_out(graph.graph))
    printed = [said, summary_text(graph), expanded, same, script(graph), template("siamese")]
    assert (exit_code, stdout, stderr) == (0, "".join(printed), ended)
    assert list(tmp_path.iterdir()) == [tmp_path / "out.svg"]


def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cnnspec", "expand", OUTPUTS],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "cnnspec: [Errno 28] No space left on device\n"


WITH_WIDTH = b"""cnnspec: 1
params: {width: 4, size: 3}
blocks: {head: {params: {units: null}, layers: [Dense: {name: inner, units: $units}]}}
inputs: {x: [4]}
layers:
  - head: {units: $width}
  - Dense: {units: $size}
"""


@pytest.mark.parametrize(
    ("values", "notes"),
    [
        (["width=abc"], [["called from here", "this comes from --set width=abc"]]),
        (["width=abc", "size=4"], [["called from here", "this comes from --set width=abc"]]),
        (["size=null"], [["the parameter 'size' is null", "this comes from --set size=null"]]),
        (["width=0", "size=0"], [
            ["called from here", "this comes from --set width=0"], ["this comes from --set size=0"],
        ]),
    ],
)  # fmt: skip
def test_errors_name_the_values_of_set(values: list[str], notes: list[list[str]]) -> None:
    options = [word for value in values for word in ("--set", value)]
    found = run_command("validate", "--format", "json", *options, "-", stdin=WITH_WIDTH)
    said = [[note["message"] for note in each["notes"]] for each in json.loads(found.stdout)]
    assert said == notes


def test_errors_that_the_spec_has_anyway_do_not_come_from_set() -> None:
    text = WITH_WIDTH.replace(b"units: $size", b"unit: $size")
    found = run_command("validate", "--format", "json", "--set", "width=5", "-", stdin=text)
    assert [each["notes"] for each in json.loads(found.stdout)] == [[]]
