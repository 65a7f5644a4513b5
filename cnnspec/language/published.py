"""Where the JSON Schema of the language is published, and how a spec names it."""

from cnnspec.language.document import VERSION

SCHEMA_ID = f"https://raw.githubusercontent.com/cnnspec/cnnspec/main/schema/cnnspec-{VERSION}.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_ID}\n"
"""The first line of a spec, from which editors with a YAML language server know its schema."""
