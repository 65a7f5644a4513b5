"""The pages of the commands, which sphinx-click reads from the code."""

from keyword import iskeyword

import click

from cnnspec.cli.commands import COMMANDS, main
from docs.generate.markdown import block, code, heading, link, listing, page, plain, table

ENVIRONMENT = (
    ("`COLUMNS`", "the width of text, instead of that of the terminal"),
    ("`NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`", "whether text has colours"),
    ("`KERAS_BACKEND`", "the backend with which Keras builds and trains"),
)


def pages() -> dict[str, str]:
    """Make a page for each command, and their list, by path."""
    return {f"commands/{each}": _page(each) for each in COMMANDS} | {"commands/index": _index()}


def _page(name: str) -> str:
    module = f"{name}_" if iskeyword(name) else name
    directive = (
        f".. click:: cnnspec.cli.{module}:command\n   :prog: cnnspec {name}\n   :nested: none"
    )
    return page(f"(command-{name})=", block("{eval-rst}", directive))


def _index() -> str:
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}
    rows = [
        (link(code(f"cnnspec {name}"), f"command-{name}"), plain(str(each.short_help)))
        for name, each in found.items()
        if each is not None
    ]
    return page(
        heading(1, "Commands", "commands"),
        "Every command has `--help`. Exit codes: 0 if all is well, 1 if a spec or a file has errors, 2 for wrong usage, "
        "files that do not exist and specs without what the command needs, such as a `train` section; `cnnspec diff` uses those of `diff`.",
        table(("command", "purpose"), rows),
        heading(2, "Environment"),
        table(("variable", "effect"), ENVIRONMENT),
        listing("*"),
    )
