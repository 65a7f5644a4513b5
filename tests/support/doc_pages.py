"""Runs the code blocks of a Markdown page, one after another, in a folder with the specs of this repository."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import cnnspec
from cnnspec.diagnostics.reporters import as_text
from tests.support.doc_blocks import DocBlock
from tests.support.paths import ROOT

KERAS = re.compile(
    r"cnnspec (?:build|train|evaluate|predict|export|import application:)|\.(?:build|train)\(|keras"
)
"""What needs TensorFlow in a console or Python block."""
SECONDS = 240
FILES = ROOT / "docs/files"
"""Files that pages use and link to, without showing them whole."""
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A reader"), ("EMAIL", "reader@example.com"))
}


def needs_keras(blocks: list[DocBlock]) -> bool:
    """Return whether a page runs something that imports TensorFlow."""
    ran = [each for each in blocks if each.language in ("console", "python")]
    return any(KERAS.search(each.text) for each in ran if "not run" not in each.marks)


def prepare(folder: Path) -> None:
    """Make a repository with the specs of this one and the files of `docs/files/`."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    shutil.copy(folder / "specs/data/mnist_sample.npz", folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)


def failures(blocks: list[DocBlock], folder: Path) -> Iterator[str]:
    """Run the blocks of a page, and yield what does not hold, with the place."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for block in blocks:
        marks = block.marks
        if "saved as" in marks:
            target = folder / marks["saved as"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        if block.language == "yaml" and "not run" not in marks:
            told = _of_yaml(block, folder)
        elif block.language == "console" and "not run" not in marks:
            told = _of_console(block, folder)
        elif block.language == "python" and not {"not run", "saved as"} & {*marks}:
            printed = _of_python(block, folder, names)
            told = None
        elif block.language == "text" and "prints" in marks:
            told = _difference(block.text, printed)
        else:
            told = None
        if told:
            yield f"{block}: {told}"


def _of_yaml(block: DocBlock, folder: Path) -> str | None:
    if "not a spec" in block.marks:
        yaml.safe_load(block.text)
        return None
    text = block.text
    if "part of" in block.marks:
        whole = yaml.safe_load((folder / block.marks["part of"]).read_text(encoding="utf-8"))
        sections = yaml.safe_load(block.text)
        kept = {key: value for key, value in whole.items() if key not in sections}
        text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True) + block.text
    name = block.marks.get("saved as") or block.marks.get("part of") or "spec.yaml"
    path = folder / name
    path = path.with_name(f"_tested_{path.name}")
    path.write_text(text, encoding="utf-8")
    try:
        report = cnnspec.load(path, root=None).report
    finally:
        path.unlink()
    expected = sorted(filter(None, re.split(r"[,\s]+", block.marks.get("finds", ""))))
    codes = sorted({each.code for each in report})
    return None if codes == expected else f"expected {expected}, found:\n{as_text(report)}"


def _of_console(block: DocBlock, folder: Path) -> str | None:
    commands = re.split(r"^\$ ", block.text, flags=re.M)
    if commands[0].strip():
        return "a console block begins with `$ `"
    environment = (
        os.environ
        | AUTHOR
        | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
    )
    expected_status = int(block.marks.get("exits") or 0)
    for position, each in enumerate(commands[1:], 1):
        command, _, shown = each.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = f"{command}\n{more}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        is_last = position == len(commands) - 1
        if done.returncode != (expected_status if is_last else 0):
            return f"`{command}` exits {done.returncode}: {done.stdout}"
        compare = distance if "about" in block.marks else _difference
        if shown.strip() and (told := compare(shown, done.stdout)):
            return f"`{command}`: {told}"
    return None


def _of_python(block: DocBlock, folder: Path, names: dict[str, Any]) -> str:
    stream = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(stream):
        code = compile("\n" * block.line + block.text, block.page, "exec")
        exec(code, names)
    return stream.getvalue()


def _difference(shown: str, printed: str) -> str | None:
    """Compare texts, apart from spaces at line ends; `...` stands for any text."""
    wanted, got = (_stripped(text) for text in (shown, printed))
    pattern = ".*?".join(map(re.escape, wanted.split("...")))
    return None if re.fullmatch(pattern, got, re.DOTALL) else f"the output is\n{got}"


NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?(?![\w.])")
"""A number by itself, not as a part of a name."""


def distance(shown: str, printed: str) -> str | None:
    """Compare texts whose numbers depend on how a processor rounds, and tables as wide as these."""
    wanted, got = (re.sub(r"[ ─]+", " ", _stripped(text)) for text in (shown, printed))
    pattern = ".*?".join(map(re.escape, re.split(r"\.\.\.", NUMBER.sub("\0", wanted))))
    match = re.fullmatch(pattern.replace("\0", f"({NUMBER.pattern})"), got, re.DOTALL)
    if not match:
        return f"the output is\n{got}"
    pairs = zip(NUMBER.findall(wanted), match.groups(), strict=True)
    far = [f"{old} became {new}" for old, new in pairs if not _are_near(old, new)]
    return ", ".join(far) or None


def _are_near(old: str, new: str) -> bool:
    one, other = (float(text.replace(",", "")) for text in (old, new))
    is_count = "." not in old + new
    return abs(one - other) <= max(0.15 * abs(one), 10 if is_count else 0.03)


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
