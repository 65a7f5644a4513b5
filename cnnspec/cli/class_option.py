"""The option `--class` of commands that read Keras model files."""

from collections.abc import Mapping

import click

from cnnspec.cli.printing import usage_error
from cnnspec.declarations.import_paths import is_import_path
from cnnspec.naming import NO_CLASSES

_GIVEN = "cnnspec.classes"
"""The key of the context of a command for the classes that it was given."""


def given_classes() -> Mapping[str, str]:
    """Return the import paths that the running command was given, by the names in a file."""
    context = click.get_current_context(silent=True)
    return NO_CLASSES if context is None else context.meta.get(_GIVEN, NO_CLASSES)


def _keep(context: click.Context, _: click.Parameter, pairs: tuple[str, ...]) -> None:
    """Parse `name=package.module:Class` pairs."""
    paths = {}
    for pair in pairs:
        name, equals, path = pair.rpartition("=")
        if not equals or not name or not is_import_path(path):
            usage_error(f"--class expects NAME=PACKAGE.MODULE:CLASS, got '{pair}'")
        paths[name] = path
    context.meta[_GIVEN] = paths


class_option = click.option(
    "--class",
    multiple=True,
    metavar="NAME=PACKAGE.MODULE:CLASS",
    expose_value=False,
    callback=_keep,
    help="Where a class is that is not from Keras, by its name in a model file (repeatable).",
)
