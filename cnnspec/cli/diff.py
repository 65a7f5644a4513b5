"""`cnnspec diff`: what is different between two models, without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.backends.diagram import THEME_NAMES, USUAL, Look, NoRenderer, TooLarge
from cnnspec.cli.common import compile_spec, root_option, tell, usage_error
from cnnspec.cli.diagram import Depth, format_of
from cnnspec.cli.diff_output import compile_model_file, is_model_file, told
from cnnspec.cli.files import keep_what_is_there, replacing
from cnnspec.cli.git_driver import drive
from cnnspec.compiler import Compilation, checked_or_raise
from cnnspec.diagnostics import SpecError
from cnnspec.diff import compare
from cnnspec.diff.union import Comparison
from cnnspec.graph import CheckedGraph

SAME, DIFFERENT, TROUBLE = range(3)
"""The exit codes, as those of diff."""


@click.command("diff")
@click.argument("models", nargs=-1, required=True, metavar="OLD NEW")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="Lines for people, or data.",
)
@click.option("-v", "--verbose", is_flag=True, help="Tell of every layer by itself.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code says it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw both models as one diagram, too; the ending says the format.",
)
@click.option("--theme", type=click.Choice(THEME_NAMES), default="light", help="Its colours.")
@click.option("--depth", type=Depth(), help="How many levels of blocks it unfolds, or 'all'.")
@click.option("--force", is_flag=True, help="Replace the diagram if it is there.")
@click.option("--git", is_flag=True, help="Take the arguments that git gives a diff driver.")
@root_option
def command(
    models: tuple[str, ...],
    form: str,
    verbose: bool,
    quiet: bool,
    output: Path | None,
    theme: str,
    depth: int | str | None,
    force: bool,
    git: bool,
    root: Path | None,
) -> None:
    """Tell what is different between two models, each a spec or a .keras, .h5 or .json file.

    Layers are matched by their names and by what stands around them, so that a new name is one
    line. The exit code is 0 where the models are the same, 1 where they differ, and 2 where one
    cannot be read. Of Keras's files, what they hold is compared: they say nothing of data.

    \b
    Example:
      cnnspec diff specs/mnist_simple.yaml specs/mnist_multi_output.yaml
      cnnspec diff --format json old.yaml runs/mnist/model.keras
      cnnspec diff old.yaml new.yaml -o changes.svg
      git config diff.cnnspec.command "cnnspec diff --git"
    """
    if git:
        drive(models, verbose=verbose, root=root)
        return
    if len(models) != 2:
        usage_error(f"diff takes two models, not {len(models)}")
    drawn_as = format_of(output) if output is not None else ""
    keep_what_is_there(output, force=force)
    old, new = [_checked(_compiled(model, root)) for model in models]
    if old is None or new is None:
        sys.exit(TROUBLE)
    difference = compare(old, new, specs=not any(map(is_model_file, models)))
    if output is not None:
        look = Look("rich", theme, "TB", USUAL | {"legend"})  # type: ignore[arg-type]
        drawing = Comparison(new, look, depth, old=old, difference=difference)
        try:
            figure = drawing.rendered(drawn_as)
        except (NoRenderer, TooLarge) as error:
            usage_error(str(error))
        with replacing(output) as temporary:
            temporary.write_bytes(figure)
    if not quiet:
        click.echo(told(difference, form, verbose=verbose), nl=False)
    sys.exit(SAME if difference.is_empty else DIFFERENT)


def _compiled(model: str, root: Path | None) -> Compilation:
    """Compile a spec or a model file; end with exit code 2 where there is no such file."""
    if not is_model_file(model):
        return compile_spec(model, root=root)
    try:
        return compile_model_file(Path(model), model)
    except OSError as error:
        usage_error(f"'{model}' cannot be read: {error.strerror}")


def _checked(compilation: Compilation) -> CheckedGraph | None:
    """The model of a compilation; None, and its findings are told, where there is none."""
    try:
        return checked_or_raise(compilation)
    except SpecError as error:
        tell(error.report, err=True)
        return None
