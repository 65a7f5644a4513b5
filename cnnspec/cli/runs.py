"""Finds a trained model: a run folder, or a weights file and its spec."""

import os
import sys
from pathlib import Path

import click

from cnnspec.analysis.classes import with_classes
from cnnspec.cli.common import GivenFile
from cnnspec.cli.printing import tell, usage_error
from cnnspec.compiler import Compilation
from cnnspec.diagnostics.report import Report
from cnnspec.files.reading import MISSING, trouble
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.archive import WEIGHTS, classes_in
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.training.folder import MODEL, SPEC

WITHOUT_WEIGHTS = (".json", ".yaml", ".yml")
"""The suffixes of files that describe a model without its weights."""
OF_NEW_MODELS = ("frozen-without-weights",)
"""Warnings that do not apply to a model whose weights are loaded from a file."""

spec_option = click.option(
    "--spec",
    type=GivenFile(),
    help="Spec of a model file; not needed for a run folder.",
)


def spec_and_weights(model: Path, spec: str | None) -> tuple[str, Path]:
    """Return the paths of the spec and the weights of a model; exit if one is missing."""
    if not os.path.isdir(model):
        if model.suffix.lower() in WITHOUT_WEIGHTS:
            usage_error(f"'{model}' has no weights; pass a run folder, .keras or .weights.h5 file")
        if spec is None:
            usage_error(f"'{model}' is a model file; pass its spec with --spec")
        return spec, model
    for name in (SPEC, WEIGHTS):
        what = trouble(model / name)
        if what == MISSING:
            usage_error(f"'{model}' is not a completed run: it has no '{name}'")
        if what is not None:
            usage_error(f"'{model / name}' {what}")
    return spec or str(model / SPEC), model / WEIGHTS


def with_its_classes(model: Path, compilation: Compilation, checked: CheckedGraph) -> CheckedGraph:
    """Return the graph of a trained model with the names of the classes that its file has.

    Exits if they are not those of the spec.
    """
    file = model / MODEL if os.path.isdir(model) else model
    report = compilation.report.child()
    checked = with_classes(checked, _classes(file), str(file), report)
    tell(report, err=True)
    if report.has_errors:
        sys.exit(1)
    return checked


def with_given_classes(weights: Path | None, checked: CheckedGraph) -> CheckedGraph:
    """Return a graph with the names of classes that a weights file has and the spec does not."""
    classes = {} if weights is None else _classes(weights)
    unnamed = {each.name for each in checked.graph.outputs if not each.classes}
    found = {name: names for name, names in classes.items() if name in unnamed}
    report = Report()
    named = with_classes(checked, found, str(weights), report)
    return checked if report.has_errors else named


def _classes(file: Path) -> dict[str, tuple[str, ...]]:
    """Return the names of classes in a file; none if it is no model file, or a damaged one."""
    if file.suffix.lower() != ".keras" or trouble(file):
        return {}
    try:
        return classes_in(file)
    except UnreadableModel:  # which loading its weights reports
        return {}
