"""The compiler pipeline: text -> Document -> Graph -> CheckedGraph -> warnings.

If the text does not parse, the pipeline stops; all later errors are reported together.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnnspec.analysis.checks import check, check_submodels
from cnnspec.analysis.custom_code import BY_ARGUMENT, check_code
from cnnspec.analysis.infer import infer
from cnnspec.analysis.lint.linting import lint
from cnnspec.analysis.metrics import Unusable
from cnnspec.declarations.keras_versions import NEWEST, Keras, usual
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.diagnostics.suggestions import bounded_comparisons
from cnnspec.expand.expansion import expand
from cnnspec.expand.loading import Loader
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from cnnspec.language.parse import parse
from cnnspec.naming import NO_CLASSES
from cnnspec.records import Record, replace
from cnnspec.syntax.paths import real, shown_path
from cnnspec.syntax.places import Place
from cnnspec.syntax.reading import parse_bytes, read
from cnnspec.syntax.source import Source

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".json")


class Compilation(Record):
    """The results of compiling a spec."""

    report: Report
    source: Source | None = None
    document: Document | None = None
    checked: CheckedGraph | None = None
    """None if there are errors, or if the file only defines blocks."""
    keras: Keras = NEWEST
    """The version of Keras that it was held against."""
    against: "Callable[[Keras], Compilation] | None" = None
    """Compiles it again, held against another version; None if it cannot be parsed."""
    is_overridden: bool = False
    """Whether parameters have other values than in the spec."""
    is_flat: bool = False
    """Whether it was read from a file of Keras, with one step per layer."""
    weights: Path | None = None
    """The file of Keras that it was read from, if a spec can load the weights in it."""
    unusable: tuple[Unusable, ...] = ()
    """The losses and metrics that Keras cannot compute."""
    notes: tuple[str, ...] = ()
    """What the spec cannot express about the Keras model that it was made of."""


def compile_file(
    path: Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
    keras: Keras | None = None,
    text: str | None = None,
    expects: bool = True,
) -> Compilation:
    """Compile the spec in a file, or a text in the place of what it contains.

    Without `expects`, the model may be other than its spec expects.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    name = shown_path(path)

    def compiled(edited: Mapping[str, str]) -> Compilation:
        report = Report()
        texts = edited if text is None else {name: text, **edited}
        source = read(path, report, name=name, edited=texts)
        reading = (real(path),)
        return _compile_source(source, report, reading, overrides, root, keras, texts, expects)

    return _recognized(compiled)


def compile_text(
    text: bytes,
    name: str = "<stdin>",
    *,
    folder: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
    keras: Keras | None = None,
    expects: bool = True,
) -> Compilation:
    """Compile the text of a spec; paths in it are relative to `folder` or the current folder."""

    def compiled(edited: Mapping[str, str]) -> Compilation:
        report = Report()
        data = edited[name].encode() if name in edited else text
        source = parse_bytes(data, name, folder or Path(), report)
        return _compile_source(source, report, (), overrides, root, keras, edited, expects)

    return _recognized(compiled)


@bounded_comparisons()
def _recognized(compiled: Callable[[Mapping[str, str]], Compilation]) -> Compilation:
    """Compile, and recognize the mistakes of form behind errors, with other texts of files."""
    compilation = compiled({})
    if compilation.report.has_errors:
        from cnnspec.mistakes.recognizing import recognize

        recognize(compilation.report, compiled)
    return compilation


def is_model_file(name: str | Path) -> bool:
    """Whether a file is a Keras model file rather than a spec."""
    return Path(name).suffix.lower() in MODEL_SUFFIXES


def open_model(
    path: Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
    keras: Keras | None = None,
    classes: Mapping[str, str] = NO_CLASSES,
) -> Compilation:
    """Compile a spec or a model file; `classes` are as in `compile_model`.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    if is_model_file(path):
        return compile_model(path, overrides=overrides, keras=keras, classes=classes)
    return compile_file(path, overrides=overrides, root=root, keras=keras)


def compile_model(
    model: Path | str,
    name: str | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    classes: Mapping[str, str] = NO_CLASSES,
) -> Compilation:
    """Compile a Keras model, given as a file or as the result of `keras.Model.to_json`.

    The model is parsed as data, without its weights. `name` is its name in messages, and `classes`
    are import paths of classes that are not from Keras, by their names in the file.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    from cnnspec.frontends.files import read_config, read_model
    from cnnspec.keras_files.problems import UnreadableModel, unreadable

    try:
        read = read_config(model, classes) if isinstance(model, str) else read_model(model, classes)
    except UnreadableModel as error:
        where = "" if isinstance(model, str) else f"'{name or shown_path(model)}': "
        return Compilation(unreadable(f"{where}{error}"))
    compiled, left_out = compile_read(read.document, overrides=overrides, keras=keras)
    weights = model if isinstance(model, Path) and read.has_weights else None
    return replace(compiled, is_flat=True, weights=weights, notes=(*read.notes, *left_out))


def compile_read(
    document: Document,
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    warns: bool = True,
) -> tuple[Compilation, tuple[str, ...]]:
    """Compile the document of a Keras model, without the losses and metrics that Keras cannot compute.

    They are taken out of the document; return a note on each. Without `warns`, there are only errors.
    """
    compiled = _compile(document, None, Report(), (), overrides, None, keras, warns=warns)
    if not compiled.unusable:
        return compiled, ()
    for each in reversed(compiled.unusable):
        if each.position is None:
            document.outputs[each.output].loss = None
            document.outputs[each.output].loss_weight = None
        else:
            del document.outputs[each.output].metrics[each.position]
    notes = tuple(
        f"{'the loss' if each.position is None else 'a metric'} of '{each.output}' is left out:"
        f" Keras cannot compute {each.kind} for it"
        for each in compiled.unusable
    )
    return _compile(document, None, Report(), (), overrides, None, keras, warns=warns), notes


def compile_document(
    document: Document,
    *,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
    keras: Keras | None = None,
) -> Compilation:
    """Compile a document built in Python; paths in it are relative to the current folder."""
    return _compile(document, None, Report(), (), overrides, root, keras)


def _compile_source(
    source: Source | None,
    report: Report,
    reading: tuple[Path, ...],
    overrides: Mapping[str, Any] | None,
    root: Path | None,
    keras: Keras | None,
    edited: Mapping[str, str],
    expects: bool,
) -> Compilation:
    document = parse(source, report) if source else None
    if source is None or document is None:
        return Compilation(report, source)
    return _compile(document, source, report, reading, overrides, root, keras, edited, expects)


def _compile(
    document: Document,
    source: Source | None,
    report: Report,
    reading: tuple[Path, ...],
    overrides: Mapping[str, Any] | None,
    root: Path | None,
    keras: Keras | None,
    edited: Mapping[str, str] = MappingProxyType({}),
    expects: bool = True,
    warns: bool = True,
) -> Compilation:
    held = usual() if keras is None else keras
    loader, place = Loader(report, root, held, edited), Place(source, ())
    graph = expand(document, place, loader, overrides=overrides, reading=reading)
    checked = None if document.is_library else infer(graph, report, held)
    unusable = () if checked is None else check(checked, report, expects=expects)
    check_submodels(loader.expecting, report, held)
    if report.has_errors:
        checked = None
    elif warns:
        lint(document, checked, place, report)
    report.ignore(document.ignore)

    def against(other: Keras) -> Compilation:
        return _compile(document, source, report.child(), reading, overrides, root, other)

    given = bool(overrides)
    return Compilation(report, source, document, checked, held, against, given, unusable=unusable)


def checked_or_raise(compilation: Compilation) -> CheckedGraph:
    """Return the checked graph of a compilation.

    Raises:
        SpecError: there is none.

    """
    if compilation.checked is None:
        if not compilation.report.has_errors:
            message = "this file only defines blocks for other specs to import; it has no model"
            Place(compilation.source, ()).error(compilation.report, "not-a-model", message, "start")
        raise SpecError(compilation.report)
    return compilation.checked


def allowed_model(
    compilation: Compilation, allow_code: Collection[str], how: str = BY_ARGUMENT
) -> CheckedGraph:
    """Return the checked graph of a compilation, if the installed Keras and allowed code suffice.

    `how` is the way in which the caller allows a package, for messages.

    Raises:
        SpecError: there is no graph, or it needs another Keras, or code of another package.

    """
    checked = checked_or_raise(_held_against_installed(compilation))
    report = compilation.report.child()
    check_code(checked, allow_code, report, how)
    if report.has_errors:
        raise SpecError(report)
    return checked


def _held_against_installed(compilation: Compilation) -> Compilation:
    """Return a compilation that is held against the installed Keras, which is to build it."""
    here, held = usual(), compilation.keras
    is_same = held == here or (held.is_newest and here.is_newest)
    if is_same or compilation.against is None or compilation.report.has_errors:
        return compilation
    return compilation.against(here)
