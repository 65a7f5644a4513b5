"""`make release` builds, checks and tags a small package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = """
import sys
from pathlib import Path

__version__ = "1.2.3"


def run() -> None:
    if sys.argv[1] == "--version":
        print("cnnspec, version 1.2.3")
    elif sys.argv[1] == "new":
        Path(sys.argv[4]).write_text("cnnspec: 1")
    else:
        assert Path(sys.argv[3]).read_text() == "cnnspec: 1"
"""
PROJECT = """
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "cnnspec"
dynamic = ["version"]
readme = "README.md"
requires-python = ">=3.11"

[project.scripts]
cnnspec = "cnnspec:run"

[tool.hatch.version]
path = "cnnspec/__init__.py"

[tool.hatch.build.targets.wheel]
packages = ["cnnspec"]
"""
FILES = {
    "cnnspec/__init__.py": COMMAND,
    "cnnspec/größe.txt": "data\n",
    "pyproject.toml": PROJECT,
    "README.md": "# A package\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2026-12-31)\n\n- Something.\n",
    ".gitignore": "dist/\n__pycache__/\n",
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "release.py")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_release_is_built_checked_and_tagged(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    git(tmp_path, "init", "-q")
    for key, value in (("user.name", "a"), ("user.email", "a@b.c")):
        git(tmp_path, "config", key, value)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "state")
    (tmp_path / "cnnspec" / "__pycache__").mkdir()
    (tmp_path / "cnnspec" / "__pycache__" / "left.pyc").write_bytes(b"")

    done = release(tmp_path)
    files = ["dist/cnnspec-1.2.3-py3-none-any.whl", "dist/cnnspec-1.2.3.tar.gz"]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        *files,
        "tagged v1.2.3; nothing is published. To publish:",
        "  git push origin v1.2.3",
        f"  python -m twine upload {' '.join(files)}",
    ]
    assert git(tmp_path, "tag", "--list", "-n1").split() == ["v1.2.3", "cnnspec", "1.2.3"]
    assert sorted(f"dist/{each.name}" for each in (tmp_path / "dist").iterdir()) == sorted(files)

    again = release(tmp_path)
    assert (again.returncode, again.stdout) == (1, "")

    project = PROJECT.replace(
        'packages = ["cnnspec"]', 'packages = ["cnnspec"]\nexclude = ["*.txt"]'
    )
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    git(tmp_path, "commit", "-qam", "a file is forgotten")
    git(tmp_path, "tag", "--delete", "v1.2.3")
    without = release(tmp_path)
    assert (without.returncode, without.stderr) == (
        1,
        "no release: dist/cnnspec-1.2.3-py3-none-any.whl lacks cnnspec/größe.txt\n",
    )
    assert git(tmp_path, "tag", "--list") == ""
