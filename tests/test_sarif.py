"""Findings as SARIF, with what the code scanning of GitHub asks for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cnnspec import __version__
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import explanation
from cnnspec.diagnostics.report import Diagnostic, Report, replace
from cnnspec.diagnostics.reporters import as_sarif
from tests.support.commands import run_command
from tests.support.paths import BAD_FILES, ROOT
from tests.support.reports import at, one, whole_report

MOST = {"fullDescription": 1024, "shortDescription": 1024, "name": 255}
"""How many characters GitHub takes."""


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(as_sarif(report))["runs"]
    return run  # type: ignore[no-any-return]


def region(line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def artifact(uri: str) -> dict[str, str]:
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def located(uri: str, *numbers: int, **more: Any) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": artifact(uri), "region": region(*numbers), **more}
    }


def changed(uri: str, *replacements: tuple[dict[str, Any], str]) -> dict[str, Any]:
    return {
        "artifactLocation": artifact(uri),
        "replacements": [
            {"deletedRegion": deleted, "insertedContent": {"text": text}}
            for deleted, text in replacements
        ],
    }


def test_a_log() -> None:
    log = json.loads(as_sarif(whole_report()))
    rules = log["runs"][0]["tool"]["driver"].pop("rules")
    (error,) = [each for each in log["runs"][0]["results"] if each["level"] == "error"]
    (fingerprint,) = error.pop("partialFingerprints").values()
    assert re.fullmatch(r"[0-9a-f]{16}:1", fingerprint)
    assert [rule["id"] for rule in rules] == ["bad-name", "yaml-tab"]
    place = located("dir/b.yaml", 1, 1, 1, 6)
    place["physicalLocation"]["region"]["snippet"] = {"text": "größe"}
    place["physicalLocation"]["contextRegion"] = {
        "startLine": 1,
        "endLine": 1,
        "snippet": {"text": "größe: 1"},
    }
    assert log == {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "cnnspec",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "informationUri": "https://github.com/cnnspec/cnnspec",
                    }
                },
                "automationDetails": {"id": "cnnspec/"},
                "originalUriBaseIds": {
                    "%SRCROOT%": {"description": {"text": "The folder of the command."}}
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": "yaml-tab",
                        "ruleIndex": 1,
                        "level": "warning",
                        "message": {"text": "100% of it,\r\nreally: yes."},
                    },
                    {
                        "ruleId": "bad-name",
                        "ruleIndex": 0,
                        "level": "error",
                        "message": {"text": "größe (did you mean 'x'?)."},
                        "locations": [place],
                        "relatedLocations": [
                            {**located("c.yaml", 2, 3, 4, 5), "message": {"text": "here."}}
                        ],
                        "fixes": [
                            {
                                "description": {"text": "did you mean 'x'?"},
                                "artifactChanges": [
                                    changed(
                                        "dir/b.yaml",
                                        (region(1, 1, 1, 6), "x"),
                                        (region(1, 8, 1, 8), "["),
                                    ),
                                    changed("c.yaml", (region(2, 3, 4, 5), "")),
                                ],
                            }
                        ],
                    },
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("file", "location"),
    [
        ("my models\\größe#1.yaml", artifact("my%20models/gr%C3%B6%C3%9Fe%231.yaml")),
        ("/a/b c.yaml", {"uri": "file:///a/b%20c.yaml"}),
        ("../a.yaml", artifact("../a.yaml")),
        ("\udcff.yaml", artifact("%FF.yaml")),
    ],
)
def test_files_are_named_by_uri(file: str, location: dict[str, str]) -> None:
    (found,) = run_of(one("", at(1, 1, 2, file=file)))["results"]
    (place,) = found["locations"]
    assert place["physicalLocation"]["artifactLocation"] == location


@pytest.mark.parametrize("code", CODES)
def test_rules_explain_their_codes(code: str) -> None:
    report = Report()
    report.add(Diagnostic("error", code, "oh", at(1, 1, 2)))
    (rule,) = run_of(report)["tool"]["driver"]["rules"]
    meaning = " ".join(explanation(code).meaning.split())
    level = "warning" if code in WARNINGS else "error"
    markdown = rule["help"]["markdown"]
    assert rule == {
        "id": code,
        "name": "".join(map(str.capitalize, [*code.split("-"), level])),
        "shortDescription": rule["shortDescription"],
        "fullDescription": {"text": meaning},
        "help": {"text": meaning, "markdown": markdown},
        "helpUri": f"https://github.com/cnnspec/cnnspec/blob/main/cnnspec/diagnostics/explanations/{code}.md",
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [
                "keras",
                "neural-network",
                "correctness" if level == "error" else "suspicious",
            ],
            "precision": "very-high" if level == "error" else "high",
            "problem.severity": level,
        },
    }
    short = rule["shortDescription"]["text"]
    assert short.lower() == f"{CODES[code]}.".lower()
    assert short[0].isupper()
    for key, most in MOST.items():
        text = rule[key] if isinstance(rule[key], str) else rule[key]["text"]
        assert 0 < len(text) <= most
    assert (ROOT / rule["helpUri"].partition("/main/")[2]).is_file()
    for block in explanation(code).blocks:
        assert f"```{block.language}\n{block.text}```" in markdown
    assert markdown.startswith(explanation(code).meaning)


def test_rules_and_results_belong_together() -> None:
    report = Report()
    for number, code in enumerate(reversed(CODES), start=1):
        report.add(Diagnostic("error", code, "oh", at(number, 1, 2)))
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == list(reversed(CODES))


def fingerprints(text: str, *lines: int) -> list[str]:
    report = Report({"a.yaml": text})
    for line in lines:
        report.add(Diagnostic("error", "bad-name", "oh", at(line, 1, 2)))
    results = run_of(report)["results"]
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in results]


def test_findings_are_known_again_where_lines_above_them_change() -> None:
    (known,) = fingerprints("a\nb\n", 2)
    assert fingerprints("a\nc\n  b\n", 3) == [known]
    assert fingerprints("a\nc\n", 2) != [known]
    first, second, third = fingerprints("b\nb\nc\n", 1, 2, 3)
    assert (first, second) == (known, known.replace(":1", ":2"))
    assert third not in (first, second)


@pytest.mark.parametrize(
    ("at_", "snippet", "around"),
    [
        (at(1, 1, 3), "on", (1, 2, "one\ntwo\n")),
        (at(2, 2, 4), "wo", (1, 3, "one\ntwo\nthree")),
        (at(3, 1, 6), "three", (2, 3, "two\nthree")),
        (at(1, 3, 2, end_line=3), "e\ntwo\nt", (1, 3, "one\ntwo\nthree")),
        (at(2, 1, 1), "", (1, 3, "one\ntwo\nthree")),
    ],
)
def test_places_have_their_text(at_: Any, snippet: str, around: tuple[int, int, str]) -> None:
    (found,) = run_of(one("one\ntwo\nthree", at_))["results"]
    place = found["locations"][0]["physicalLocation"]
    first, last, text = around
    assert place["region"]["snippet"] == {"text": snippet}
    assert place["contextRegion"] == {
        "startLine": first,
        "endLine": last,
        "snippet": {"text": text},
    }


def test_every_finding_of_a_command_has_a_place_and_a_fingerprint(tmp_path: Path) -> None:
    model = tmp_path / "a.keras"
    model.write_bytes(b"no model")
    files = [*map(str, BAD_FILES), str(model)]
    (run,) = json.loads(run_command("validate", "--format", "sarif", *files).stdout)["runs"]
    results = run["results"]
    assert len(results) > 300
    assert all(each["locations"] and each["partialFingerprints"] for each in results)
    known = [each["partialFingerprints"]["primaryLocationLineHash"] for each in results]
    assert len(known) == len({*known})
    places = [each["locations"][0]["physicalLocation"] for each in results]
    assert [each for each in places if each["artifactLocation"]["uri"] == model.as_uri()] == [
        {"artifactLocation": {"uri": model.as_uri()}, "region": region(1, 1, 1, 1)}
    ]


def test_locating_keeps_places() -> None:
    report = whole_report()
    placed = [replace(each, span=each.span or at(1, 1, 1, file="m.keras")) for each in report]
    report.locate("m.keras")
    assert sorted(report, key=str) == sorted(placed, key=str)
