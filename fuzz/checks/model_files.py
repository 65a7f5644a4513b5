"""Model files: refused in one sentence, or read as a model of which a spec can be written."""

from pathlib import Path

from cnnspec.compiler import compile_model, compile_text
from cnnspec.diagnostics.report import SpecError
from cnnspec.importing import imported
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights
from cnnspec.keras_files.weights import open_weights
from cnnspec.language.dump import dumps
from fuzz.checks.reports import check_report
from fuzz.inputs import Answer, Input

NAME = "model"
WEIGHTS = ".weights.h5"


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Read a file, its model and its weights."""
    file = folder / f"{NAME}{given.suffix}"
    file.write_bytes(given.data)
    model = None if given.suffix == WEIGHTS else _check_model(file, folder, answer)
    if given.suffix != ".json":
        _check_weights(file, model, answer)


def _check_model(file: Path, folder: Path, answer: Answer) -> CheckedGraph | None:
    compilation = compile_model(file)
    report = compilation.report
    if compilation.document is None:
        check_report(report, answer)
        return None
    answer.add([(each.code, each.message) for each in report])
    try:
        found = imported(compilation.document, folder=folder)
    except SpecError as refused:
        answer.add([(each.code, each.message) for each in refused.report])
        return None
    text = dumps(found.document)
    answer.add(text)
    answer.checked("import")
    again = compile_text(text.encode(errors="surrogatepass"), folder=folder, root=folder)
    if again.checked is None:
        errors = [each for each in again.report if each.severity == "error"]
        answer.fail(f"the imported spec is refused: {errors[:1]}")
    return compilation.checked


def _check_weights(file: Path, model: CheckedGraph | None, answer: Answer) -> None:
    try:
        with open_weights(file, model) as stored:
            answer.checked("weights")
            _read(stored, answer)
    except UnreadableWeights as error:
        answer.add(error)


def _read(stored: StoredLayer, answer: Answer) -> None:
    for name, each in stored.variables.items():
        answer.add((name, each.shape, each.dtype))
        each.values()
    for name, layer in (*stored.layers.items(), *stored.parts.items()):
        answer.add(name)
        _read(layer, answer)
