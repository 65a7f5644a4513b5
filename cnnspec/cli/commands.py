"""The commands. Each is a module that is imported when the command is called."""

from importlib import import_module
from keyword import iskeyword

import click

from cnnspec import __version__

COMMANDS = (
    "new",
    "validate",
    "format",
    "build",
    "train",
    "evaluate",
    "predict",
    "export",
    "summary",
    "diagram",
    "diff",
    "expand",
    "code",
    "import",
    "layers",
    "explain",
    "schema",
)


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"cnnspec.cli.{module}").command
        return command


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True}
)
@click.version_option(__version__, prog_name="cnnspec")
def main() -> None:
    """Compile YAML specs of convolutional networks to plain Keras models.

    \b
    Example:
      cnnspec validate specs/*.yaml
      cnnspec build specs/mnist_multi_output.yaml
    """
