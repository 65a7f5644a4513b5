"""`cnnspec export`: export a model to another format, and compare it with Keras."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from cnnspec.cli.building import built_model
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import GivenFile, code_option, parse_overrides, root_option, set_option
from cnnspec.cli.completion import files
from cnnspec.cli.files import keep_what_is_there, writing
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import allowed_model, check_root
from cnnspec.cli.printing import echo, usage_error
from cnnspec.cli.quiet import import_quietly, without_native_log
from cnnspec.cli.runs import OF_NEW_MODELS, spec_and_weights
from cnnspec.declarations.keras_versions import Keras, of_release, usual
from cnnspec.exporting.formats import FORMATS, ExportProblem, Unwritable
from cnnspec.extras import MissingExtra
from cnnspec.failures.cause import cause
from cnnspec.files.folders import NEW, complete, replace_folder
from cnnspec.files.reading import check_regular
from cnnspec.files.writing import folder_beside, replace_file
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.copying import copied
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.naming import keras_name, spelled

SAVED = (".keras", ".h5", ".hdf5")
"""The suffixes of model files that Keras loads with their weights."""
SAFE_HDF5 = "3.11.3"
"""The first version of Keras that executes no code from HDF5 files."""
_OF_EXPORT = re.compile(
    r"saved_model\.pb|fingerprint\.pb|variables/variables\..+|assets/.+|assets\.extra/names\.json"
)
"""The files of a SavedModel; the folder may have files of others, too."""


@click.command("export")
@click.argument("model", metavar="SPEC|RUN|MODEL", shell_complete=files)
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    help="Output format.  [default: from the output file]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Output file, or folder for a SavedModel.  [default: the name of the model]",
)
@click.option(
    "--weights",
    type=GivenFile(path_type=Path),
    help="Load the weights of a spec from a .weights.h5, .keras or .h5 file.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=1e-4,
    help="Largest allowed difference from the outputs of Keras.",
)
@code_option
@click.option("--force", is_flag=True, help="Overwrite the output file or SavedModel.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@set_option
@keras_option
@root_option
@class_option
def command(
    model: str,
    form: str | None,
    output: Path | None,
    weights: Path | None,
    tolerance: float,
    allow_code: tuple[str, ...],
    force: bool,
    quiet: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Export a model to ONNX, TFLite or a SavedModel.

    The model is a spec, a run folder, or a .keras, .h5 or .json file; specs and .json files contain
    no weights. Keras runs on TensorFlow for this, whatever KERAS_BACKEND is. Inputs and outputs keep their names, and the batch size is not fixed. The exported
    model and the Keras model are run on the same random input; if their outputs differ, no file is
    written.

    \b
    Example:
      cnnspec export runs/mnist/20260101-120000 -o mnist.onnx
      cnnspec export specs/mnist_simple.yaml --weights trained.weights.h5 --format tflite
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the converters take its graphs
    form = form or _format(output)
    if missing := FORMATS[form].missing():
        raise MissingExtra(f"exporting to {form}", missing)
    span = (FORMATS[form].since, None)
    if not usual().has(span):
        problem = usual().lacks(f"exporting to {form}", span)
        usage_error(f"{problem.message}; {problem.suggestion}")
    if output is not None:
        _check_target(output, form, force)
    check_root(root, Path(model), weights)
    built, checked = _model(model, weights, allow_code, overrides, keras, root)
    name = spelled(built.name if checked is None else checked.name)
    target = output or Path(f"{name}{FORMATS[form].suffix or '.saved_model'}")
    _check_target(target, form, force)
    _export(built, checked, form, target, tolerance, force, quiet)


def _format(output: Path | None) -> str:
    """Return the format for the suffix of a file name."""
    forms = {each.suffix: form for form, each in FORMATS.items() if each.suffix}
    suffix = output.suffix.lower() if output else ""
    if suffix not in forms:
        usage_error(
            f"cannot infer the format from --output; use --format with one of {', '.join(FORMATS)}"
        )
    return forms[suffix]


def _check_target(target: Path, form: str, force: bool) -> None:
    """Exit if the target exists and must not be overwritten."""
    with writing(target):
        complete(target)
        if not target.exists():
            return
    keep_what_is_there(target, force=force)
    is_own = (target / "saved_model.pb").is_file() if form == "saved_model" else target.is_file()
    if not is_own:
        usage_error(f"'{target}' is not a {form} file, so it is not overwritten")
    for path in sorted(target.rglob("*")) if form == "saved_model" else ():
        if not path.is_dir() and not _OF_EXPORT.fullmatch(path.relative_to(target).as_posix()):
            usage_error(f"'{path}' is not of an earlier export, so '{target}' is not replaced")


def _model(
    model: str,
    weights: Path | None,
    allow_code: tuple[str, ...],
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> tuple[Any, CheckedGraph | None]:
    """Return the Keras model for an argument, and the graph of its spec, if it has one."""
    path = Path(model)
    if path.suffix.lower() in SAVED:
        for option, given in (("--set", overrides), ("--weights", weights), ("--keras", keras)):
            if given:
                usage_error(f"{option} applies to specs only; '{model}' is a model file")
        return _loaded(path), None
    ignored: tuple[str, ...] = ()
    if os.path.isdir(path):
        model, stored = spec_and_weights(path, None)
        weights, ignored = weights or stored, OF_NEW_MODELS
    values = parse_overrides(overrides)
    _, checked = allowed_model(
        model, allow_code, overrides=values, keras=keras, root=root, ignore=ignored
    )
    built = built_model(checked, allow_code, weights=weights, doing="exporting")
    return built.model, checked


def _names(model: Any, checked: CheckedGraph | None) -> tuple[list[str] | None, dict[str, str]]:
    """Return the names of the outputs, if known, and those that differ in Keras by their letters."""
    names = import_quietly("cnnspec.exporting.names", "exporting")
    if checked is None:
        outputs = names.said_outputs(model)
        return outputs, names.said_names(model)
    return list(checked.outputs), dict(_names_in(checked))


def _names_in(checked: CheckedGraph) -> Iterator[tuple[str, str]]:
    """Yield the names in Keras and in the spec of inputs and layers with letters outside ASCII."""
    pairs = [(keras_name(each.name), each.name) for each in checked.inputs]
    pairs += [(node.keras_name, node.node.layer_name) for node in checked.nodes]
    yield from ((name, said) for name, said in pairs if not said.isascii())
    for node in checked.nodes:
        if node.submodel is not None:
            yield from _names_in(node.submodel)


def _loaded(path: Path) -> Any:
    """Load the model in a file, without executing code that the file contains."""
    try:
        check_regular(path)
    except OSError as error:
        usage_error(f"'{path}' cannot be read: {error.strerror}")
    keras = import_quietly("keras", "exporting")
    here = of_release(keras.__version__)
    if path.suffix.lower() != ".keras" and not here.has((SAFE_HDF5, None)):
        usage_error(
            f"Keras {here} would execute code from '{path}'; upgrade to {SAFE_HDF5} or later"
        )
    problem = None
    with without_native_log(), TemporaryDirectory() as folder:
        try:
            copy = copied(path, Path(folder))
            loaded = keras.models.load_model(copy, compile=False, safe_mode=True)
        except UnreadableModel as error:
            problem = str(error)
        except Exception as error:  # Keras raises many types for invalid files
            problem = cause(error)
    if problem is not None:
        _refuse(f"'{path}' cannot be loaded: {problem}")
    return loaded


def _export(
    model: Any,
    checked: CheckedGraph | None,
    form: str,
    target: Path,
    tolerance: float,
    force: bool,
    quiet: bool,
) -> None:
    """Export to a temporary path, and move the result to the target if it matches Keras."""
    comparison = import_quietly("cnnspec.exporting.comparison", "exporting")
    names, said = _names(model, checked)
    with writing(target), folder_beside(target) as folder:
        beside = folder / f"{NEW}{FORMATS[form].suffix}"
        problem = None
        with without_native_log():
            try:
                differences = comparison.export(model, form, beside, names=names, said=said)
            except Unwritable as error:
                raise error.error from error
            except ExportProblem as error:
                problem = str(error)
        if problem is not None:
            _refuse(problem)
        for name, difference in differences.items() if not quiet else ():
            echo(f"{name}: largest difference {difference:.2g}")
        apart = [name for name, most in differences.items() if not most <= tolerance]
        if apart:
            _refuse(f"outputs differ from Keras by more than {tolerance:g}: {', '.join(apart)}")
        if beside.is_dir():
            replace_folder(folder, target)
        else:
            replace_file(beside, target, overwrite=force)
    if not quiet:
        names = import_quietly("cnnspec.exporting.names", "exporting")
        inputs = names.exported_inputs(model, form, said)
        for name in inputs if form == "saved_model" else ():
            if name in said:
                echo(f"the input '{said[name]}' is called '{name}' in a SavedModel")
        if said and form == "saved_model":
            echo(f"{target / names.FILE}: the names of the spec, and what they are called")
        echo(f"{target}: matches Keras; inputs: {', '.join(inputs)}")


def _refuse(message: str) -> NoReturn:
    """Print a message and exit with code 1."""
    echo(f"error: {message}", err=True)
    sys.exit(1)
