"""`cnnspec expect`: write what a model is into its spec, without TensorFlow."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cnnspec.cli.common import parse_overrides, root_option, set_option, spec_arguments
from cnnspec.cli.completion import layers as layer_names
from cnnspec.cli.files import replacing, tidy
from cnnspec.cli.fixing import STDIN_NAME, encoded
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import check_root, refuse_model_files
from cnnspec.cli.patterns import STDIN, expand_folders, read_stdin
from cnnspec.cli.printing import echo, echo_document, tell, usage_error
from cnnspec.compiler import Compilation, compile_file, compile_text
from cnnspec.declarations.keras_versions import Keras
from cnnspec.expecting import NoSuchLayer, filled, section_text
from cnnspec.files.reading import opened
from cnnspec.language.document import Document
from cnnspec.records import Record
from cnnspec.syntax.reading import MAX_BYTES

Compile = Callable[..., Compilation]
"""Compiles a text in the place of what a file contains."""


@click.command("expect")
@spec_arguments()
@click.option("--write", is_flag=True, help="Write the expectations into the specs.")
@click.option(
    "--check",
    is_flag=True,
    help="Only list the specs that --write would change; exit with 1 if there are any.",
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="NAME",
    shell_complete=layer_names,
    help="Also expect the shape and the receptive field of this layer (repeatable).",
)
@set_option
@keras_option
@root_option
def command(
    specs: tuple[str, ...],
    write: bool,
    check: bool,
    layers: tuple[str, ...],
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Print what a model is, or write it into its spec.

    That is its `expect` section, which `cnnspec validate` holds it to. A spec without expectations gets its number of parameters, its cost and the shapes of its
    outputs. Expectations that hold stay as they are; those that do not get what the model is, and of
    bounds only the one that is crossed. Everything else in the file stays as it is, with its
    comments. `--write` for `-` writes the spec to standard output.

    \b
    Example:
      cnnspec expect specs/mnist_simple.yaml
      cnnspec expect --write --layer pool specs/mnist_simple.yaml
      cnnspec expect --check specs
    """
    values = parse_overrides(overrides)
    if write and check:
        usage_error("--write and --check cannot be used together")
    if values and (write or check):
        usage_error("--set cannot be used here: a spec is written for its own parameters")
    files = expand_folders(specs)
    refuse_model_files(files, "expect")
    options = {"overrides": values, "keras": keras, "root": root}
    failed = False
    for spec in files:
        found = _filled(spec, layers, options)
        failed |= found.is_broken or (check and found.is_changed)
        if found.is_broken or found.compilation.checked is None:
            continue
        if write:
            _write(spec, found)
        elif not check:
            head = f"# {spec}\n" if len(files) > 1 else ""
            echo_document(head + section_text(found.compilation))
        elif found.is_changed:
            echo(f"{spec}: its expectations would change")
    sys.exit(1 if failed else 0)


class _Filled(Record):
    """A spec with its expectations."""

    data: bytes
    """The file as it was."""
    text: str
    compilation: Compilation
    is_changed: bool = False
    is_broken: bool = False
    """Whether it has errors, which are printed."""


def _filled(spec: str, layers: tuple[str, ...], options: dict[str, Any]) -> _Filled:
    """Return a spec with its expectations; its errors are printed."""
    data, compiled = _opened(spec, options)
    before = compiled(None, expects=False)
    if before.checked is None or before.source is None:
        tell(before.report, err=True)
        if not before.report.has_errors:
            echo(f"{spec}: skipped, because it has no model", err=True)
        return _Filled(data, "", before, is_broken=before.report.has_errors)
    try:
        text = filled(before, layers)
    except NoSuchLayer as error:
        usage_error(f"'{spec}': {error}")
    after = compiled(text, expects=True)
    if not _same(before.document, after.document):
        usage_error(f"'{spec}': the expectations cannot be written into a text of this form")
    if after.report.has_errors:
        tell(after.report, err=True)
    is_changed, is_broken = text != before.source.text, after.report.has_errors
    return _Filled(data, text, after, is_changed, is_broken)


def _opened(spec: str, options: dict[str, Any]) -> tuple[bytes, Compile]:
    """Return what a file contains, and what compiles it or another text in its place."""
    if spec == STDIN:
        data = read_stdin()

        def compiled_stdin(text: str | None, *, expects: bool) -> Compilation:
            shown = data if text is None else text.encode()
            return compile_text(shown, STDIN_NAME, expects=expects, **options)

        return data, compiled_stdin
    path = Path(spec)
    check_root(options["root"], path)
    try:
        with opened(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        usage_error(f"'{spec}' cannot be read: {error.strerror}")

    def compiled(text: str | None, *, expects: bool) -> Compilation:
        return compile_file(path, text=text, expects=expects, **options)

    return data, compiled


def _same(before: Document | None, after: Document | None) -> bool:
    """Whether two documents differ in nothing but their expectations."""
    if before is None or after is None:
        return False
    changes = {"expect": None}
    return before.model_copy(update=changes) == after.model_copy(update=changes)


def _write(spec: str, found: _Filled) -> None:
    if spec == STDIN:
        echo_document(encoded(found.text, found.data))
    elif found.is_changed:
        with replacing(Path(spec), force=True) as temporary:
            temporary.write_bytes(encoded(found.text, found.data))
        echo(f"{spec}: its expectations are written")
    else:
        tidy([Path(spec)])
