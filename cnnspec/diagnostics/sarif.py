"""Formats diagnostics as SARIF 2.1.0, with what the code scanning of GitHub asks for.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import Block, explanation
from cnnspec.diagnostics.report import Diagnostic, Fix, Report, Span

HOME = "https://github.com/cnnspec/cnnspec"
EXPLANATIONS = f"{HOME}/blob/main/cnnspec/diagnostics/explanations"
ROOT = "%SRCROOT%"
"""What relative paths start from, as the checkers of SARIF name it."""
ENDS = (".", "!", "?", ":")
HEADS = {"fails": "This is reported:", "passes": "This is not:"}
"""What stands above the examples of a code."""

Data = dict[str, Any]


def as_sarif(report: Report, version: str) -> str:
    """Format diagnostics as SARIF 2.1.0; the version is that of cnnspec."""
    diagnostics = list(report)
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {
        "name": "cnnspec",
        "version": version,
        "semanticVersion": version,
        "informationUri": HOME,
        "rules": [_rule(code) for code in codes],
    }
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "cnnspec/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder of the command."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, each, codes, seen) for each in diagnostics],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    log = {"$schema": schema, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(code: str) -> Data:
    """Describe a code: what it means, and how a spec with it and one without it look."""
    explained = explanation(code)
    meaning = " ".join(explained.meaning.split())
    level = "warning" if code in WARNINGS else "error"
    examples = "\n\n".join(_example(block) for block in explained.blocks)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in (*code.split("-"), level)),
        "shortDescription": {"text": _sentence(CODES[code][:1].upper() + CODES[code][1:])},
        "fullDescription": {"text": meaning},
        "help": {"text": meaning, "markdown": f"{explained.meaning}\n\n{examples}\n"},
        "helpUri": f"{EXPLANATIONS}/{code}.md",
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


def _example(block: Block) -> str:
    head = HEADS.get(block.name, f"`{block.name}`:" if block.name else "Both use this:")
    return f"{head}\n\n```{block.language}\n{block.text}```"


def _sentence(text: str) -> str:
    """Return a text with the full stop that SARIF wants behind all of them."""
    return text if text.endswith(ENDS) else f"{text}."


def _message(diagnostic: Diagnostic) -> str:
    message, hint = diagnostic.message, diagnostic.suggestion
    return _sentence(f"{message} ({hint})" if hint else message)


def _result(report: Report, diagnostic: Diagnostic, codes: list[str], seen: Counter[str]) -> Data:
    result: Data = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": _message(diagnostic)},
    }
    if diagnostic.span:
        result["locations"] = [_location(report, diagnostic.span)]
        print_ = _fingerprint(report, diagnostic, diagnostic.span)
        seen[print_] += 1
        result["partialFingerprints"] = {"primaryLocationLineHash": f"{print_}:{seen[print_]}"}
    related = [
        {**_location(report, note.span), "message": {"text": _sentence(note.message)}}
        for note in diagnostic.notes
        if note.span
    ]
    if related:
        result["relatedLocations"] = related
    if diagnostic.fix:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.suggestion)]
    return result


def _fingerprint(report: Report, diagnostic: Diagnostic, span: Span) -> str:
    """Return what stays the same of a finding where lines above it come and go."""
    line = "".join(_lines(report, span, span.line, span.line)).strip()
    known = "\0".join((span.file, diagnostic.code, diagnostic.message, line))
    return sha256(known.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _fix(fix: Fix, suggestion: str | None) -> Data:
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    changes = [
        {
            "artifactLocation": _artifact(file),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in fix.edits
                if edit.span.file == file
            ],
        }
        for file in files
    ]
    description = {"description": {"text": _sentence(suggestion)}} if suggestion else {}
    return {**description, "artifactChanges": changes}


def _location(report: Report, span: Span) -> Data:
    """Return a place with its text, and the lines around it."""
    place: Data = {"artifactLocation": _artifact(span.file), "region": _region(span)}
    lines = _lines(report, span, span.line, span.end_line)
    if lines:
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        place["region"]["snippet"] = {"text": "".join(lines)}
        first = max(span.line - 1, 1)
        around = _lines(report, span, first, span.end_line + 1)
        place["contextRegion"] = {
            "startLine": first,
            "endLine": first + len(around) - 1,
            "snippet": {"text": "".join(around)},
        }
    return {"physicalLocation": place}


def _lines(report: Report, span: Span, first: int, last: int) -> list[str]:
    """Return lines of the file of a span, with their ends; none if its text is not known."""
    return report.texts.get(span.file, "").splitlines(keepends=True)[first - 1 : last]


def _region(span: Span) -> Data:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(file: str) -> Data:
    """Return the address of a file, whose name may be bytes that are not text."""
    path = file.replace("\\", "/")
    address = quote(path, errors="surrogateescape")
    if path.startswith("/"):
        return {"uri": f"file://{address}"}
    return {"uri": address, "uriBaseId": ROOT}
