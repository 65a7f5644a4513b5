"""`cnnspec validate`: check specs without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.cli.common import (
    check_ignored,
    expand_patterns,
    model_arguments,
    parse_overrides,
    root_option,
    set_option,
    tell,
)
from cnnspec.cli.models import open_model
from cnnspec.diagnostics.report import Report


@click.command("validate")
@model_arguments()
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "github", "sarif")),
    default="text",
    help="Output format.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print diagnostics only.")
@click.option(
    "--ignore", multiple=True, metavar="CODE", help="Suppress warnings with this code (repeatable)."
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@set_option
@root_option
def command(
    models: tuple[str, ...],
    form: str,
    quiet: bool,
    ignore: tuple[str, ...],
    strict: bool,
    overrides: tuple[str, ...],
    root: Path | None,
) -> None:
    """Check the structure, arguments, references and shapes of specs.

    Keras models (.keras, .h5 and .json files) are checked too. The exit code is 1 if there are
    errors. Warnings count as errors only with --strict. A spec can suppress warnings by listing
    their codes under `ignore`.

    \b
    Example:
      cnnspec validate specs/*.yaml
      cnnspec validate --strict --ignore unused-parameter specs/*.yaml
      cnnspec validate --format github specs/mnist_simple.yaml
    """
    values = parse_overrides(overrides)
    check_ignored(ignore)
    total = Report()
    for model in expand_patterns(models):
        compilation = open_model(model, overrides=values, root=root)
        compilation.report.ignore(ignore)
        if strict:
            compilation.report.be_strict()
        total.take(compilation.report)
        if form != "text":
            continue
        tell(compilation.report, err=False)
        if not quiet and not compilation.report.has_errors:
            checked = compilation.checked
            what = f"{checked.params:,} parameters" if checked else "blocks to import"
            click.echo(f"{model}: ok ({what})")
    if form != "text":
        from cnnspec.diagnostics.reporters import REPORTERS

        if said := REPORTERS[form](total):
            click.echo(said)
    sys.exit(1 if total.has_errors else 0)
