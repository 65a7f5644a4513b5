"""`cnnspec schema`: print the JSON Schema of the language."""

import json

import click

from cnnspec.cli.printing import echo_data
from cnnspec.language.schema import language_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec language, for editors.

    A YAML language server uses it to complete kinds and arguments and to show their descriptions.

    \b
    Example:
      cnnspec schema > cnnspec.schema.json
      # yaml-language-server: $schema=cnnspec.schema.json    (first line of a spec)
    """
    echo_data(json.dumps(language_schema(), indent=1, ensure_ascii=False))
