"""Everything that each spec in specs/ becomes, held against files; `make golden` rewrites them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import cnnspec
from cnnspec.backends.python.script import script
from cnnspec.backends.summary.table import summary_text
from cnnspec.decompile.flat import written_out
from tests.support.paths import MODEL_FILES, ZOO_FILES

GOLDEN = Path(__file__).parent / "golden"


def becomes(spec: Path) -> dict[str, str]:
    """The texts that a spec becomes; of the large networks of the zoo only figures and code."""
    checked = cnnspec.load(spec).compile()
    figures = {
        "diagram.dot": cnnspec.draw(checked).dot(),
        "diagram.mmd": cnnspec.draw(checked).mermaid(),
        "code.py": script(checked),
    }
    page = page_data(cnnspec.draw(checked).html())
    if spec in ZOO_FILES:
        return figures | {"page.sha256": f"{hashlib.sha256(page.encode()).hexdigest()}\n"}
    return figures | {
        "summary.txt": summary_text(checked, expand=True),
        "diagram.folded.dot": cnnspec.draw(checked, depth=0).dot(),
        "diagram.keras.dot": cnnspec.draw(checked, style="keras").dot(),
        "page.json": page,
        "expanded.yaml": cnnspec.dumps(written_out(checked.graph, spec.parent)),
    }


def page_data(page: str) -> str:
    """What a page shows, a value a line."""
    (data,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    return json.dumps(json.loads(data), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: spec.stem)
def test_golden(spec: Path, pytestconfig: pytest.Config) -> None:
    folder = GOLDEN / spec.stem
    found = becomes(spec)
    if pytestconfig.getoption("update_golden"):
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.iterdir():
            file.unlink()
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
    known = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert found == known


def test_every_golden_folder_has_its_spec() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == {spec.stem for spec in MODEL_FILES}
