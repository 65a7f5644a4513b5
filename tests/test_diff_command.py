"""`cnnspec diff`: its exit codes, its diagram, and what git makes of it."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest

import cnnspec
from cnnspec.backends.diagram.colours import THEMES
from cnnspec.backends.diagram.dot import box_class
from cnnspec.backends.diagram.figure import boxes, groups
from cnnspec.backends.diagram.folding import folded
from cnnspec.backends.diagram.labels import box_lines, edge_label
from cnnspec.backends.diagram.look import Look
from cnnspec.backends.diagram.reading import read
from cnnspec.diff.compare import compare
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text
from cnnspec.diff.union import union
from tests.support.colours import APART, VISIONS, contrast, difference
from tests.support.commands import run_command

OLD = """\
cnnspec: 1
name: tiny
inputs: {image: [8, 8, 1]}
blocks:
  stem:
    layers:
      - Conv2D: {name: conv, filters: 4, kernel_size: 3}
      - BatchNormalization: {name: norm}
layers:
  - stem: {name: stem}
  - Flatten: {name: flat}
  - Dense: {name: digit, units: 10}
outputs:
  digit: {loss: mse}
"""
NEW = (
    OLD.replace("filters: 4", "filters: 8")
    .replace("      - BatchNormalization: {name: norm}\n", "")
    .replace("  - Dense:", "  - Dropout: {name: drop, rate: 0.5}\n  - Dense:")
    .replace("mse}", "mae}")
)
diff_command = partial(run_command, "diff")
BAD = OLD.replace("filters", "filtres")
SAME = "the same model: 4 layers, 1,506 parameters\n"


@pytest.fixture(autouse=True)
def _in_folder(folder: Path) -> None:
    for name, text in (("old", OLD), ("new", NEW), ("bad", BAD)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_exit_codes_are_those_of_diff() -> None:
    found = compare(cnnspec.load("old.yaml").compile(), cnnspec.load("new.yaml").compile())
    data = json.dumps(as_data(found), indent=2) + "\n"
    missing = "cnnspec: 'none.yaml' cannot be read: No such file or directory\n"
    assert diff_command("old.yaml", "old.yaml") == (0, SAME, "")
    assert diff_command("old.yaml", "new.yaml") == (1, as_text(found), "")
    assert diff_command("--verbose", "old.yaml", "new.yaml") == (
        1,
        as_text(found, verbose=True),
        "",
    )
    assert diff_command("--quiet", "old.yaml", "new.yaml") == (1, "", "")
    assert diff_command("--format", "json", "old.yaml", "new.yaml") == (1, data, "")
    assert diff_command("old.yaml", "none.yaml") == (2, "", missing)
    assert diff_command("old.yaml") == (2, "", "cnnspec: diff takes two models, got 1\n")
    exit_code, stdout, stderr = diff_command("bad.yaml", "old.yaml")
    assert (exit_code, stdout, stderr.splitlines()[0]) == (
        2,
        "",
        "bad.yaml:7:30: error[unknown-argument]: Conv2D has no argument 'filtres'",
    )


def test_a_model_file_is_compared_by_what_it_holds(tmp_path: Path) -> None:
    text = OLD.replace("loss: mse", "metrics: []")
    (tmp_path / "spec.yaml").write_text(f"{text}train: {{optimizer: adam, epochs: 3}}\n", "utf-8")
    shown = cnnspec.load("spec.yaml").build().to_json()
    (tmp_path / "model.json").write_text(shown, encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert diff_command("spec.yaml", "model.json") == (0, SAME, "")
    exit_code, stdout, stderr = diff_command("spec.yaml", "broken.json")
    assert (exit_code, stdout, stderr.count("\n")) == (2, "", 1)
    assert stderr.startswith("error[unreadable-model]: 'broken.json': ")


# The diagram


def test_the_diagram_shows_both_models() -> None:
    old, new = (cnnspec.load(f"{name}.yaml").compile() for name in ("old", "new"))
    figure = union(read(old), read(new), compare(old, new))
    assert [(box.id, box.mark, box_lines(box, Look())) for box in boxes(figure.children)] == [
        ("image", "same", ["image", "InputLayer"]),
        ("stem_conv", "changed", ["~ conv", "Conv2D · 8 · 3×3", "80 params", "filters 4 -> 8"]),
        ("removed.stem_norm", "removed", ["− norm", "BatchNormalization", "16 params"]),
        ("flat", "same", ["flat", "Flatten"]),
        ("drop", "added", ["+ drop", "Dropout · rate 0.5"]),
        ("digit", "same", ["digit", "Dense · 10", "2,890 params"]),
        (
            "output.digit",
            "changed",
            ["~ digit", "Output", "mean_absolute_error", "loss mse -> mae"],
        ),
    ]
    assert [(group.id, len(group.children)) for group in groups(figure.children)] == [
        ("block.stem", 2)
    ]
    assert [(edge.source, edge.target, edge_label(edge, Look())) for edge in figure.edges] == [
        ("image", "stem_conv", "8×8×1"),
        ("stem_conv", "flat", "+ 6×6×8"),
        ("flat", "drop", "+ 288"),
        ("drop", "digit", "+ 288"),
        ("digit", "output.digit", "10"),
        ("stem_conv", "removed.stem_norm", "− 6×6×4"),
        ("removed.stem_norm", "flat", "− 6×6×4"),
        ("flat", "digit", "− 144"),
    ]
    stem = folded(figure, 0).children[1]
    assert (box_lines(stem, Look()), box_class(stem)) == (  # type: ignore[arg-type]
        ["~ stem", "1 layer · 80 params", "1 removed, 1 changed"],
        "changed",
    )


def test_what_only_one_model_has_is_drawn_whole() -> None:
    Path("without.yaml").write_text(OLD.replace("  - stem: {name: stem}\n", ""), encoding="utf-8")
    old, new = (cnnspec.load(f"{name}.yaml").compile() for name in ("old", "without"))
    figure = union(read(old), read(new), compare(old, new))
    assert [(group.id, group.name) for group in groups(figure.children)] == [
        ("removed.block.stem", "stem")
    ]
    assert [each.id for each in figure.children] == [
        "image", "removed.block.stem", "flat", "digit", "output.digit"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x.svg", "x.dot", "x.mmd", "x.html"])
def test_diagrams_are_written_by_their_ending(name: str) -> None:
    assert diff_command("--quiet", "old.yaml", "new.yaml", "-o", name, "--theme", "dark") == (
        1,
        "",
        "",
    )
    text = Path(name).read_text("utf-8")
    assert [word in text for word in ("filters 4", "norm", "#4ade80")] == [True] * 3
    refused = f"cnnspec: '{name}' already exists; use --force to overwrite it\n"
    assert diff_command("old.yaml", "new.yaml", "-o", name) == (2, "", refused)
    assert diff_command("--quiet", "old.yaml", "old.yaml", "-o", name, "--force") == (0, "", "")
    assert Path(name).read_text("utf-8") != text


@pytest.mark.parametrize("name", THEMES)
def test_marks_have_contrast(name: str) -> None:
    theme = THEMES[name]
    weak = {
        mark
        for mark, paint in theme.marks.items()
        if contrast(paint.text, paint.fill) < 4.5 or contrast(paint.line, theme.background) < 3
    }
    assert weak == set()


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_marks_are_told_apart(name: str, vision: str) -> None:
    marks = THEMES[name].marks
    alike = {
        (one, other)
        for one, other in combinations(marks, 2)
        if max(
            difference(marks[one].fill, marks[other].fill, vision),
            difference(marks[one].line, marks[other].line, vision),
        )
        < APART
    }
    assert alike == set()


# git


def test_a_file_that_is_new_or_gone() -> None:
    added = ["m.yaml", os.devnull, ".", ".", "new.yaml", "abc", "100644"]
    assert diff_command("--git", *added) == (
        0,
        "diff --cnnspec /dev/null b/m.yaml\n+ tiny: 2,970 parameters\n",
        "",
    )
    gone = ["m.yaml", "old.yaml", "abc", "100644", os.devnull, ".", "."]
    assert diff_command("--git", *gone) == (
        0,
        "diff --cnnspec a/m.yaml /dev/null\n- tiny: 1,506 parameters\n",
        "",
    )


def test_what_is_no_model_is_compared_by_lines() -> None:
    arguments = ["m.yaml", "old.yaml", "a", "100644", "bad.yaml", "b", "100644"]
    exit_code, stdout, stderr = diff_command("--git", *arguments)
    assert (exit_code, stdout.splitlines()[:5], stderr) == (
        0,
        [
            "diff --cnnspec a/m.yaml b/m.yaml",
            "not compared as models: b/m.yaml:7: Conv2D has no argument 'filtres'",
            "--- a/m.yaml",
            "+++ b/m.yaml",
            "@@ -4,7 +4,7 @@",
        ],
        "",
    )
    Path("data.keras").write_bytes(b"\xff\xfe")
    arguments = ["m.keras", "data.keras", "a", "100644", "data.keras", "b", "100644"]
    assert diff_command("--git", *arguments)[1].splitlines()[-1] == (
        "Binary files a/m.keras and b/m.keras differ"
    )


def test_other_arguments_than_those_of_git() -> None:
    assert diff_command("--git", "m.yaml") == (0, "unmerged: m.yaml\n", "")
    message = "cnnspec: --git takes the 7 or 9 arguments of a diff driver, got 2\n"
    assert diff_command("--git", "a", "b") == (2, "", message)
    missing = ["m.yaml", "none.yaml", "a", "100644", "new.yaml", "b", "100644"]
    message = "cnnspec: 'none.yaml' cannot be read: No such file or directory\n"
    assert diff_command("--git", *missing) == (2, "", message)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
def test_git_calls_it(tmp_path: Path) -> None:
    driver = tmp_path / "driver"
    driver.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnnspec diff --git "$@"\n')
    driver.chmod(0o755)
    who = {
        f"GIT_{role}_{what}": f"{what.lower()}@example.org"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat"}

    def git(*arguments: str) -> str:
        command = ["git", "-c", f"diff.cnnspec.command={driver}", *arguments]
        environment = {**os.environ, **who, **settings}
        done = subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    repository = tmp_path / "repository"
    (repository / "specs").mkdir(parents=True)
    git("init", "--quiet")
    (repository / ".gitattributes").write_text("specs/*.yaml diff=cnnspec\n")
    (repository / "base.yaml").write_text(OLD)
    outer = (
        "cnnspec: 1\nname: outer\ninputs: {x: [8, 8, 1]}\nsubmodels: {base: {spec: ../base.yaml}}\n"
        "layers:\n  - base: {name: base}\n  - Dense: {name: head, units: 3}\n"
    )
    (repository / "specs/outer.yaml").write_text(outer)
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    (repository / "specs/outer.yaml").write_text(outer.replace("units: 3", "units: 5"))
    (repository / "specs/new.yaml").write_text(NEW)
    git("add", "--intent-to-add", ".")
    assert (
        git("diff")
        == """\
diff --cnnspec /dev/null b/specs/new.yaml
+ tiny: 2,970 parameters
diff --cnnspec a/specs/outer.yaml b/specs/outer.yaml
outer
~ head: units 3 -> 5; shape (None, 3) -> (None, 5), parameters 33 -> 55

layers                5
parameters            1,539 -> 1,561 (+1.4%)
  trainable           1,531 -> 1,553 (+1.4%)
  not trainable       8
multiply-accumulates  2,766 -> 2,786 (+0.7%)
"""
    )
