"""The pages of the documentation: their code blocks do what the pages say."""

from pathlib import Path

import pytest

from tests.support.doc_blocks import DocBlock
from tests.support.doc_pages import failures, needs_keras, prepare
from tests.support.documentation import blocks_by_page

QUICK = {name: blocks for name, blocks in blocks_by_page().items() if not needs_keras(blocks)}


@pytest.mark.parametrize("blocks", QUICK.values(), ids=QUICK)
def test_the_blocks_of_a_page(blocks: list[DocBlock], tmp_path: Path) -> None:
    prepare(tmp_path)
    assert [*failures(blocks, tmp_path)] == []
