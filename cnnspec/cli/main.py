"""The command line. Each command is a module that is imported when the command is called."""

import gc
import os
import sys
from importlib import import_module
from keyword import iskeyword
from types import ModuleType

import click

from cnnspec import __version__

# Without this, pydantic searches all installed packages for plugins at every start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

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


def run() -> None:
    """Run the command line as a program."""
    gc.disable()  # it takes a tenth of the time of a short command; `build` enables it again
    _skip_plugins()
    try:
        main(prog_name="cnnspec")
    except OSError as error:  # a full disk, a closed output
        sys.stderr.write(f"cnnspec: {error}\n")
        sys.exit(2)
    except SystemExit as end:
        if "keras" not in sys.modules and (end.code is None or isinstance(end.code, int)):
            _end(end.code or 0)
        raise


def _skip_plugins() -> None:
    """Put a module without plugins in the place of pydantic's own that loads them.

    That one imports `importlib.metadata`, and with it `email` and `zipfile`, even where plugins are
    disabled. It takes another tenth of the time of a short command.
    """
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules.setdefault(loader.__name__, loader)


def _end(code: int) -> None:
    """Exit without interpreter teardown, which takes another tenth of the time."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # a closed pipe: Python reports it itself
        return
    os._exit(code)
