"""What becomes of the data that people bring, before TensorFlow starts."""

from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec.compiler import compile_file
from cnnspec.data.checks import check_data
from cnnspec.data.parts import Part
from cnnspec.data.problems import DataProblem
from cnnspec.data.reporting import report_problem
from cnnspec.diagnostics.codes import DATA_WARNINGS
from cnnspec.diagnostics.report import Report, Span
from tests.brought.case import Gives, Says, spec_of
from tests.brought.cases import CASES

EACH_CASE = pytest.mark.parametrize("name", CASES)


def become(name: str, folder: Path) -> Says | Gives:
    """What becomes of the data of a case."""
    case = CASES[name]
    case.make(folder)
    file = folder / "spec.yaml"
    file.write_text(spec_of(case), encoding="utf-8")
    compilation = compile_file(file)
    assert [each.message for each in compilation.report] == []
    checked = compilation.checked
    assert checked is not None
    training = checked.graph.training
    assert training is not None
    try:
        data = check_data(checked, training)
    except DataProblem as problem:
        report = Report()
        report_problem(report, training, problem, None)
        (found,) = report
        message = found.message.replace(str(folder), ".")
        return Says(found.code, message, text_at(spec_of(case), found.span), found.suggestion)
    return Gives(
        inputs=values(data.train, "inputs", "row", folder),
        targets=values(data.train, "targets", "kind", folder),
        validation=values(data.validation, "targets", "kind", folder),
        test=values(data.test, "targets", "kind", folder),
        classes=data.classes.get("kind", ()),
        warnings=tuple(
            (each.code, each.message.replace(str(folder), "."), each.suggestion)
            for each in data.warnings
        ),
    )


def values(part: Part | None, section: str, name: str, folder: Path) -> Any:
    """The values of an expression, rounded; of images their paths, and text as it is."""
    if part is None:
        return None
    each = getattr(part, section)[name]
    (first, *_) = each.columns
    if part.columns[first].is_image:
        paths = sorted(Path(path).relative_to(folder) for path in part.arrays[first])
        return [path.as_posix().removeprefix("data/") for path in paths]
    found = numpy.concatenate([*part.values(each)])
    if found.dtype.kind in "OSU":
        return found.tolist()
    return numpy.round(found.astype("float64"), 6).tolist()


def text_at(text: str, span: Span | None) -> str | None:
    """The text that a span covers."""
    if span is None:
        return None
    assert span.line == span.end_line
    return text.splitlines()[span.line - 1][span.column - 1 : span.end_column - 1]


@EACH_CASE
def test_what_becomes_of_it(name: str, tmp_path: Path) -> None:
    found, expected = become(name, tmp_path), CASES[name].gives
    if isinstance(found, Gives) and isinstance(expected, Gives):
        unstated = [each for each in ("inputs", "targets") if getattr(expected, each) is None]
        found = type(found)(**{**vars(found), **dict.fromkeys(unstated)})
    assert found == expected


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    found = {
        code
        for case in CASES.values()
        if isinstance(case.gives, Gives)
        for code, _, _ in case.gives.warnings
    }
    assert found == {*DATA_WARNINGS}
