"""Diagnostics inside blocks, submodels and imports say where these are called from."""

from pathlib import Path
from textwrap import dedent

import pytest

from cnnspec.analysis.custom_code import check_code
from cnnspec.compiler import compile_text
from cnnspec.declarations.keras_versions import OLDEST
from cnnspec.diagnostics.codes import CODES, DATA_WARNINGS, WARNINGS
from cnnspec.diagnostics.report import Diagnostic
from cnnspec.records import replace
from cnnspec.syntax.reading import MAX_BYTES
from tests.support.marked_blocks import BLOCKS, marked
from tests.support.moved_specs import (
    NAMES,
    OUTER,
    around,
    compiled,
    in_block,
    in_place,
    is_read,
    note,
)
from tests.support.paths import BAD

pytestmark = pytest.mark.usefixtures("newest_keras")

TEXT = "what is no YAML has no blocks"
NO_FILES = "blocks name no files: imports, submodels and weights stand outside of them"
TOP = "it is about a part of a spec that blocks do not have"
OF_DATA = dict.fromkeys(DATA_WARNINGS, "it is about data, which only training opens")
NOT_IN_BLOCKS = {
    **dict.fromkeys(
        (
            "duplicate-key", "file-too-large", "not-utf8", "yaml-alias", "yaml-depth",
            "yaml-documents", "yaml-key", "yaml-number", "yaml-syntax", "yaml-tab", "yaml-tag",
        ),
        TEXT,
    ),
    "more-findings": "it is said once for a file",
    **dict.fromkeys(
        (
            "file-not-found", "not-a-model", "not-supported-yet", "outside-root",
            "recursive-import", "unreadable-model", "weights-do-not-fit",
        ),
        NO_FILES,
    ),
    **dict.fromkeys(
        (
            "expectation", "from-logits-after-activation", "incomplete-warmup", "logits-without-from-logits",
            "loss-activation", "loss-units", "metric-activation", "metric-labels", "metric-units",
            "missing-key",
            "nesterov-without-momentum", "output-without-batch", "unsupported-version", "untrained-output", "unusable-loss", "unusable-metric", "unused-default",
            "unused-input", "unused-submodel",
        ),
        TOP,
    ),
    **dict.fromkeys(
        ("unused-block", "unused-parameter"), "it is about a definition, whoever calls it"
    ),
    **OF_DATA,
}  # fmt: skip
"""The codes that never have a block call behind them, and why."""

NOT_IN_FILES = dict.fromkeys(
    WARNINGS,
    "the warnings of another file are for its own readers",
)
"""The codes that are not reported of the file of a submodel, and why."""

OTHER_IN_BLOCKS = {
    "hashed_crossing_floats.yaml": "as needs_from.yaml",
    "layers_empty.yaml": "a block may have no steps",
    "name_twice_input.yaml": "names of a block may be those of inputs",
    "needs_from.yaml": "the step that calls the block needs 'from'",
    "output_last_several.yaml": "a block may give several tensors",
    "warn_broadcast_ranks.yaml": "as needs_from.yaml",
    "warn_output_without_batch.yaml": "the output is that of the step that calls the block",
}
"""What is another mistake where its steps are those of a block."""

NOT_IN_PLACE = {
    **dict.fromkeys(
        ("inputs_empty.yaml", "inputs_missing.yaml", "layers_empty.yaml"),
        "it is the value of 'spec' that lacks the section",
    ),
    **dict.fromkeys(
        ("version_missing.yaml", "version_text.yaml", "version_wrong.yaml"),
        "its version is that of the spec around it",
    ),
    "import_this.yaml": "it reads its own file, and its text here is another one",
    "no_gradient.yaml": "a loss of the spec around it decides",
    "warn_output_without_batch.yaml": "the output of the spec around it lacks a batch, too",
    "submodel_circle.yaml": "as import_this.yaml",
    "submodel_itself.yaml": "as import_this.yaml",
}
"""What is another mistake where its text stands in another spec."""

HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"


@pytest.fixture(autouse=True)
def _in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


def reported(text: str, **options: Path) -> list[Diagnostic]:
    """What is found in a spec."""
    return list(compile_text(text.encode(), OUTER, folder=Path(), **options).report)


def test_in_a_block() -> None:
    moved = {name: spec for name in NAMES if (spec := in_block(name)) is not None}
    found = {
        name: [spec.without_prefix(each) for each in reported(spec.text)]
        for name, spec in moved.items()
        if name not in OTHER_IN_BLOCKS
    }
    wanted = {name: moved[name].findings(note(len(moved[name].lines), 5, "it")) for name in found}
    assert found == wanted
    assert OTHER_IN_BLOCKS.keys() <= moved.keys()


def test_in_the_file_of_a_submodel() -> None:
    as_in_place = ("no_gradient.yaml", "warn_output_without_batch.yaml")
    names = [name for name in NAMES if name not in as_in_place]
    found = {
        name: reported(around(name, f"submodels:\n  base:\n    spec: {name}\n")) for name in names
    }
    caller = {name: note(4, 11, name) for name in names}
    wanted = {
        name: [
            replace(each, notes=(*each.notes, caller[name]))
            for each in compiled(name).report
            if each.code not in NOT_IN_FILES
        ]
        for name in names
    }
    assert found == wanted


def test_in_a_submodel_that_is_written_in_place() -> None:
    moved = {name: spec for name in NAMES if (spec := in_place(name)) is not None}
    found = {name: reported(spec.text) for name, spec in moved.items() if name not in NOT_IN_PLACE}
    caller = note(3, 3, "base")
    assert found == {name: moved[name].findings(caller) for name in found}
    assert NOT_IN_PLACE.keys() <= moved.keys()


def test_in_an_imported_file() -> None:
    """What is wrong with its text; its layers are not looked at."""
    names = [name for name in NAMES if not is_read(name)]
    found = {name: reported(f"{HEAD}imports:\n  - {name}\nlayers: [Flatten]\n") for name in names}
    wanted = {
        name: [
            replace(each, notes=(*each.notes, note(4, 5, name))) for each in compiled(name).report
        ]
        for name in names
    }
    assert found == wanted


@pytest.mark.parametrize("name", BLOCKS)
def test_by_hand(name: str) -> None:
    text = dedent(BLOCKS[name])
    head = HEAD if "\ninputs:" not in text else "cnnspec: 1\n"
    compilation = compile_text((head + text).encode(), OUTER, folder=Path(), keras=OLDEST)
    report = compilation.report
    if compilation.checked is not None:
        check_code(compilation.checked, (), report)
    found = [(each.code, each.span, each.notes) for each in report]
    assert found == [marked(head + text)]


LAYERS = "inputs: {image: [28, 28, 1]}\nlayers:\n"
FILES = {
    "file-too-large": "#" * (MAX_BYTES + 1),
    "not-utf8": "\udcff",
    "code-not-allowed": f"cnnspec: 1\n{LAYERS}  - mine.layers:Odd: {{output_shape: [3]}}\n",
    "not-in-this-keras": f"cnnspec: 1\n{LAYERS}  - AdaptiveMaxPooling2D: {{output_size: 3}}\n",
    "outside-root": f"cnnspec: 1\nsubmodels: {{it: {{spec: ../it.yaml}}}}\n{LAYERS}  - Flatten\n",
}
"""Files with a mistake that takes more than a file in tests/bad."""


@pytest.mark.parametrize("code", FILES)
def test_files_by_hand(code: str, tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_bytes(FILES[code].encode(errors="surrogateescape"))
    text = f"{HEAD}submodels:\n  base:\n    spec: it.yaml\nlayers: [base]\n"
    found = compile_text(text.encode(), OUTER, folder=tmp_path, root=tmp_path, keras=OLDEST)
    if found.checked is not None:
        check_code(found.checked, (), found.report)
    assert [(each.code, each.notes) for each in found.report] == [(code, (note(5, 11, "it.yaml"),))]


def test_an_imported_block_names_its_call(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text("cnnspec: 1\nblocks: {it: {layers: [Flaten]}}\n")
    text = f"{HEAD}imports: [it.yaml]\nlayers:\n  - it\n"
    found = compile_text(text.encode(), OUTER, folder=tmp_path).report
    assert [(each.code, each.notes) for each in found] == [("unknown-kind", (note(5, 5, "it"),))]


def test_every_code_is_here_or_cannot_be() -> None:
    by_hand = {marked(dedent(text))[0] for text in BLOCKS.values()}
    moved = {name for name in NAMES if name not in OTHER_IN_BLOCKS and in_block(name)}
    in_blocks = by_hand | {each.code for name in moved for each in compiled(name).report}
    in_files = FILES.keys() | {each.code for name in NAMES for each in compiled(name).report}
    assert sorted(CODES.keys() - in_blocks) == sorted(NOT_IN_BLOCKS)
    assert sorted(CODES.keys() - in_files) == sorted((*OF_DATA, "more-findings"))
    assert [code for code in NOT_IN_FILES if code not in WARNINGS] == []


@pytest.mark.parametrize("call", ["- base", "- base: {name: a, repeat: 2}", "- inner"])
def test_an_error_in_a_network_of_keras_is_at_its_call(call: str) -> None:
    spec = dedent(
        f"""\
        cnnspec: 1
        inputs: {{x: [null, null, null]}}
        submodels:
          base: {{application: {{MobileNetV2: {{include_top: false}}}}}}
        blocks:
          inner: {{layers: [base]}}
        layers:
          {call}
        """
    )
    (found,) = compile_text(spec.encode(), "spec.yaml").report
    assert found.code == "unknown-size"
    assert found.span is not None
    line = spec.splitlines()[found.span.line - 1]
    assert line[found.span.column - 1 : found.span.end_column - 1] == "base"
    assert [each.message for each in found.notes if each.span is not None] == (
        ["called from here"] if call == "- inner" else []
    )
