"""A deep network in the formats of other runtimes, which give what Keras gives."""

import tempfile
from pathlib import Path

import cnnspec
from cnnspec.declarations.keras_versions import usual
from cnnspec.exporting.formats import FORMATS, ExportProblem

NETWORK = Path(__file__).parent.parent / "specs" / "zoo" / "resnet50.yaml"
TOLERANCE = 1e-4
"""The largest difference of outputs, which are probabilities."""


def formats() -> list[str]:
    """The formats that the installed Keras writes."""
    return [form for form, each in FORMATS.items() if usual().has((each.since, None))]


def unequal_exports() -> dict[str, str]:
    """Export the network to each format, and say what is wrong by format; empty if nothing is."""
    from cnnspec.exporting.comparison import export

    spec = cnnspec.load(NETWORK, params={"size": 32, "classes": 10})
    wrong = {}
    for form in formats():
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"network{FORMATS[form].suffix}"
            try:
                found = export(spec.build(), form, target)
            except ExportProblem as problem:
                wrong[form] = str(problem)
                continue
        if not (found.keys() == {"predictions"} and found["predictions"] <= TOLERANCE):
            wrong[form] = f"it differs by {found}"
    return wrong
