"""`cnnspec diagram`: the figure of a model, without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.backends.diagram import (
    DETAILS,
    DIRECTIONS,
    FORMATS,
    STYLES,
    SUFFIXES,
    THEME_NAMES,
    USUAL,
    Drawing,
    Look,
    NoRenderer,
    TooLarge,
)
from cnnspec.cli.common import (
    checked_model,
    force_option,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
    usage_error,
)
from cnnspec.cli.files import keep_what_is_there, replacing
from cnnspec.declarations import Problem


class Depth(click.ParamType[int | str]):
    """A number of levels, or `all`."""

    name = "N|all"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Read the number."""
        if value == "all":
            return "all"
        if not str(value).isdecimal():
            self.fail(f"'{value}' is neither a number of levels nor 'all'", param, ctx)
        return int(str(value))


@click.command("diagram")
@spec_arguments(several=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its ending says the format. Default: standard output.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: as the file, or svg.")
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default="rich",
    help="rich, or keras: the tables of plot_model.",
)
@click.option("--theme", type=click.Choice(THEME_NAMES), default="light", help="The colours.")
@click.option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    default="TB",
    help="From top to bottom, or left to right.",
)
@click.option(
    "--show", multiple=True, type=click.Choice(tuple(DETAILS)), help="Show a kind of detail too."
)
@click.option("--hide", multiple=True, type=click.Choice(tuple(DETAILS)), help="Leave one out.")
@click.option("--legend", is_flag=True, help="Say what the colours mean; as --show legend.")
@click.option(
    "--depth",
    type=Depth(),
    help="How many levels of blocks and submodels to unfold; 'all' also draws every repetition.",
)
@click.option("--from", "start", metavar="NAME", help="Draw what follows this layer or block.")
@click.option("--to", "end", metavar="NAME", help="Draw what leads to this layer or block.")
@click.option(
    "--dpi", type=click.IntRange(10, 2400), default=96, show_default=True, help="For png."
)
@click.option(
    "--links/--no-links", default=True, help="In svg files, let boxes link to their lines."
)
@click.option("--quiet", is_flag=True, help="Do not tell what was folded.")
@force_option
@set_option
@root_option
def command(
    spec: str,
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
    root: Path | None,
) -> None:
    """Draw a model: of a spec, or of a .keras file, whose weights are not read.

    Large models are folded: blocks and submodels to boxes, repetitions to one box that says how
    often it comes. An html page holds all layers, to search and unfold.

    \b
    Example:
      cnnspec diagram specs/mnist_branches.yaml -o branches.svg
      cnnspec diagram specs/zoo/resnet152v2.yaml --depth 1 --theme dark -o resnet.svg
      cnnspec diagram specs/mnist_transfer.yaml --style keras --depth all -o transfer.pdf
      cnnspec diagram runs/mnist/model.keras -o model.html
    """
    form = form or format_of(output)
    keep_what_is_there(output, force=force)
    checked = checked_model(spec, overrides=parse_overrides(overrides), root=root)
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
        click.echo(drawing.note, err=True)
    if output is None:
        sys.stdout.buffer.write(figure)
        return
    with replacing(output) as temporary:
        temporary.write_bytes(figure)


def format_of(output: Path | None) -> str:
    """The format that a file's name asks for."""
    if output is None:
        return "svg"
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        usage_error(f"'{output}' should end in one of {', '.join(SUFFIXES)}, or take --format")
    return SUFFIXES[suffix]
