"""`cnnspec new`: create a spec from a template."""

import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from cnnspec.cli.common import force_option, parse_overrides
from cnnspec.cli.completion import arguments, assignments, words
from cnnspec.cli.files import give, keep_what_is_there
from cnnspec.cli.printing import echo, tell, usage_error
from cnnspec.compiler import compile_text
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.language.templates.reading import (
    TEMPLATES,
    NoSuchParameter,
    filled,
    parameters_of,
    template,
)
from cnnspec.naming import model_name


def _parameters(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the parameters of the template, with their values."""
    named = [name for name in arguments(ctx) if name in TEMPLATES]
    return assignments(parameters_of(template(named[0])), incomplete) if named else []


@click.command("new")
@click.argument("name", metavar="TEMPLATE", required=False, shell_complete=words(lambda: TEMPLATES))
@click.option("--list", "listed", is_flag=True, help="List the templates.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file; the model is named after it.  [default: standard output]",
)
@click.option("--name", "model", metavar="NAME", help="Name of the model.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=_parameters,
    help="Set a parameter of the template (repeatable).",
)
@force_option
def command(
    name: str | None,
    listed: bool,
    output: Path | None,
    model: str | None,
    overrides: tuple[str, ...],
    force: bool,
) -> None:
    """Create a spec from a template.

    Templates are classifier, multi-output, transfer, unet and siamese. The spec is valid and has
    explanatory comments.

    \b
    Example:
      cnnspec new --list
      cnnspec new classifier --set classes=5 --set size=64 -o flowers.yaml
    """
    if listed:
        width = max(map(len, TEMPLATES))
        for each, says in TEMPLATES.items():
            echo(f"{each:<{width}}  {says}")
        return
    if name not in TEMPLATES:
        hint = (name and did_you_mean(name, TEMPLATES)) or f"choose from {', '.join(TEMPLATES)}"
        usage_error(f"unknown template '{name}'; {hint}" if name else f"no template given; {hint}")
    keep_what_is_there(output, force=force)
    if model is None and output is not None:
        model = model_name(output.stem)
    try:
        text = filled(template(name), model, parse_overrides(overrides))
    except NoSuchParameter as error:
        usage_error(str(error))
    report = compile_text(text.encode(), str(output or name)).report
    if report.has_errors:
        tell(report, err=True)
        sys.exit(1)
    give(text, output, force=force)
    if output is not None:
        echo(f"{output}: {TEMPLATES[name]}")
