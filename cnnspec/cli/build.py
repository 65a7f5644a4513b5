"""`cnnspec build`: build a Keras model, its summary, its diagram and the expanded spec."""

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cnnspec.backends.diagram.drawing import Drawing
from cnnspec.backends.diagram.render import NoRenderer
from cnnspec.backends.summary.table import summary_text
from cnnspec.cli.building import built_model, save
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import (
    GivenFile,
    code_option,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
)
from cnnspec.cli.files import writing
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import allowed_models, check_root
from cnnspec.cli.patterns import expand_patterns
from cnnspec.cli.printing import echo, live_console, usage_error
from cnnspec.cli.runs import with_given_classes
from cnnspec.cli.streams import is_animated
from cnnspec.counts import counted
from cnnspec.declarations.keras_versions import Keras
from cnnspec.decompile.flat import written_out
from cnnspec.extras import require
from cnnspec.files.folders import NEW, complete, replace_folder
from cnnspec.files.reading import opened
from cnnspec.files.writing import folder_beside
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.dump import dumps
from cnnspec.training.folder import MODEL, SPEC

SUMMARY = "summary.txt"
FILES = (MODEL, SPEC, "diagram.svg", "diagram.dot")
"""The files that a build may write in addition to the summary."""
OWN = (SUMMARY, *FILES)


@click.command("build")
@spec_arguments()
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    help="Output folder, with one subfolder per model.",
)
@click.option(
    "--weights",
    type=GivenFile(path_type=Path),
    help="Load the weights of the model by layer name from a .weights.h5, .keras or .h5 file.",
)
@code_option
@click.option(
    "--force", is_flag=True, help="Overwrite files that have changed since they were built."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@set_option
@keras_option
@root_option
@class_option
def command(
    specs: tuple[str, ...],
    output: Path,
    weights: Path | None,
    allow_code: tuple[str, ...],
    force: bool,
    quiet: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Build Keras models of specs or model files.

    Writes model.keras, summary.txt, diagram.svg and spec.expanded.yaml for each.

    \b
    Example:
      cnnspec build specs/mnist_multi_output.yaml
      cnnspec build specs/mnist_simple.yaml -o out --weights trained.weights.h5
    """
    check_root(root, weights)
    values = parse_overrides(overrides)
    files = expand_patterns(specs)
    models = [
        (compilation, with_given_classes(weights or compilation.weights, checked))
        for compilation, checked in allowed_models(
            files, allow_code, overrides=values, keras=keras, root=root
        )
    ]
    require("keras", "building")
    _refuse_same_names([checked.name for _, checked in models])
    for compilation, checked in models:
        target = output / checked.name
        for note in compilation.notes if not quiet else ():
            echo(f"note: {note}", err=True)
        with writing(target):
            complete(target, OWN)
        if not force and (changed := changed_files(target)):
            usage_error(
                f"'{changed[0]}' has changed since it was built; use --force to overwrite it"
            )
        with _progress(f"building {checked.name}", quiet):
            _build(checked, target, weights or compilation.weights, allow_code, quiet)
        if not quiet:
            echo(
                f"{target}: {counted(checked.params, 'parameter')}, {', '.join(sorted(os.listdir(target)))}"
            )


def _refuse_same_names(names: list[str]) -> None:
    """Exit if two models would be built into the same folder."""
    for name, count in Counter(names).items():
        if count > 1:
            usage_error(f"{count} specs have the name '{name}'; build them into different folders")


def _build(
    checked: CheckedGraph,
    target: Path,
    weights: Path | None,
    allow_code: tuple[str, ...],
    quiet: bool,
) -> None:
    """Write all files to a temporary folder, then move them to the target at once."""
    built = built_model(checked, allow_code, weights=weights, doing="building")
    for loaded in built.loaded if not quiet else ():
        echo(str(loaded))
    with writing(target), folder_beside(target) as beside:
        new = beside / NEW
        new.mkdir()
        save(built.model, checked, new / MODEL)
        _draw(checked, new)
        expanded = dumps(written_out(checked.graph, target))
        (new / SPEC).write_text(expanded, encoding="utf-8")
        table = summary_text(checked)
        digests = {file.name: _digest(file) for file in sorted(new.iterdir())}
        (new / SUMMARY).write_text(_with_digests(table, digests), encoding="utf-8")
        replace_folder(beside, target, OWN)


def _draw(checked: CheckedGraph, folder: Path) -> None:
    drawing = Drawing(checked)
    try:
        (folder / "diagram.svg").write_text(drawing.svg(), encoding="utf-8")
    except NoRenderer as error:
        (folder / "diagram.dot").write_text(drawing.dot(), encoding="utf-8")
        echo(f"wrote diagram.dot instead of diagram.svg: {error}", err=True)


def _with_digests(table: str, digests: dict[str, str]) -> str:
    """Append the digests of the files, by which a later build recognizes its own files."""
    own = hashlib.sha256(table.encode()).hexdigest()
    lines = [f"sha256 {digest} {name}" for name, digest in ({SUMMARY: own} | digests).items()]
    return f"{table}\n{chr(10).join(lines)}\n"


def _digest(file: Path) -> str:
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def changed_files(target: Path) -> list[Path]:
    """List the files in a build folder that a build did not write, or that were changed since."""
    summary = target / SUMMARY
    try:
        with opened(summary) as file:
            text = file.read().decode()
    except (OSError, UnicodeDecodeError):
        text = ""
    table, _, lines = text.partition("\nsha256 ")
    known = {
        name: digest
        for digest, _, name in (
            line.partition(" ") for line in lines.replace("sha256 ", "").splitlines()
        )
    }
    own = known.pop(SUMMARY, None)
    changed = [
        file
        for file in (target / name for name in FILES)
        if os.path.exists(file)
        and not (os.path.isfile(file) and known.get(file.name) == _digest(file))
    ]
    is_own = own is not None and _with_digests(table, known) == text
    return changed if is_own or not os.path.exists(summary) else [*changed, summary]


@contextmanager
def _progress(said: str, quiet: bool) -> Iterator[None]:
    """Show a spinner on a terminal, otherwise print a line."""
    if quiet:
        yield
        return
    if not is_animated(sys.stderr):
        echo(f"{said} ...", err=True)
        yield
        return
    with live_console().status(said, spinner="line"):
        yield
