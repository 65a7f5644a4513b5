"""What a spec says must hold of its model; tests/bad has every message, and wrong forms."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import cnnspec
from cnnspec.analysis.measuring import Measures
from cnnspec.ir.expectations import Target
from cnnspec.language.document import Document
from tests.support.commands import run_command

NETWORK = """\
cnnspec: 1
name: net
params: {width: 8}
submodels:
  base:
    spec:
      params: {n: 4}
      inputs: {x: [28, 28, 1]}
      layers:
        - Conv2D: {name: conv, filters: $n, kernel_size: 3}
        - MaxPooling2D: {name: pool}
        - Flatten: {name: flat}
        - Dense: {name: kind, units: 3}
      outputs: {pool: {}, kind: {}}
blocks:
  halved:
    layers:
      - Conv2D: {name: conv, filters: $width, kernel_size: 3}
      - MaxPooling2D
inputs: {image: [28, 28, 1]}
layers:
  - halved: {name: down, repeat: 2}
  - Conv2D: {filters: 2, kernel_size: 1}
  - ops.split: {name: parts, indices_or_sections: 2, axis: -1}
  - Flatten: {name: flat, from: parts/1}
  - Dense: {name: digit, units: 10}
  - base: {name: other, from: image}
  - Flatten: {name: odd, from: other/pool}
outputs: {digit: {}, odd: {}}
"""
PARAMETERS = 80 + 584 + 18 + 260 + 40 + 676 * 3 + 3
MACS = 26 * 26 * 72 + 11 * 11 * 576 + 25 * 16 + 250 + 26 * 26 * 36 + 676 * 3
HELD = f"""\
expect:
  total_params: {PARAMETERS}
  trainable_params: {{min: $width, max: {PARAMETERS}}}
  macs: {{max: {MACS}}}
  receptive_field: {{image: 1, down_1/conv: 3, down: 10, down_2_conv: 8, other/pool: {{min: 4}}}}
  outputs: {{digit: [10], odd: [676]}}
  layers:
    image: [28, 28, 1]
    down_1/conv: [26, 26, $width]
    down_2_conv: [11, 11, 8]
    down: [5, 5, 8]
    conv2d_1: [5, 5, 2]
    parts/0: [5, 5, 1]
    other/pool: [13, 13, 4]
    other/conv: [26, 26, 4]
    odd: [676]
"""
OWN_FILE = """\
cnnspec: 1
params: {units: 10}
inputs: {image: [28, 28, 1]}
layers:
  - Conv2D: {name: conv, filters: 8, kernel_size: 3}
  - MaxPooling2D: {name: pool}
  - Flatten
  - Dense: {name: digit, units: $units}
"""


def errors(text: str, **options: object) -> list[str]:
    """The errors of a spec, each at its line and column."""
    found = cnnspec.loads(text, **options).report  # type: ignore[arg-type]
    return [
        f"{each.span.line}:{each.span.column} {each.code}: {each.message}"
        for each in found
        if each.severity == "error" and each.span
    ]


def test_what_holds_is_no_error_however_a_layer_is_named() -> None:
    assert errors(NETWORK + HELD) == []


def test_overridden_parameters_are_those_that_count() -> None:
    section = (
        "expect: {total_params: 3013, layers: {down_1/conv: [26, 26, $width], down: [5, 5, 8]}}\n"
    )
    line = NETWORK.count("\n") + 1
    assert errors(NETWORK + section) == []
    assert errors(NETWORK + section, params={"width": 4}) == [
        f"{line}:24 expectation: expected 3,013 parameters, but the model has 2,529",
        f"{line}:76 expectation: expected 'down' to be [5, 5, 8], but it is [5, 5, 4]",
    ]


BOUNDS = {
    "7850": True, "7849": False, "7851": False, "{min: 7850}": True, "{min: 7851}": False, "{max: 7850}": True,
    "{max: 7849}": False, "{min: 7850, max: 7850}": True, "{min: 1, max: 7849}": False, "{min: 0}": True,
    "$(785 * n)": True, "{max: $(784 * n)}": False,
}  # fmt: skip


@pytest.mark.parametrize("bounds", BOUNDS)
def test_bounds_are_inclusive(bounds: str) -> None:
    text = f"""\
cnnspec: 1
params: {{n: 10}}
inputs: {{image: [28, 28, 1]}}
layers: [Flatten, Dense: {{name: digit, units: $n}}]
expect: {{total_params: {bounds}}}
"""
    assert (errors(text) == []) == BOUNDS[bounds]


@pytest.mark.parametrize(
    ("expected", "holds"),
    [("[null, null, 8]", True), ("[13, null, 8]", False), ("[13, 13, 8]", False)],
)
def test_null_stands_for_a_size_that_varies(expected: str, holds: bool) -> None:
    text = f"""\
cnnspec: 1
inputs: {{image: [null, null, 1]}}
layers: [Conv2D: {{name: conv, filters: 8, kernel_size: 3}}]
expect: {{outputs: {{conv: {expected}}}}}
"""
    assert (errors(text) == []) == holds


def test_receptive_fields_are_those_of_the_smallest_axis() -> None:
    text = """\
cnnspec: 1
inputs: {image: [28, 28, 1]}
layers:
  - Conv2D: {name: wide, filters: 1, kernel_size: [3, 7]}
  - GlobalMaxPooling2D: {name: all, keepdims: true}
  - Conv2D: {name: last, filters: 1, kernel_size: 1}
expect: {receptive_field: {wide: 3, all: {min: 1000}, last: {max: 1000}}}
"""
    said = "expected a receptive field of at most 1,000 at 'last', but it is the whole input"
    assert errors(text) == [f"7:61 expectation: {said}"]


def test_all_that_is_broken_is_reported_at_its_line_with_other_errors() -> None:
    text = OWN_FILE.replace("outputs", "") + dedent(
        """\
        outputs: {digit: {loss: huber}}
        expect:
          total_params: 1
          macs: {min: 1000000}
          outputs:
            digit: [9]
          layers: {pool: [1], pol: [2]}
        """
    )
    assert [each.partition(":")[0] for each in errors(text)] == ["15"]
    assert [each.split(" ")[0] for each in errors(text.replace(", pol: [2]", ""))] == [
        "11:17",
        "12:9",
        "14:12",
        "15:18",
    ]


def test_the_spec_of_a_submodel_is_checked_as_it_stands(tmp_path: Path) -> None:
    """Whole, with its default parameters, not as the model around it cuts and freezes it."""
    (tmp_path / "own.yaml").write_text(
        OWN_FILE + "expect: {trainable_params: 13610, outputs: {digit: [10]}}\n"
    )
    around = """\
cnnspec: 1
submodels: {base: {spec: own.yaml, until: pool, frozen: true}}
inputs: {image: [28, 28, 1]}
layers: [base]
"""
    (tmp_path / "outer.yaml").write_text(around)
    assert cnnspec.load(tmp_path / "outer.yaml").report.has_errors is False
    (tmp_path / "own.yaml").write_text(OWN_FILE + "expect: {trainable_params: 80}\n")
    (found,) = (
        each for each in cnnspec.load(tmp_path / "outer.yaml").report if each.severity == "error"
    )
    assert found.span is not None
    assert (Path(found.span.file).name, found.span.line, found.code) == (
        "own.yaml",
        9,
        "expectation",
    )
    assert [
        note.span.line
        for note in found.notes
        if note.span and note.span.file.endswith("outer.yaml")
    ] == [2]


def test_what_is_cut_away_or_frozen_is_left_out_where_a_submodel_is_written_in_place() -> None:
    text = """\
cnnspec: 1
submodels:
  base:
    until: conv
    frozen: true
    spec:
      inputs: {x: [28, 28, 1]}
      layers: [Conv2D: {name: conv, filters: 8, kernel_size: 3}, Flatten: {name: flat}]
      expect: {total_params: 80, trainable_params: 80, layers: {conv: [26, 26, 8], flat: [5408]}}
inputs: {image: [28, 28, 1]}
layers: [base]
"""
    code, expanded, _ = run_command("expand", "-", stdin=text.encode())
    section = expanded.partition("expect:\n")[2].partition("\n\n")[0].split("\n")
    assert (code, [line.strip() for line in section]) == (
        0,
        ["layers: {conv: [26, 26, 8]}", "until: conv", "frozen: true"],
    )
    assert run_command("validate", "-q", "-", stdin=expanded.encode()).exit_code == 0


def test_expanding_keeps_expectations_with_the_names_of_plain_steps() -> None:
    code, expanded, _ = run_command("expand", "-", stdin=(NETWORK + HELD).encode())
    document = cnnspec.loads(expanded).document
    assert document is not None
    assert document.expect is not None
    assert code == 0
    assert errors(expanded) == []
    assert document.expect.layers == {
        "image": [28, 28, 1],
        "down_1_conv": [26, 26, 8],
        "down_2_conv": [11, 11, 8],
        "down_2_max_pooling2d_1": [5, 5, 8],
        "conv2d_1": [5, 5, 2],
        "parts/0": [5, 5, 1],
        "other/pool": [13, 13, 4],
        "other/conv": [26, 26, 4],
        "odd": [676],
    }
    again = run_command("expand", "-", stdin=expanded.encode())
    assert again == (0, expanded, again.stderr)


def test_texts_and_documents_are_the_same_after_a_round_trip(tmp_path: Path) -> None:
    spec = cnnspec.loads(NETWORK + HELD)
    text = cnnspec.dumps(spec)
    assert cnnspec.loads(text).document == spec.document
    assert spec.document is not None
    assert cnnspec.dumps(Document.model_validate(spec.document.to_data())) == text
    cnnspec.loads(NETWORK + HELD, params={"width": 8}).save(tmp_path / "saved.yaml")
    assert errors((tmp_path / "saved.yaml").read_text()) == []
    assert "expect:" in (tmp_path / "saved.yaml").read_text()


def test_a_document_built_in_python_can_have_expectations() -> None:
    document = Document.model_validate(
        {
            "inputs": {"image": [28, 28, 1]},
            "layers": ["Flatten"],
            "expect": {"total_params": 1, "outputs": {"flatten_1": [784]}},
        }
    )
    spec = cnnspec.Spec.of(document)
    assert [(each.code, each.message, each.path) for each in spec.report] == [
        (
            "expectation",
            "expected 1 parameter, but the model has 0",
            ("expect", "total_params"),
        )
    ]
    with pytest.raises(cnnspec.SpecError, match="expected 1 parameter, but the model has 0"):
        spec.compile()


def test_scripts_have_none() -> None:
    plain, expecting = (
        run_command("code", "-", stdin=text.encode()) for text in (NETWORK, NETWORK + HELD)
    )
    assert plain == expecting
    assert plain.exit_code == 0


def test_commands_that_build_refuse_a_model_that_is_not_as_expected(tmp_path: Path) -> None:
    """Before Keras is imported."""
    (tmp_path / "bad.yaml").write_text(OWN_FILE + "expect: {total_params: 1}\n")
    code = (
        "import sys; sys.modules['keras'] = sys.modules['tensorflow'] = None\n"
        "from cnnspec.cli.main import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "build", "bad.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    first = "bad.yaml:9:24: error[expectation]: expected 1 parameter, but the model has 13,610"
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (1, "", first)
    assert [each.name for each in tmp_path.iterdir()] == ["bad.yaml"]


DIFFERENCES = {
    "the same": ("", "expect: {layers: {pool: [13, 13, 8]}}", "", "expect: {layers: {pool: [13, 13, 8]}}", []),
    "renamed": ("", "expect: {layers: {pool: [13, 13, 8]}}", "pool", "expect: {layers: {pooled: [13, 13, 8]}}", []),
    "added": ("", "", "", "expect: {total_params: 13610}", ["expect.total_params null -> 13610"]),
    "dropped": ("", "expect: {macs: {max: 300000}}", "", "", ["expect.macs {max: 300000} -> null"]),
    "other": (
        "",
        "expect: {receptive_field: {pool: 4}, outputs: {digit: [10]}}",
        "",
        "expect: {receptive_field: {pool: {min: 3}}, outputs: {digit: [10]}}",
        ["expect.receptive_field.pool 4 -> {min: 3}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENCES)
def test_differences_list_changed_expectations(case: str, tmp_path: Path) -> None:
    _, old, renamed, new, wanted = DIFFERENCES[case]
    after = OWN_FILE.replace("name: pool", "name: pooled") if renamed else OWN_FILE
    (tmp_path / "old.yaml").write_text(f"{OWN_FILE}{old}\n")
    (tmp_path / "new.yaml").write_text(f"{after}{new}\n")
    outcome = run_command("diff", tmp_path / "old.yaml", tmp_path / "new.yaml")
    said = [line.removeprefix("~ ") for line in outcome.stdout.splitlines() if "expect." in line]
    assert said == wanted


def test_measures_are_those_of_the_tables() -> None:
    checked = cnnspec.loads(NETWORK).compile()
    measures = Measures(checked)
    totals = {key: measures.total(key) for key in ("total_params", "trainable_params", "macs")}
    assert totals == {
        "total_params": PARAMETERS,
        "trainable_params": PARAMETERS,
        "macs": MACS,
    }
    assert measures.shape(Target(("other",), "flat")) == (None, 676)
