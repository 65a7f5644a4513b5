"""`cnnspec validate`: check specs without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.cli.common import (
    compile_spec,
    expand_patterns,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
    tell,
)
from cnnspec.diagnostics import Report


@click.command("validate")
@spec_arguments()
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "github", "sarif")),
    default="text",
    help="How findings are told.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing about specs that are right.")
@set_option
@root_option
def command(
    specs: tuple[str, ...], form: str, quiet: bool, overrides: tuple[str, ...], root: Path | None
) -> None:
    """Check specs: structure, arguments, references and shapes; exit code 1 at any error.

    \b
    Example:
      cnnspec validate specs/*.yaml
      cnnspec validate --format github specs/mnist_simple.yaml
    """
    values = parse_overrides(overrides)
    total = Report()
    for spec in expand_patterns(specs):
        compilation = compile_spec(spec, overrides=values, root=root)
        total.take(compilation.report)
        if form != "text":
            continue
        tell(compilation.report, err=False)
        if not quiet and not compilation.report.has_errors:
            checked = compilation.checked
            what = f"{checked.params:,} parameters" if checked else "blocks to import"
            click.echo(f"{spec}: ok ({what})")
    if form != "text":
        from cnnspec.reporters import REPORTERS

        click.echo(REPORTERS[form](total))
    sys.exit(1 if total.has_errors else 0)
