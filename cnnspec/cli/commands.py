"""The commands. Each is a module that is imported when the command is called."""

from importlib import import_module
from keyword import iskeyword
from typing import Any, NoReturn

import click

from cnnspec import __version__
from cnnspec.cli.printing import echo, usage_error
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.extras import MissingExtra

COMMANDS = (
    "new",
    "validate",
    "format",
    "expect",
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


WHOLE = 1000
"""More characters than any sentence has, so that no short help is cut."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options of the group itself; without any argument, print the help."""
        if not args and not ctx.resilient_parsing:
            echo(ctx.get_help(), err=True)
            ctx.exit(2)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            _refuse(error)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, and the arguments that are left."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            _fail(ctx, f"unknown command '{name}'", did_you_mean(name, COMMANDS))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a package that it lacks is a line that says what to install."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            _refuse(error)
        except MissingExtra as error:
            usage_error(str(error))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"cnnspec.cli.{module}").command
        command.short_help = command.get_short_help_str(WHOLE)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their whole short helps, on as many lines as these need."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, str(each.short_help)) for name, each in commands if each])


def _refuse(error: click.NoSuchOption) -> NoReturn:
    """Report an unknown option, with the option that was probably meant."""
    assert error.ctx is not None
    options = error.ctx.command.get_params(error.ctx)
    known = [name for each in options for name in (*each.opts, *each.secondary_opts)]
    hint = did_you_mean(error.option_name, (name for name in known if name.startswith("--")))
    _fail(error.ctx, f"unknown option '{error.option_name}'", hint)


def _fail(ctx: click.Context, message: str, hint: str | None) -> NoReturn:
    ctx.fail(f"{message}; {hint}" if hint else message)


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
