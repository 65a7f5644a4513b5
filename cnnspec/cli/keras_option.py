"""The option `--keras`: the version of Keras that specs are held against."""

import click

from cnnspec.cli.printing import usage_error
from cnnspec.declarations.keras_versions import Keras, asked


def _version(_: click.Context, __: click.Parameter, text: str | None) -> Keras | None:
    try:
        return None if text is None else asked(text)
    except ValueError as error:
        usage_error(f"--keras: {error}")


keras_option = click.option(
    "--keras",
    callback=_version,
    metavar="VERSION",
    help="Check for this version of Keras, such as 3.12, instead of the installed one.",
)
