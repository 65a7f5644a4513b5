"""`cnnspec summary`: the table of layers, shapes and parameters, without TensorFlow."""

import json
from pathlib import Path

import click

from cnnspec.backends.summary import summary_data, summary_text
from cnnspec.cli.common import (
    checked_spec,
    expand_patterns,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
)


@click.command("summary")
@spec_arguments()
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="A table, or data.",
)
@click.option("--expand", is_flag=True, help="Show the layers of submodels too.")
@set_option
@root_option
def command(
    specs: tuple[str, ...], form: str, expand: bool, overrides: tuple[str, ...], root: Path | None
) -> None:
    """Print each layer's output shape and parameters, as Keras's summary does.

    \b
    Example:
      cnnspec summary specs/mnist_multi_output.yaml
      cnnspec summary --format json specs/mnist_simple.yaml
    """
    values = parse_overrides(overrides)
    models = [checked_spec(spec, overrides=values, root=root)[1] for spec in expand_patterns(specs)]
    if form == "json":
        data = [summary_data(model) for model in models]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(summary_text(model, expand=expand) for model in models), nl=False)
