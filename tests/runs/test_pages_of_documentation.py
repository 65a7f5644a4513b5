"""The pages of the documentation that train or build: their code blocks do what the pages say."""

from pathlib import Path

import pytest

from tests.support.doc_blocks import DocBlock
from tests.support.doc_pages import failures, needs_keras, prepare
from tests.support.documentation import blocks_by_page

SLOW = {name: blocks for name, blocks in blocks_by_page().items() if needs_keras(blocks)}


@pytest.mark.parametrize("blocks", SLOW.values(), ids=SLOW)
def test_the_blocks_of_a_page(blocks: list[DocBlock], tmp_path: Path) -> None:
    prepare(tmp_path)
    assert [*failures(blocks, tmp_path)] == []
