"""The command line as a program."""

import errno
import gc
import os
import sys
from types import ModuleType
from typing import NoReturn

from cnnspec.cli import streams

# Without this, pydantic searches all installed packages for plugins at every start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def run() -> NoReturn:
    """Run the command line as a program."""
    gc.disable()  # it takes a tenth of the time of a short command; `build` enables it again
    _skip_plugins()
    streams.prepare()
    code, problem = 0, None
    try:
        code = exit_code()
    except OSError as error:
        problem = error
    problem = problem or streams.finish()
    if problem is not None:
        code = _failed(problem)
    streams.finish()
    if "keras" not in sys.modules:
        os._exit(code)  # the teardown of the interpreter takes another tenth of the time
    sys.exit(code)


def exit_code() -> int:
    """Run the command of `sys.argv` and return its exit code.

    Raises:
        OSError: its output cannot be written, because the disk is full or a pipe is closed.

    """
    try:
        command, *models = sys.argv[1:] or [""]
        if command == "validate" and models and not any(each.startswith("-") for each in models):
            return _validate(models)
        return _with_options()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0


def _validate(models: list[str]) -> int:
    """Validate without click, which would take a tenth of the time; it ends as with click."""
    from cnnspec.cli.validation import validate

    try:
        return validate(models)
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        return 1


def _with_options() -> int:
    """Run any command; click would write its own messages as UTF-8 where the stream is ASCII."""
    import click

    from cnnspec.cli.commands import main

    try:
        return int(main(prog_name="cnnspec", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return error.exit_code
    except click.Abort:
        sys.stderr.write("Aborted!\n")
        return 1


def _failed(error: OSError) -> int:
    """Report that the output cannot be written, and return the exit code."""
    if error.errno == errno.EPIPE:  # the reader has seen enough
        return 1
    try:
        sys.stderr.write(f"cnnspec: {error}\n")
    except OSError:  # of which nobody can be told
        return 2
    return 2


def _skip_plugins() -> None:
    """Replace the module with which pydantic loads plugins by one without plugins.

    That one imports `importlib.metadata`, and with it `email` and `zipfile`, even where plugins are
    disabled. It takes another tenth of the time of a short command.
    """
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules.setdefault(loader.__name__, loader)
