"""What `make release` refuses before it builds anything. tests/core_alone/test_release.py makes one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

CHANGELOG = (
    "# Changelog\n\n## 1.2.3 (2026-12-31)\n\n- Something.\n\n## 1.2.2 (2026-01-01)\n\n- More.\n"
)
FILES = {"cnnspec/__init__.py": '__version__ = "1.2.3"\n', "CHANGELOG.md": CHANGELOG}


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def refusal(folder: Path, files: dict[str, str], *, tag: str = "", loose: str = "") -> str:
    """Return why there is no release of a repository."""
    for name, text in (FILES | files).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "state")
    if tag:
        git(folder, "tag", tag)
    if loose:
        (folder / loose).write_text("x", "utf-8")
    command = [sys.executable, str(ROOT / ".ci" / "release.py")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert not (folder / "dist").exists()
    return done.stderr.strip().removeprefix("no release: ")


def changelog(text: str) -> dict[str, str]:
    return {"CHANGELOG.md": text}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (changelog(CHANGELOG.replace("1.2.3", "1.2.4")), "the first section of CHANGELOG.md is not that of 1.2.3"),
        (changelog("# Changelog\n"), "the first section of CHANGELOG.md is not that of 1.2.3"),
        (changelog("# Changelog\n\n## 1.2.30 (2026-12-31)\n\n- x\n"), "the first section of CHANGELOG.md is not that of 1.2.3"),
        (
            changelog(CHANGELOG.replace("2026-12-31", "unreleased")),
            "the section of 1.2.3 in CHANGELOG.md has no date: '## 1.2.3 (2026-12-31)'",
        ),
        (changelog(CHANGELOG.replace("- Something.\n", "")), "the section of 1.2.3 in CHANGELOG.md is empty"),
        ({"cnnspec/__init__.py": ""}, "cnnspec/__init__.py has no __version__"),
        ({"cnnspec/__init__.py": '__version__ = "1.2.3.dev0"\n'}, "'1.2.3.dev0' is no version such as 1.2.3"),
    ],
)  # fmt: skip
def test_a_release_that_is_not_prepared(files: dict[str, str], reason: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, files) == reason


def test_a_version_that_was_released(tmp_path: Path) -> None:
    assert refusal(tmp_path, {}, tag="v1.2.3") == (
        "the tag v1.2.3 exists; raise __version__ in cnnspec/__init__.py"
    )


@pytest.mark.parametrize(("loose", "change"), [("CHANGELOG.md", " M"), ("new.txt", "??")])
def test_a_tree_with_changes(loose: str, change: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, {}, loose=loose)
    assert found.splitlines() == [
        "there are changes that are not committed:",
        f"{change.strip() if change == ' M' else change} {loose}",
    ]
