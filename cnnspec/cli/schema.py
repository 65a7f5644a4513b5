"""`cnnspec schema`: the language as JSON Schema."""

import json

import click

from cnnspec.backends.schema import language_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec language, for editors.

    A YAML language server then completes kinds and arguments, and shows what they are for.

    \b
    Example:
      cnnspec schema > cnnspec.schema.json
      # yaml-language-server: $schema=cnnspec.schema.json    (first line of a spec)
    """
    click.echo(json.dumps(language_schema(), indent=1, ensure_ascii=False))
