"""The command line as a program."""

import errno
import gc
import os
import sys
from types import ModuleType
from typing import NoReturn

# Without this, pydantic searches all installed packages for plugins at every start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def run() -> None:
    """Run the command line as a program."""
    gc.disable()  # it takes a tenth of the time of a short command; `build` enables it again
    _skip_plugins()
    try:
        command, *models = sys.argv[1:] or [""]
        if command == "validate" and models and not any(each.startswith("-") for each in models):
            _validate(models)
        from cnnspec.cli.commands import main

        main(prog_name="cnnspec")
    except OSError as error:  # a full disk, a closed output
        sys.stderr.write(f"cnnspec: {error}\n")
        sys.exit(2)
    except SystemExit as end:
        if "keras" not in sys.modules and (end.code is None or isinstance(end.code, int)):
            _end(end.code or 0)
        raise


def _validate(models: list[str]) -> NoReturn:
    """Validate without click, which would take a tenth of the time; it ends as with click."""
    from cnnspec.cli.validation import validate

    try:
        sys.exit(validate(models))
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(1)
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever reads the output has seen enough
            os._exit(1)
        raise


def _skip_plugins() -> None:
    """Replace the module with which pydantic loads plugins by one without plugins.

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
