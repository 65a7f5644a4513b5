"""Everything that each spec in specs/ becomes, held against files; `make golden` rewrites them."""

from pathlib import Path

import pytest

import cnnspec
from cnnspec.backends.diagram import to_dot
from cnnspec.backends.summary import summary_text
from cnnspec.written_out import written_out

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
SPECS = sorted((ROOT / "specs").glob("*.yaml"))


def becomes(spec: Path) -> dict[str, str]:
    checked = cnnspec.load(spec).compile()
    return {
        "summary.txt": summary_text(checked, expand=True),
        "diagram.dot": to_dot(checked),
        "diagram.expanded.dot": to_dot(checked, expand=True),
        "expanded.yaml": cnnspec.dumps(written_out(checked.graph, spec.parent)),
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_golden(spec: Path, pytestconfig: pytest.Config) -> None:
    folder = GOLDEN / spec.stem
    found = becomes(spec)
    if pytestconfig.getoption("update_golden"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
    known = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert found == known


def test_every_golden_folder_has_its_spec() -> None:
    assert sorted(folder.name for folder in GOLDEN.iterdir()) == [spec.stem for spec in SPECS]
