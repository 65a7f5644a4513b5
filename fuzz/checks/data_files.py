"""Files of data: they fit a spec, or the spec has a diagnostic at what names them."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cnnspec.compiler import Compilation, compile_text
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.data.reporting import report_problem, report_warnings
from cnnspec.data.sources import open_columns
from cnnspec.diagnostics.report import Report
from fuzz.checks.reports import check_report
from fuzz.inputs import Answer, Input

IMAGE = (2, 2)
REPORTED = 4
"""Of how many files one is reported in each format."""
SOUND = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"
"""An image of one pixel, of the class that the input does not belong to."""


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Check a file as the data of a training."""
    spec = _spec_of(given, folder)
    compilation = _compiled(json.dumps(spec), folder)
    checked = compilation.checked
    if checked is None or checked.graph.training is None:
        answer.fail(f"the spec of the data has errors: {[*compilation.report]}")
        return
    training, report = checked.graph.training, Report(compilation.report.texts)
    try:
        data = check_data(checked, training, open_columns(training))
        report_warnings(report, checked, training, data, None)
    except DataProblem as problem:
        report_problem(report, training, problem, None)
        if not report.has_errors:
            answer.fail("data that is refused has no error")
    chance = sha256(given.data).digest()[0]
    check_report(report, answer, renders=chance % REPORTED == 0)


@cache
def _compiled(spec: str, folder: Path) -> Compilation:
    """Compile a spec, of which there are few."""
    return compile_text(spec.encode(), "spec.yaml", folder=folder, root=folder)


def _spec_of(given: Input, folder: Path) -> dict[str, Any]:
    """Write the file, and return a spec that trains on it."""
    if given.suffix in (".npz", ".csv"):
        file = folder / f"data{given.suffix}"
        file.write_bytes(given.data)
        source: Any = {given.suffix[1:]: {"path": file.name}}
        shape, column = [4], "x"
        if given.suffix == ".csv":
            shape = [1]
    else:
        for name, content in (("a", given.data), ("b", SOUND)):
            (folder / name).mkdir(exist_ok=True)
            (folder / name / f"1{given.suffix}").write_bytes(content)
        source, shape, column = (
            {"images": {"directory": ".", "size": [*IMAGE]}},
            [*IMAGE, 3],
            "image",
        )
    return {
        "cnnspec": 1,
        "inputs": {"x": shape},
        "layers": ["Flatten", {"Dense": {"name": "y", "units": 3, "activation": "softmax"}}],
        "outputs": {"y": {"loss": "sparse_categorical_crossentropy"}},
        "train": {
            "data": source,
            "inputs": {"x": column},
            "targets": {"y": "label" if column == "image" else "y"},
        },
    }
