"""Turns models into readable specs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnspec.compiler import Compilation, checked_or_raise, compile_read
from cnnspec.declarations.keras_versions import NEWEST, Keras
from cnnspec.decompile.compact.counted import has_counted
from cnnspec.decompile.compact.equality import renaming, same_model
from cnnspec.decompile.compact.writing import Names, compacted
from cnnspec.decompile.flat import names_files, relative, written_out
from cnnspec.diagnostics.report import Report
from cnnspec.expand.expansion import expand
from cnnspec.expand.loading import Loader
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Graph
from cnnspec.ir.renamed import Renamed
from cnnspec.language.document import Document
from cnnspec.language.dump import dumps, estimated_length
from cnnspec.syntax.places import Place

WORTH_COUNTING = 100
"""How many characters the names of Keras must save for a spec to use them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec of a model, with notes on what it does not contain."""

    document: Document
    checked: CheckedGraph
    notes: tuple[str, ...] = ()
    """What a spec cannot express about the model, one sentence each."""
    renamed: Renamed | None = None
    """The new names of its layers, if they were let go."""


def imported(
    document: Document,
    *,
    folder: Path | None = None,
    weights: Path | None = None,
    compact: bool = True,
    rename: bool = False,
    notes: Sequence[str] = (),
) -> Imported:
    """Convert the document of a model, with one step per layer, to a spec.

    `folder` is the folder of the spec, `weights` the file of its weights. With `compact`, the spec
    has blocks, repetitions and branches. With `rename`, its layers have new names, which makes
    more of them equal; `weights` must have these.

    Raises:
        SpecError: the model cannot be used in a spec.

    """
    compiled, left_out = compile_read(document, keras=NEWEST, warns=False)
    checked = checked_or_raise(compiled)
    graph = checked.graph
    renamed = None
    if rename:
        found, renamed = without_names(graph, folder)
    else:
        found = readable(graph, folder) if compact else written_out(graph, folder)
    if weights is not None:
        found.weights = relative(weights, folder or Path())
    return Imported(found, checked, (*notes, *left_out), renamed)


def without_names(graph: Graph, folder: Path | None = None) -> tuple[Document, Renamed]:
    """Convert a graph to a document in which most steps have no names.

    Inputs and outputs keep theirs, and layers that are called several times.
    """
    shorter = compacted(graph, None, Names.FREE)
    again = _expanded(shorter, NEWEST)
    renamed = None if again is None else renaming(graph, again)
    if renamed is not None:
        return _in_folder(shorter, graph, folder, Names.FREE), renamed
    document = readable(graph, folder)
    same = renaming(graph, graph)
    assert same is not None
    return document, same


def readable(graph: Graph, folder: Path | None = None, *, keras: Keras = NEWEST) -> Document:
    """Convert a graph to a document with blocks, repetitions and branches.

    Paths in it are relative to `folder`. It is expanded again, for a version of Keras, and written
    out if that does not give the same model.
    """
    kinds = (Names.KEPT, Names.COUNTED) if has_counted(graph) else (Names.KEPT,)
    forms = {names: compacted(graph, None, names) for names in kinds}
    lengths = {
        names: estimated_length(found) + (WORTH_COUNTING if names is Names.COUNTED else 0)
        for names, found in forms.items()
    }
    for names in sorted(forms, key=lambda each: lengths[each]):
        again = _expanded(forms[names], keras)
        if again is not None and same_model(graph, again):
            return _in_folder(forms[names], graph, folder, names)
    return written_out(graph, folder)


def _expanded(document: Document, keras: Keras) -> Graph | None:
    """Return the graph of a document; None if it has errors."""
    report = Report()
    graph = expand(document, Place(None, ()), Loader(report, None, keras))
    return None if report.has_errors else graph


def _in_folder(document: Document, graph: Graph, folder: Path | None, names: Names) -> Document:
    """Return a compact document of a graph with paths that are relative to a folder."""
    if folder is None or not names_files(graph):
        return document
    return compacted(graph, folder, names)


def saved(compilation: Compilation, folder: Path) -> str:
    """Return the text of a spec for a file in a folder.

    It is the text that was read, or the document that was given, unless parameters are overridden
    or paths in it would lead elsewhere.

    Raises:
        SpecError: the spec has errors.
        OSError: the path of a file that it names is not UTF-8.

    """
    graph, document = checked_or_raise(compilation).graph, compilation.document
    assert document is not None
    if compilation.is_flat:
        return dumps(imported(document, folder=folder, weights=compilation.weights).document)
    source = compilation.source
    home = source.folder if source is not None else Path()
    is_moved = home.resolve() != folder.resolve() and _names_files(document, graph, home, folder)
    if is_moved or compilation.is_overridden:
        return dumps(readable(graph, folder, keras=compilation.keras))
    return dumps(document) if source is None else source.text


def _names_files(document: Document, graph: Graph, home: Path, folder: Path) -> bool:
    """Whether a document names files by paths that differ between two folders."""
    submodels = document.submodels.values()
    named = [isinstance(each.spec, str) or each.keras or each.weights for each in submodels]
    if document.imports or any(named):
        return True
    return written_out(graph, home) != written_out(graph, folder)
