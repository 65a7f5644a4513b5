"""The pages of the documentation: their code blocks do what the pages say."""

import re
from pathlib import Path

import pytest

from tests.support.doc_blocks import DocBlock
from tests.support.doc_pages import FILES, distance, failures, needs_keras, prepare
from tests.support.documentation import blocks_by_page
from tests.support.paths import ROOT

QUICK = {name: blocks for name, blocks in blocks_by_page().items() if not needs_keras(blocks)}


@pytest.mark.parametrize("blocks", QUICK.values(), ids=QUICK)
def test_the_blocks_of_a_page(blocks: list[DocBlock], tmp_path: Path) -> None:
    prepare(tmp_path)
    assert [*failures(blocks, tmp_path)] == []


def test_a_file_that_a_page_shows_is_what_it_has() -> None:
    """Pages that need a file of an earlier page have it in `docs/files/`; of several there, the last."""
    shown = {
        block.marks["saved as"]: block.text
        for name, blocks in sorted(blocks_by_page().items())
        if name.startswith("docs/tutorial")
        for block in blocks
        if "saved as" in block.marks
    }
    files = {path.name: path for path in FILES.iterdir() if path.name in shown}
    assert [*files] == ["two.yaml"]
    assert files["two.yaml"].read_text(encoding="utf-8") == shown["two.yaml"]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("epoch 1/3: loss 0.93", "epoch 1/3: loss 0.92", None),
        ("largest difference 4.5e-08", "largest difference 6e-08", None),
        ("│ digit_dense │ 81 │", "│ digit_dense │    79 │", None),
        ("62,250 parameters", "62,300 parameters", None),
        ("epoch 1\n...\ntest 0.9", "epoch 1\nepoch 2\ntest 0.9", None),
        ("loss 0.93", "loss 2.31", "0.93 became 2.31"),
        ("81 of 0.9", "101 of 0.5", "81 became 101, 0.9 became 0.5"),
        ("conv2d_1", "conv2d_2", "the output is\nconv2d_2"),
        ("loss 0.93", "accuracy 0.93", "the output is\naccuracy 0.93"),
    ],
)
def test_numbers_of_training_may_differ_a_little(
    shown: str, printed: str, expected: str | None
) -> None:
    assert distance(shown, printed) == expected


def test_the_tests_that_a_page_names_exist() -> None:
    page = (ROOT / "docs/why/keras_traps.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    functions = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}
    files = re.findall(r"`(tests/[\w/]+\.(?:py|yaml))", page)
    named = re.findall(r"(?:::|`)(test_\w+)`", page)
    assert (len(files) > 10, len(named) > 10) == (True, True)
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert [name for name in named if name not in functions] == []
    warned = re.findall(r"`(warn_\w+\.yaml)`", page)
    assert [name for name in warned if not (ROOT / "tests/bad" / name).is_file()] == []
