"""SARIF is as its specification, its checker and GitHub want it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import run_command
from tests.support.paths import BAD, BAD_FILES

CHECKER = next(Path(__file__).parent.glob("node_modules/@microsoft/*/Sarif.Multitool"))
NOT_OURS = {
    "SARIF2002": "messages by number, which only shorten the file",
    "SARIF2003": "the commit, which whoever uploads the file adds",
    "SARIF2006": "addresses that are reached, which needs the network",
    "SARIF2009": "codes such as CA1000, where cnnspec has words",
}
"""The rules that cnnspec does not follow."""
OF_NO_TEXT = {"SARIF2010", "SARIF2011", "SARIF2012"}
"""Rules about the text of a finding, and about the codes of all, where there is none."""


def objections_to(log: Path) -> list[tuple[str, str]]:
    """Return the rules that the checker finds broken, each with what it says."""
    arguments = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
    checked = subprocess.run(
        [CHECKER, "validate", log, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    assert "Analysis completed successfully" in checked.stdout, checked.stdout[-2000:]
    found = re.findall(r": (?:error|warning|note) ([A-Z]+[0-9]+): (.*)", checked.stdout)
    return [each for each in found if each[0] not in NOT_OURS]


def logged(*arguments: str, to: Path) -> Path:
    log = to / "found.sarif"
    log.write_text(run_command("validate", "--format", "sarif", *arguments).stdout, "utf-8")
    return log


def test_all_codes_are_reported_as_the_checker_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    log = logged(*(file.name for file in BAD_FILES), to=tmp_path)
    found = objections_to(log)
    assert [each for each in found if "NotAModelError" not in each[1]] == []  # `A` is a word


@pytest.mark.parametrize("content", ["", "no model"])
def test_what_has_no_text_is_reported_as_the_checker_wants(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.keras").write_text(content, "utf-8")
    Path("none.yaml").write_text("cnnspec: 1\ninputs: {x: [1]}\nlayers: [Flatten]\n", "utf-8")
    given = ["none.yaml", *(["model.keras"] if content else [])]
    assert {rule for rule, _ in objections_to(logged(*given, to=tmp_path))} <= OF_NO_TEXT
