"""`cnnspec diagram`: draw a model, without TensorFlow."""

from pathlib import Path

import click

from cnnspec.backends.diagram.drawing import ALL, FORMATS, SUFFIXES, Drawing
from cnnspec.backends.diagram.look import DETAILS, DIRECTIONS, STYLES, THEME_NAMES, USUAL, Look
from cnnspec.backends.diagram.render import NoRenderer, TooLarge
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import (
    Decorator,
    force_option,
    model_arguments,
    parse_overrides,
    root_option,
    set_option,
)
from cnnspec.cli.completion import layers, words
from cnnspec.cli.files import keep_what_is_there, replacing
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import checked_model
from cnnspec.cli.printing import echo, echo_document, usage_error
from cnnspec.declarations.keras_versions import Keras
from cnnspec.diagnostics.problems import Problem


def depth_option(said: str) -> Decorator:
    """Declare an option that takes a number of levels, or `all`."""
    return click.option(
        "--depth", metavar="N|all", callback=_depth, shell_complete=words(lambda: [ALL]), help=said
    )


def _depth(ctx: click.Context, param: click.Parameter, value: str | None) -> int | str | None:
    """Convert the value of the option."""
    if value is None or value == ALL:
        return value
    if not value.isdecimal():
        raise click.BadParameter(f"'{value}' is neither a number of levels nor 'all'", ctx, param)
    return int(value)


@click.command("diagram")
@model_arguments(several=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file; its suffix sets the format.  [default: standard output]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Output format.  [default: from the output file, or svg]",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default="rich",
    help="Diagram style; 'keras' draws the tables of plot_model.",
)
@click.option("--theme", type=click.Choice(THEME_NAMES), default="light", help="Colour theme.")
@click.option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    default="TB",
    help="Top to bottom, or left to right.",
)
@click.option(
    "--show", multiple=True, type=click.Choice(tuple(DETAILS)), help="Show a detail (repeatable)."
)
@click.option(
    "--hide", multiple=True, type=click.Choice(tuple(DETAILS)), help="Hide a detail (repeatable)."
)
@click.option("--legend", is_flag=True, help="Explain the colours; same as --show legend.")
@depth_option("Levels of blocks and submodels to unfold; 'all' also draws every repetition.")
@click.option(
    "--from",
    "start",
    metavar="NAME",
    shell_complete=layers,
    help="Start the diagram at this layer or block.",
)
@click.option(
    "--to",
    "end",
    metavar="NAME",
    shell_complete=layers,
    help="End the diagram at this layer or block.",
)
@click.option(
    "--dpi",
    type=click.IntRange(10, 2400),
    default=96,
    help="Resolution of png files.",
)
@click.option(
    "--links/--no-links", default=True, help="Link boxes in svg files to the lines of the spec."
)
@click.option("--quiet", is_flag=True, help="Do not print what was folded.")
@force_option
@set_option
@keras_option
@root_option
@class_option
def command(
    model: str,
    output: Path | None,
    form: str | None,
    style: str,
    theme: str,
    direction: str,
    show: tuple[str, ...],
    hide: tuple[str, ...],
    legend: bool,
    depth: int | str | None,
    start: str | None,
    end: str | None,
    dpi: int,
    links: bool,
    quiet: bool,
    force: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Draw a diagram of a model.

    The model is a spec, or a .keras, .h5 or .json file of a Keras model, which is read without Keras.
    Large models are folded: blocks and submodels become single boxes, and repetitions become one
    box with a count. An html page contains all layers and can be searched and unfolded.

    \b
    Example:
      cnnspec diagram specs/mnist_branches.yaml -o branches.svg
      cnnspec diagram specs/zoo/resnet152v2.yaml --depth 1 --theme dark -o resnet.svg
      cnnspec diagram specs/mnist_transfer.yaml --style keras --depth all -o transfer.pdf
      cnnspec diagram runs/mnist/model.keras -o model.html
    """
    form = form or format_of(output)
    keep_what_is_there(output, force=force)
    checked = checked_model(model, overrides=parse_overrides(overrides), keras=keras, root=root)
    shown = (USUAL | set(show) | ({"legend"} if legend else set())) - set(hide)
    look = Look(style, theme, direction, shown)  # type: ignore[arg-type]
    drawing = Drawing(checked, look, depth, start, end)
    folder = output.parent if output is not None and links else None
    try:
        figure = drawing.rendered(form, dpi=dpi, links_from=folder)
    except Problem as problem:
        suggestion = f"; {problem.suggestion}" if problem.suggestion else ""
        usage_error(f"{problem.message}{suggestion}")
    except (NoRenderer, TooLarge) as error:
        usage_error(str(error))
    if drawing.note and form != "html" and not quiet:
        echo(drawing.note, err=True)
    if output is None:
        echo_document(figure)
        return
    with replacing(output, force=force) as temporary:
        temporary.write_bytes(figure)


def format_of(output: Path | None) -> str:
    """Return the format for the suffix of a file name."""
    if output is None:
        return "svg"
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        usage_error(f"'{output}' has no known suffix ({', '.join(SUFFIXES)}); use --format")
    return SUFFIXES[suffix]
