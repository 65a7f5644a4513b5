"""Names the values of `--set` that errors come from."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.compiler import Compilation
from cnnspec.diagnostics.problems import shown
from cnnspec.diagnostics.report import Note, Report

MOST_TRIED = 8
"""The most values that are left out one by one."""

Key = tuple[str, str, Any]
"""The code, message and span of a diagnostic."""


def name_overrides(
    compilation: Compilation,
    overrides: Mapping[str, Any],
    compile_with: Callable[[Mapping[str, Any]], Compilation],
) -> None:
    """Add a note to every error that a spec has only with values of `--set`."""
    params = compilation.document.params if compilation.document else {}
    known = [name for name in overrides if name in params]
    if not known or not compilation.report.has_errors:
        return
    plain = _errors(compile_with({}).report)
    without = dict.fromkeys(known, plain)
    if len(overrides) > 1:
        for name in known[:MOST_TRIED]:
            rest = {each: value for each, value in overrides.items() if each != name}
            without[name] = _errors(compile_with(rest).report)
    for key in _errors(compilation.report) - plain:
        if key[0] == "unknown-parameter":
            continue
        names = [name for name in known if key not in without[name]] or known
        said = " ".join(f"--set {name}={_written(overrides[name])}" for name in names)
        compilation.report.add_note(key, Note(f"this comes from {said}"))


def _errors(report: Report) -> set[Key]:
    return {(each.code, each.message, each.span) for each in report if each.severity == "error"}


def _written(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)
