"""`cnnspec diff`: show the differences between two models, without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.backends.diagram.look import THEME_NAMES, USUAL, Look
from cnnspec.backends.diagram.render import NoRenderer, TooLarge
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import root_option
from cnnspec.cli.completion import files
from cnnspec.cli.diagram import depth_option, format_of
from cnnspec.cli.diff_output import as_json, told
from cnnspec.cli.files import keep_what_is_there, replacing
from cnnspec.cli.git_driver import drive
from cnnspec.cli.models import open_model
from cnnspec.cli.printing import echo, echo_data, tell, usage_error
from cnnspec.compiler import Compilation, checked_or_raise, is_model_file
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diagnostics.report import SpecError
from cnnspec.diff.compare import compare
from cnnspec.diff.union import Comparison
from cnnspec.ir.checked import CheckedGraph

SAME, DIFFERENT, TROUBLE = range(3)
"""The exit codes, the same as those of diff."""


@click.command("diff")
@click.argument("models", nargs=-1, required=True, metavar="OLD NEW", shell_complete=files)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="Output format.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every layer separately.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; set only the exit code.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw both models in one diagram; the suffix sets the format.",
)
@click.option(
    "--theme", type=click.Choice(THEME_NAMES), default="light", help="Colour theme of the diagram."
)
@depth_option("Levels of blocks to unfold in the diagram, or 'all'.")
@click.option("--force", is_flag=True, help="Overwrite the diagram.")
@click.option("--git", is_flag=True, help="Accept the arguments that git passes to a diff driver.")
@root_option
@class_option
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
    """Show the differences between two models.

    Each model is a spec or a .keras, .h5 or .json file.

    Layers are matched by name and by their connections, so that a renamed layer is one line. The
    exit code is 0 if the models are the same, 1 if they differ, and 2 if one of them cannot be
    read. Training data is not compared for Keras files, which do not contain it.

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
        usage_error(f"diff takes two models, got {len(models)}")
    drawn_as = format_of(output) if output is not None else ""
    keep_what_is_there(output, force=force)
    old, new = [_checked(open_model(model, keras=NEWEST, root=root)) for model in models]
    if old is None or new is None:
        sys.exit(TROUBLE)
    are_files = [is_model_file(model) for model in models]
    if any(are_files) and not all(are_files):
        from cnnspec.frontends.layer_forms import with_layers  # which two specs do not need

        old, new = with_layers(old), with_layers(new)
    difference = compare(old, new, specs=not any(are_files))
    if output is not None:
        look = Look("rich", theme, "TB", USUAL | {"legend"})  # type: ignore[arg-type]
        drawing = Comparison(new, look, depth, old=old, difference=difference)
        try:
            figure = drawing.rendered(drawn_as)
        except (NoRenderer, TooLarge) as error:
            usage_error(str(error))
        with replacing(output, force=force) as temporary:
            temporary.write_bytes(figure)
    if not quiet:
        if form == "json":
            echo_data(as_json(difference))
        else:
            echo(told(difference, verbose=verbose), nl=False)
    sys.exit(SAME if difference.is_empty else DIFFERENT)


def _checked(compilation: Compilation) -> CheckedGraph | None:
    """Return the model of a compilation; print its diagnostics and return None if there is none."""
    try:
        return checked_or_raise(compilation)
    except SpecError as error:
        tell(error.report, err=True)
        return None
