"""`cnnspec schema`: print the JSON Schema of the language."""

import click

from cnnspec.cli.printing import echo_data
from cnnspec.vocabulary.editors import schema_text


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec language, for editors.

    A YAML language server uses it to complete kinds and arguments and to show their descriptions.
    The specs that `cnnspec new` creates name the published schema in their first line. Without
    access to it, write the schema to a file, and name this file instead.

    \b
    Example:
      cnnspec schema > cnnspec.schema.json
      # yaml-language-server: $schema=cnnspec.schema.json    (first line of a spec)
    """
    echo_data(schema_text())
