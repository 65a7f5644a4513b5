"""The Python API: load specs, and make them from Keras models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnspec.compiler import Compilation, compile_document, compile_text, open_model
from cnnspec.declarations.keras_versions import asked
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.extras import Needed
from cnnspec.language.document import Document
from cnnspec.naming import NO_CLASSES
from cnnspec.records import replace
from cnnspec.spec import Spec
from cnnspec.syntax.paths import leads_out


def load(
    path: str | Path,
    *,
    params: Mapping[str, Any] | None = None,
    root: str | Path | None = None,
    keras: str | None = None,
    classes: Mapping[str, str] = NO_CLASSES,
) -> Spec:
    """Load a spec, or a .keras, .h5 or .json file of a Keras model; `params` override parameters.

    Errors in the spec do not raise here; they are listed in `report`, and `compile` raises them.
    `classes` are import paths of layer classes, `package.module:Class`, by their names in a file of
    Keras that does not have their modules. With `root`, files outside that folder are rejected. The spec is checked for the Keras that is
    installed, or for `keras`, a version such as `3.12`.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: that version of Keras is not known.

    """
    version = None if keras is None else asked(keras)
    within = Path(root) if root else None
    model = Path(path)
    if outside := leads_out(model, within, str(path)):
        report = Report()
        report.error("outside-root", outside)
        return Spec(Compilation(report))
    return Spec(open_model(model, overrides=params, root=within, keras=version, classes=classes))


def loads(
    text: str,
    *,
    folder: str | Path = ".",
    params: Mapping[str, Any] | None = None,
    root: str | Path | None = None,
    keras: str | None = None,
) -> Spec:
    """Load a spec from its text; paths in it are relative to `folder`, the rest is as in `load`."""
    return Spec(
        compile_text(
            text.encode(),
            "<text>",
            folder=Path(folder),
            overrides=params,
            root=Path(root) if root else None,
            keras=None if keras is None else asked(keras),
        )
    )


def from_keras(
    model: Any,
    *,
    compact: bool = True,
    rename: bool = False,
    classes: Mapping[str, str] = NO_CLASSES,
) -> Spec:
    """Convert a `keras.Model` that has a graph to a spec, with losses and optimizer.

    It is Functional, Sequential, or of a subclass. Layer classes that are not from Keras are named by
    import path; `classes` gives other paths, by the names of the classes. With `compact`, the spec has
    blocks, repetitions and branches. With `rename`, only inputs, outputs and shared layers keep their
    names, which makes it shorter. It has no weights; to get a spec that refers to them, save the
    model as a .keras file, `load` that and `save` the spec. What a spec cannot express is listed in
    `notes`.

    Raises:
        ValueError: `rename` without `compact`.
        cnnspec.keras_files.problems.UnreadableModel: a spec cannot express the model.
        SpecError: the same, of one of its layers.

    """
    with Needed("reading a Keras model"):
        from cnnspec.backends.keras.graphs import graph_of, modules_of
    from cnnspec.frontends.files import read_config
    from cnnspec.importing import imported

    if rename and not compact:
        raise ValueError("rename requires compact")
    config, notes = graph_of(model)
    read = read_config(config, {**modules_of(model), **classes})
    notes += read.notes
    found = imported(read.document, compact=compact, rename=rename, notes=notes)
    return Spec(replace(compile_document(found.document), notes=found.notes))


def dumps(spec: Spec | Document) -> str:
    """Return a spec, or a document, as YAML in the canonical format.

    Raises:
        SpecError: the spec cannot be parsed.

    """
    from cnnspec.language import dump

    document = spec.document if isinstance(spec, Spec) else spec
    if document is None:
        assert isinstance(spec, Spec)
        raise SpecError(spec.report)
    return dump.dumps(document)
