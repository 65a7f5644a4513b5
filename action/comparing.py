"""Compares the models of specs in two states of a repository, and writes the differences as Markdown."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAME, DIFFERENT = 0, 1
"""Exit codes of `cnnspec diff`."""
MOST = 60_000
"""How long a comment may be; GitHub takes 65,536 characters."""
MOST_OF_PICTURE = 45_000
"""How long the Mermaid text of a picture may be; GitHub draws 50,000 characters."""
MARKER = "<!-- cnnspec: differences of models -->"
"""What a comment starts with, so that the next run finds it."""
ALIKE = "No model differs."


@dataclass(frozen=True)
class Model:
    """A spec whose model differs."""

    name: str
    """What is compared, as Markdown."""
    text: str
    """The differences, or why there are none."""
    picture: str = ""
    """Both models in Mermaid; empty if there are not two."""


def compared(base: str, specs: list[str]) -> list[Model]:
    """Compare the specs of this folder with those of a commit, in which the same paths are named."""
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "base"
        check_out(base, old)
        try:
            return [*differences(old, base, specs)]
        finally:
            git("worktree", "remove", "--force", str(old))


def check_out(commit: str, folder: Path) -> None:
    """Check a commit out, which is fetched if the clone is shallow."""
    known = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True)
    if known.returncode:
        git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit)
    git("worktree", "add", "--quiet", "--detach", str(folder), commit)


def git(*arguments: str) -> str:
    """Run git, and return what it prints."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def differences(old: Path, base: str, specs: list[str]) -> Iterator[Model]:
    """Yield what differs, spec by spec."""
    before, after = found(old, specs), found(Path(), specs)
    moved = {new: name for name, new in renamed(base) if name in before and new in after}
    for new in after:
        name = moved.get(new, new)
        if name not in before:
            yield Model(f"{code(new)}: new", ran("summary", new)[1])
            continue
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "picture.mmd"
            result, text = ran("diff", str(old / name), new, "-o", str(picture))
            title = code(new) if name == new else f"{code(name)} → {code(new)}"
            if result == DIFFERENT:
                yield Model(title, text, picture.read_text("utf-8"))
            elif result != SAME and "error[not-a-model]" not in text:
                yield Model(f"{title}: cannot be compared", text.replace(f"{old}/", "(before) "))
    for name in before:
        if name not in after and name not in moved.values():
            yield Model(f"{code(name)}: removed", "")


def found(folder: Path, specs: list[str]) -> list[str]:
    """List the specs that paths and patterns name in a folder; hidden files are none."""
    files: set[Path] = set()
    for each in specs:
        path = folder / each
        if path.is_dir():
            files |= {*path.rglob("*.yaml"), *path.rglob("*.yml")}
        else:
            files |= {path} if path.is_file() else {*folder.glob(each)}
    names = {file.relative_to(folder): file for file in files if file.is_file()}
    return sorted(
        name.as_posix()
        for name, file in names.items()
        if not any(part.startswith(".") for part in name.parts) and is_spec(file)
    )


def is_spec(file: Path) -> bool:
    """Whether a file has the key that every spec has."""
    return re.search(rb"^[\s{'\"]*cnnspec['\"]?\s*:", file.read_bytes(), re.MULTILINE) is not None


def renamed(base: str) -> Iterator[tuple[str, str]]:
    """Yield the files that were renamed since a commit, with their names before and now."""
    parts = git("diff", "-z", "-M", "--diff-filter=R", "--name-status", base, "--").split("\0")
    yield from zip(parts[1::3], parts[2::3], strict=False)


def ran(*arguments: str) -> tuple[int, str]:
    """Run cnnspec; return its exit code, and what it prints."""
    command = [sys.executable, "-m", "cnnspec", *arguments]
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    return result.returncode, result.stdout.strip()


def report(models: list[Model]) -> str:
    """Write the differences as Markdown; where they are too long for a comment, without pictures."""
    for parts in ([*map(whole, models)], [*map(without_picture, models)]):
        text = "\n\n".join([MARKER, "### Models", *(parts or [ALIKE])])
        if len(text) <= MOST:
            return text
    names = "\n".join(f"- {model.name}" for model in models)
    return f"{MARKER}\n\n### Models\n\nThe differences are too long for a comment:\n\n{names}"[
        :MOST
    ]


def whole(model: Model) -> str:
    """Write a model with its picture, which GitHub draws."""
    text = without_picture(model)
    if not model.picture or len(model.picture) > MOST_OF_PICTURE:
        return text
    picture = fenced(model.picture, "mermaid")
    return f"{text}\n\n<details><summary>Picture</summary>\n\n{picture}\n\n</details>"


def without_picture(model: Model) -> str:
    """Write a model without its picture."""
    text = f"\n\n{fenced(model.text, 'diff')}" if model.text else ""
    return f"#### {model.name}{text}"


def fenced(text: str, language: str) -> str:
    """Put a text into a block, which no backticks in it can end."""
    fence = "`" * (max([2, *map(len, re.findall("`+", text))]) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def code(name: str) -> str:
    """Write a name as code, whatever backticks and breaks it has."""
    plain = " ".join(name.split())
    fence = "`" * (max([0, *map(len, re.findall("`+", plain))]) + 1)
    return f"{fence} {plain} {fence}" if "`" in plain else f"`{plain}`"
