"""`cnnspec diagram`: the figure of a model, without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.backends.diagram import NoRenderer, render, to_dot
from cnnspec.backends.diagram.render import FORMATS
from cnnspec.cli.common import (
    checked_spec,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
    usage_error,
)
from cnnspec.cli.files import written_beside


@click.command("diagram")
@spec_arguments(several=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="FILE.svg, FILE.png, FILE.pdf or FILE.dot; default: SVG on standard output.",
)
@click.option("--expand", is_flag=True, help="Draw the layers of submodels.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@set_option
@root_option
def command(
    spec: str,
    output: Path | None,
    expand: bool,
    force: bool,
    overrides: tuple[str, ...],
    root: Path | None,
) -> None:
    """Draw a model as textbooks do: a box a layer, with its input and output shapes.

    \b
    Example:
      cnnspec diagram specs/mnist_branches.yaml -o branches.svg
      cnnspec diagram --expand specs/mnist_transfer.yaml -o transfer.pdf
    """
    form = output.suffix.lstrip(".").lower() if output else "svg"
    if form not in FORMATS:
        usage_error(f"'{output}' should end in one of .{', .'.join(FORMATS)}")
    if output is not None and output.exists() and not force:
        usage_error(f"'{output}' is there already; --force replaces it")
    _, checked = checked_spec(spec, overrides=parse_overrides(overrides), root=root)
    try:
        figure = render(to_dot(checked, expand=expand), form)
    except NoRenderer as error:
        usage_error(str(error))
    if output is None:
        sys.stdout.buffer.write(figure)
        return
    with written_beside(output) as temporary:
        temporary.write_bytes(figure)
