"""The hooks of `.pre-commit-hooks.yaml`, run by pre-commit on a small repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOOD = "cnnspec: 1\n\ninputs:\n  x: [4]\n\nlayers:\n  - Dense: {name: y, units: 2}\n"
BAD = GOOD.replace("units", "unts")
UNTIDY = GOOD.replace("[4]", "[ 4 ]")
OF_HOOKS = (
    ".pre-commit-hooks.yaml",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "cnnspec",
    "pytest_cnnspec.py",
    "specs",
)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the hooks and the package as they are now, and its commit."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in OF_HOOKS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "hooks")
    return folder, git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment of the hooks."""
    return tmp_path_factory.mktemp("cache")


def run(
    folder: Path, cache: Path, hooks: tuple[Path, str], pattern: str | None = None
) -> tuple[int, str]:
    """Run both hooks on all files of a repository, with a file pattern if there is one."""
    files = {} if pattern is None else {"files": pattern}
    ids = ("cnnspec-format", "cnnspec-validate")
    source = {
        "repo": str(hooks[0]),
        "rev": hooks[1],
        "hooks": [{"id": each, **files} for each in ids],
    }
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [source]}), "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PRE_COMMIT_HOME": str(cache)},
    )
    return done.returncode, done.stdout


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def test_specs_in_folders_of_that_name_are_checked(
    tmp_path: Path, cache: Path, hooks: tuple[Path, str]
) -> None:
    write(tmp_path, specs__good=GOOD, models__bad=BAD, compose="services: {}\n")
    assert run(tmp_path, cache, hooks)[0] == 0
    write(tmp_path, deep__specs__bad=BAD, specs__untidy=UNTIDY)
    code, said = run(tmp_path, cache, hooks)
    assert code == 1
    assert "specs/untidy.yaml: formatted" in said
    assert "deep/specs/bad.yaml:7:22: error[unknown-argument]: Dense has no argument 'unts'" in said
    assert "models/bad.yaml" not in said
    assert (tmp_path / "specs" / "untidy.yaml").read_text("utf-8") == GOOD


def test_the_pattern_can_be_set(tmp_path: Path, cache: Path, hooks: tuple[Path, str]) -> None:
    write(tmp_path, specs__bad=BAD, models__good=GOOD, compose="services: {}\n")
    pattern = r"^models/.*\.yaml$"
    assert run(tmp_path, cache, hooks, pattern)[0] == 0
    write(tmp_path, models__bad=BAD)
    code, said = run(tmp_path, cache, hooks, pattern)
    assert (code, "models/bad.yaml:7:22: error[unknown-argument]" in said) == (1, True)
    assert "specs/bad.yaml" not in said
