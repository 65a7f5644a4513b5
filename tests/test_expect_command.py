"""`cnnspec expect`: what a model is, printed or written into its spec."""

from functools import partial
from pathlib import Path

import pytest

from tests.support.commands import run_command

expect_command = partial(run_command, "expect")

SPEC = """\
cnnspec: 1
inputs: {image: [28, 28, 1]}
layers:
  - Conv2D: {name: conv, filters: 8, kernel_size: 3}   # finds edges
  - MaxPooling2D: {name: pool}
  - Flatten
  - Dense: {name: digit, units: 10}
"""
SECTION = """\
expect:
  total_params: 13610
  trainable_params: 13610
  macs: 62192
  outputs: {digit: [10]}
"""
WITH_LAYER = """\
expect:
  total_params: 13610
  trainable_params: 13610
  macs: 62192
  receptive_field: {pool: 4}
  outputs: {digit: [10]}
  layers: {pool: [13, 13, 8]}
"""
BROKEN = """\
expect:
  # the budget
  total_params: 13000            # of the board
  trainable_params: {min: 20000, max: 30000}
  macs:
    min: 10
    # most of it in conv
    max: 60000
  receptive_field: {pool: {min: 3, max: 3}}
  layers:
    conv:
      - 26
      - 25     # wide
      - 8
    pool: [13, 13, 8]
    flatten_1: [5408]   # too many
  outputs: {digit: [10, 1]}
"""
MENDED = """\
expect:
  # the budget
  total_params: 13610            # of the board
  trainable_params: {min: 13610, max: 30000}
  macs:
    min: 10
    # most of it in conv
    max: 62192
  receptive_field: {pool: {min: 3, max: 4}}
  layers:
    conv:
      - 26
      - 26     # wide
      - 8
    pool: [13, 13, 8]
    flatten_1: [1352]   # too many
  outputs: {digit: [10]}
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, *options: str) -> str:
    """What `--write` makes of a spec, which must then be as it expects."""
    file = Path("spec.yaml")
    file.write_bytes(text.encode())
    outcome = expect_command("--write", *options, file)
    after = file.read_bytes().decode()
    says = "spec.yaml: its expectations are written\n" if after != text else ""
    assert outcome == (0, says, "")
    assert expect_command("--check", *options, file) == (0, "", "")
    assert run_command("validate", "-q", file) == (0, "", "")
    assert expect_command("--write", *options, file) == (0, "", "")
    assert [each.name for each in Path().iterdir()] == ["spec.yaml"]
    return after


def test_it_is_printed() -> None:
    Path("spec.yaml").write_text(SPEC)
    assert expect_command("spec.yaml") == (0, SECTION, "")
    assert expect_command("--layer", "pool", "spec.yaml") == (0, WITH_LAYER, "")
    assert expect_command("-", stdin=SPEC.encode()) == (0, SECTION, "")
    assert Path("spec.yaml").read_text() == SPEC


def test_it_is_printed_for_several_specs_and_other_parameters() -> None:
    for name in ("a", "b"):
        Path(f"{name}.yaml").write_text(
            SPEC.replace("inputs:", "params: {n: 10}\ninputs:", 1)
            .replace("10}\n", "$n}\n")
            .replace("{n: $n}", "{n: 10}")
        )
    assert expect_command(".") == (0, f"# a.yaml\n{SECTION}# b.yaml\n{SECTION}", "")
    _, section, _ = expect_command("--set", "n=2", "a.yaml")
    assert section.endswith("outputs: {digit: [2]}\n")


PLACES = {
    "at the end": (SPEC, f"{SPEC}\n{SECTION}"),
    "without a last line break": (SPEC.rstrip(), f"{SPEC}\n{SECTION}".rstrip()),
    "above the training": (
        f"{SPEC}  # - Dropout\n\n# slowly\ntrain: {{optimizer: SGD}}\n",
        f"{SPEC}  # - Dropout\n\n{SECTION}\n# slowly\ntrain: {{optimizer: SGD}}\n",
    ),
    "in the place of nothing": (f"{SPEC}expect:\nname: a\n", f"{SPEC}{SECTION}name: a\n"),
    "in the place of an empty one": (f"{SPEC}expect: {{}}  # all\n", f"{SPEC}{SECTION.rstrip()}  # all\n"),
    "with the line ends of the file": (SPEC.replace("\n", "\r\n"), f"{SPEC}\n{SECTION}".replace("\n", "\r\n")),
    "after a byte order mark": (f"\ufeff{SPEC}", f"\ufeff{SPEC}\n{SECTION}"),
    "in braces": (
        "{cnnspec: 1, inputs: {x: [2]}, layers: [Flatten: {name: y}]}\n",
        "{cnnspec: 1, inputs: {x: [2]}, layers: [Flatten: {name: y}], "
        "expect: {total_params: 0, trainable_params: 0, macs: 0, outputs: {y: [2]}}}\n",
    ),
    "over broken ones": (SPEC + BROKEN, SPEC + MENDED),
    "by parameters that hold": (
        f"{SPEC}params: {{n: 10}}\nexpect: {{outputs: {{digit: [$n]}}, macs: $(n * 2)}}\n",
        f"{SPEC}params: {{n: 10}}\nexpect: {{outputs: {{digit: [$n]}}, macs: 62192}}\n",
    ),
    "not where all holds": (f"{SPEC}expect: {{macs: {{max: 70000}}}}\n",) * 2,
    "for an alias": (
        f"{SPEC.replace('28, 28', '28, &s 28')}expect: {{layers: {{conv: [*s, 26, 8]}}}}\n",
        f"{SPEC.replace('28, 28', '28, &s 28')}expect: {{layers: {{conv: [26, 26, 8]}}}}\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_it_is_written(place: str) -> None:
    text, wanted = PLACES[place]
    assert written(text) == wanted


def test_layers_are_added() -> None:
    with_section = f"{SPEC}expect: {{macs: {{max: 70000}}}}\n"
    assert written(with_section, "--layer", "pool", "--layer", "digit") == (
        f"{SPEC}expect: {{macs: {{max: 70000}}, receptive_field: {{pool: 4}}, "
        "layers: {pool: [13, 13, 8], digit: [10]}}\n"
    )
    with_layers = f"{SPEC}expect:\n  layers:\n    conv: [26, 26, 8]   # even\n"
    assert written(with_layers, "--layer", "conv", "--layer", "pool") == (
        f"{SPEC}expect:\n  layers:\n    conv: [26, 26, 8]   # even\n    pool: [13, 13, 8]\n"
        "  receptive_field: {conv: 3, pool: 4}\n"
    )


def test_a_spec_from_standard_input_is_written_to_standard_output() -> None:
    assert expect_command("--write", "-", stdin=SPEC.encode()) == (0, f"{SPEC}\n{SECTION}", "")


def test_it_is_checked() -> None:
    Path("new.yaml").write_text(SPEC)
    Path("done.yaml").write_text(SPEC + SECTION)
    Path("blocks.yaml").write_text("cnnspec: 1\nblocks: {act: {layers: [ReLU]}}\n")
    said = "new.yaml: its expectations would change\n"
    skipped = "blocks.yaml: skipped, because it has no model\n"
    assert expect_command("--check", ".") == (1, said, skipped)
    assert expect_command("--check", "done.yaml", "blocks.yaml") == (0, "", skipped)


REFUSED = {
    "an error": (
        SPEC.replace("Flatten", "Flaten"),
        1,
        "error[unknown-kind]: unknown layer, block or submodel 'Flaten'",
    ),
    "an unknown name": (f"{SPEC}expect: {{layers: {{pol: [1]}}}}\n", 1, "the model has no layer 'pol'"),
    "what is not known": (
        f"{SPEC.replace('28, 28', 'null, null').replace('Flatten', 'GlobalMaxPooling2D')}expect: {{macs: 1}}\n",
        1,
        "but their number is not known",
    ),
    "a shape that is an alias": (
        f"{SPEC.replace('[28, 28, 1]', '&s [28, 28, 1]')}expect: {{layers: {{conv: *s}}}}\n",
        2,
        "cannot be written into a text of this form",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_written_where_something_stays_wrong(case: str) -> None:
    text, code, says = REFUSED[case]
    Path("spec.yaml").write_text(text)
    outcome = expect_command("--write", "spec.yaml")
    assert (outcome.exit_code, says in outcome.stderr) == (code, True), outcome
    assert Path("spec.yaml").read_text() == text


USAGE = {
    ("--write", "--check"): "--write and --check cannot be used together",
    (
        "--write",
        "--set",
        "n=3",
    ): "--set cannot be used here: a spec is written for its own parameters",
    ("--layer", "poool"): "'spec.yaml': the model has no layer 'poool'; did you mean 'pool'?",
}


@pytest.mark.parametrize("options", USAGE)
def test_wrong_calls(options: tuple[str, ...]) -> None:
    Path("spec.yaml").write_text(SPEC)
    assert expect_command(*options, "spec.yaml") == (2, "", f"cnnspec: {USAGE[options]}\n")
