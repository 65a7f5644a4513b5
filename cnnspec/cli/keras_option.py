"""The option `--keras`: the version of Keras that specs are held against."""

import click

from cnnspec.cli.completion import words
from cnnspec.cli.printing import usage_error
from cnnspec.declarations.keras_versions import Keras, asked, minors


def _version(ctx: click.Context, _: click.Parameter, text: str | None) -> Keras | None:
    try:
        return None if text is None else asked(text)
    except ValueError as error:
        if ctx.resilient_parsing:  # for completion, which reports nothing
            return None
        usage_error(f"--keras: {error}")


keras_option = click.option(
    "--keras",
    callback=_version,
    metavar="VERSION",
    shell_complete=words(minors),
    help="Check for this version of Keras, such as 3.12, instead of the installed one.",
)
