"""The GitHub action: annotations, differences of models, and the comment on a pull request."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.support.github_api import TOKEN, Comments, serving
from tests.support.paths import ROOT

ACTION = ROOT / "action"
DENSE = "cnnspec: 1\ninputs: {{x: [4]}}\nlayers:\n  - Dense: {{name: y, units: {}}}\n"
BLOCKS = "cnnspec: 1\nblocks:\n  head: {{layers: [Dense: {{name: y, units: {}}}]}}\n"
CALLING = "cnnspec: 1\nimports: [blocks.yaml]\ninputs: {x: [4]}\nlayers: [head]\n"
BEFORE = {
    "specs/changed.yaml": DENSE.format(2),
    "specs/same.yaml": DENSE.format(3),
    "specs/moved.yaml": DENSE.format(5) + "# a comment that makes it long enough to be found\n",
    "specs/gone.yaml": DENSE.format(6),
    "specs/broken.yaml": DENSE.format(-1),
    "specs/blocks.yaml": BLOCKS.format(7),
    "specs/calling.yaml": CALLING,
    "specs/no_spec.yaml": "a: 1\n",
    "elsewhere.yaml": DENSE.format(8),
}
AFTER = {
    **BEFORE,
    "specs/changed.yaml": DENSE.format(4),
    "specs/same.yaml": "# only a comment\n" + BEFORE["specs/same.yaml"],
    "specs/blocks.yaml": BLOCKS.format(9),
    "specs/deep/new `one`.yml": "inputs: {image: [8, 8, 3]}\nlayers: [Flatten]\ncnnspec: 1\n",
    "specs/renamed.yaml": BEFORE["specs/moved.yaml"].replace("units: 5", "units: 50"),
    "specs/no_spec.yaml": "a: 2\n",
    "elsewhere.yaml": DENSE.format(88),
}
del AFTER["specs/gone.yaml"], AFTER["specs/moved.yaml"]


@pytest.fixture(scope="module")
def action() -> Iterator[dict[str, ModuleType]]:
    """The modules of the action, which imports them as a script does."""
    sys.path.insert(0, str(ACTION))
    names = ("comparing", "comments")
    yield {name: __import__(name) for name in names}
    sys.path.remove(str(ACTION))
    for name in names:
        del sys.modules[name]


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, files: dict[str, str]) -> str:
    for file in folder.rglob("*.y*ml"):
        file.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "state", "--allow-empty")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A clone without history, as a workflow has it, and the commit below the pull request."""
    folder = tmp_path_factory.mktemp("repository")
    origin, clone = folder / "origin", folder / "clone"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    base = commit(origin, BEFORE)
    commit(origin, AFTER)
    git(folder, "clone", "-q", "--depth=1", origin.as_uri(), str(clone))
    return clone, base


def run(
    repository: tuple[Path, str], folder: Path, comments: Comments, **inputs: str
) -> subprocess.CompletedProcess[str]:
    clone, base = repository
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "base": {"sha": base}}}), "utf-8")
    declared = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    usual = {name: each["default"] for name, each in declared.items()}
    given = {**usual, "specs": "specs", "token": TOKEN, **inputs}
    environment = {
        **os.environ,
        **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        "PYTHONPATH": str(ROOT),
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_API_URL": comments.address,
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
    }
    command = [sys.executable, str(ACTION / "run.py")]
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)


def test_a_pull_request_gets_a_comment(repository: tuple[Path, str], tmp_path: Path) -> None:
    with serving(Comments()) as comments:
        found = run(repository, tmp_path, comments, sarif=str(tmp_path / "found.sarif"))
    (body,) = comments.bodies.values()
    assert (comments.calls, found.returncode, found.stderr) == (
        ["GET", "POST"],
        1,
        "skipped, because they are not specs: 'specs/no_spec.yaml'\n" * 2,
    )
    assert found.stdout.startswith("::error file=specs/broken.yaml,line=4,")
    assert (tmp_path / "summary.md").read_text("utf-8") == f"{body}\n"
    assert (tmp_path / "output").read_text("utf-8") == "changed=6\n"
    (sarif,) = json.loads((tmp_path / "found.sarif").read_text("utf-8"))["runs"]
    assert [each["ruleId"] for each in sarif["results"]] == ["out-of-range"]
    heads = [line for line in body.splitlines() if line.startswith("#")]
    assert heads == [
        "### Models",
        "#### `specs/broken.yaml`: cannot be compared",
        "#### `specs/calling.yaml`",
        "#### `specs/changed.yaml`",
        "#### `` specs/deep/new `one`.yml ``: new",
        "#### `specs/moved.yaml` → `specs/renamed.yaml`",
        "#### `specs/gone.yaml`: removed",
    ]
    assert "(before) specs/broken.yaml:4:29: error[out-of-range]" in body
    changed = body.partition("#### `specs/changed.yaml`\n\n")[2].partition("####")[0]
    assert "~ y: units 2 -> 4" in changed
    assert "<details><summary>Picture</summary>\n\n```mermaid\n---\ntitle:" in changed
    assert git(repository[0], "worktree", "list").count("\n") == 1


@pytest.mark.parametrize("comment", ["true", "false"])
def test_where_comments_cannot_be_written_there_is_a_summary(
    comment: str, repository: tuple[Path, str], tmp_path: Path
) -> None:
    with serving(Comments()) as comments:
        comments.is_read_only = True
        found = run(repository, tmp_path, comments, specs="specs/changed.yaml", comment=comment)
    warning = "::warning title=cnnspec::the differences are only in the summary: GitHub answered 403 Forbidden\n"
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == (warning if comment == "true" else "")
    assert "~ y: units 2 -> 4" in (tmp_path / "summary.md").read_text("utf-8")


def test_a_push_is_only_validated(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{}", "utf-8")
    (tmp_path / "a.yaml").write_text(DENSE.format(2) + "params: {a: 1}\n", "utf-8")
    found = {}
    for strict, ignore in (("false", ""), ("true", ""), ("true", "unused-parameter")):
        inputs = {"SPECS": "a.yaml", "STRICT": strict, "IGNORE": ignore, "SARIF": ""}
        environment = {f"INPUT_{name}": value for name, value in inputs.items()}
        result = subprocess.run(
            [sys.executable, str(ACTION / "run.py")],
            cwd=tmp_path,
            env={
                **os.environ,
                **environment,
                "PYTHONPATH": str(ROOT),
                "GITHUB_EVENT_PATH": "event.json",
            },
            capture_output=True,
            text=True,
        )
        found[strict, ignore] = (result.returncode, result.stdout[:9], result.stderr)
    assert found == {
        ("false", ""): (0, "::warning", ""),
        ("true", ""): (1, "::error f", ""),
        ("true", "unused-parameter"): (0, "", ""),
    }


def test_the_action_passes_every_input_to_its_script() -> None:
    text = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    environment = text["runs"]["steps"][-1]["env"]
    names = {f"INPUT_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in text["inputs"]}
    assert environment == names
    assert all("${{" not in step.get("run", "") for step in text["runs"]["steps"])


def publish(action: dict[str, ModuleType], comments: Comments, text: str, **options: Any) -> str:
    address = f"{comments.address}/repos/owner/name"
    given = {"is_new": True, "address": address, "number": 7, "token": TOKEN, **options}
    return str(action["comments"].publish(text, **given))


def test_one_comment_is_kept_up_to_date(action: dict[str, ModuleType]) -> None:
    marker = action["comparing"].MARKER
    with serving(Comments()) as comments:
        for number in range(150):
            comments.add(f"remark {number}, which quotes {marker}")
        copied = comments.add(f"{marker} copied", is_of_another=True)
        assert publish(action, comments, f"{marker} none", is_new=False) == ""
        assert [*comments.bodies] == [*range(1, 152)]
        assert publish(action, comments, f"{marker} first") == ""
        assert publish(action, comments, f"{marker} second", is_new=False) == ""
        assert publish(action, comments, f"{marker} third") == ""
        assert [comments.bodies[number] for number in (copied, 152)] == [
            f"{marker} copied",
            f"{marker} third",
        ]
        assert len(comments.bodies) == 152


def test_failures_are_told(action: dict[str, ModuleType]) -> None:
    with serving(Comments()) as comments:
        assert publish(action, comments, "", token="other") == "GitHub answered 401 Unauthorized"
        assert publish(action, comments, "", number=8) == "GitHub answered 404 Not Found"
    found = publish(action, comments, "")
    assert found.startswith("GitHub cannot be reached: ")


@pytest.mark.parametrize(
    ("text", "fence"), [("a", "```"), ("```\n@all", "````"), ("`````", "``````")]
)
def test_no_text_ends_its_block(text: str, fence: str, action: dict[str, ModuleType]) -> None:
    assert action["comparing"].fenced(text, "diff") == f"{fence}diff\n{text}\n{fence}"


def test_what_is_too_long_loses_its_pictures_first(action: dict[str, ModuleType]) -> None:
    comparing = action["comparing"]
    model = comparing.Model("a", "short", "p" * 40_000)
    one, two = comparing.report([model]), comparing.report([model, model])
    long = comparing.report([comparing.Model("a", "t" * 70_000)])
    huge = comparing.report([comparing.Model("a", "", "p" * 46_000)])
    assert [text.count("mermaid") for text in (one, two, long, huge)] == [1, 0, 0, 0]
    assert (two.count("short"), long[-3:], comparing.report([])[-17:]) == (
        2,
        "- a",
        "No model differs.",
    )
    assert all(len(text) < 65_536 for text in (one, two, long, huge))
