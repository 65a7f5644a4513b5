"""`cnnspec summary`: print a table of layers, shapes and parameters, without TensorFlow."""

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
    help="Output format.",
)
@click.option("--expand", is_flag=True, help="Also show the layers of submodels.")
@click.option(
    "--cost",
    is_flag=True,
    help="Show multiply-accumulates, activation memory and receptive fields (size / stride).",
)
@set_option
@root_option
def command(
    specs: tuple[str, ...],
    form: str,
    expand: bool,
    cost: bool,
    overrides: tuple[str, ...],
    root: Path | None,
) -> None:
    """Print a table of layers, output shapes and parameters.

    Costs are per sample. Values that depend on an unknown size are shown as unknown.

    \b
    Example:
      cnnspec summary specs/mnist_multi_output.yaml
      cnnspec summary --cost specs/zoo/resnet50.yaml
      cnnspec summary --format json specs/mnist_simple.yaml
    """
    values = parse_overrides(overrides)
    models = [checked_spec(spec, overrides=values, root=root)[1] for spec in expand_patterns(specs)]
    if form == "json":
        data = [summary_data(model, cost=cost) for model in models]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, indent=2, ensure_ascii=False))
        return
    tables = (summary_text(model, expand=expand, cost=cost) for model in models)
    click.echo("\n".join(tables), nl=False)
