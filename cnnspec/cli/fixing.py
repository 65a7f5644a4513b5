"""`cnnspec validate --fix`: writes specs with their safe fixes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnspec.cli.files import replacing, tidy
from cnnspec.cli.models import check_root, open_model
from cnnspec.cli.patterns import STDIN, read_stdin
from cnnspec.cli.printing import echo, echo_document, usage_error
from cnnspec.compiler import Compilation, compile_file, compile_text, is_model_file
from cnnspec.declarations.keras_versions import Keras
from cnnspec.files.reading import opened
from cnnspec.mistakes.fixing import Fixed, fixed
from cnnspec.syntax.paths import shown_path
from cnnspec.syntax.reading import MAX_BYTES

BOM = b"\xef\xbb\xbf"
STDIN_NAME = "<stdin>"


def open_fixed(
    model: str,
    *,
    overrides: Mapping[str, Any],
    keras: Keras | None,
    root: Path | None,
    is_data: bool,
) -> Compilation:
    """Fix a spec, and return the compilation of what it is then.

    A file is replaced if something is fixed; standard input is written to standard output. Says
    what was done, on standard error if `is_data` or if standard output has the spec.
    """
    options: dict[str, Any] = {"overrides": overrides, "keras": keras, "root": root}
    if model == STDIN:
        return _fixed_stdin(options)
    if is_model_file(model):
        return open_model(model, **options)
    path = Path(model)
    check_root(root, path)
    try:
        with opened(path) as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return open_model(model, **options)

    def compiled(tried: str) -> Compilation:
        return compile_file(path, text=tried, **options)

    spec = _applied(shown_path(path), text, compiled, model)
    if spec.count:
        with replacing(path, force=True) as temporary:
            temporary.write_bytes(encoded(spec.text, data))
        echo(f"{model}: {_said(spec.count)}", err=is_data)
    else:
        tidy([path])
    return compiled(spec.text)


def _fixed_stdin(options: Mapping[str, Any]) -> Compilation:
    data = read_stdin()
    if len(data) > MAX_BYTES:
        return compile_text(data, **options)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        echo_document(data)
        return compile_text(data, **options)

    def compiled(tried: str) -> Compilation:
        return compile_text(tried.encode(), STDIN_NAME, **options)

    spec = _applied(STDIN_NAME, text, compiled, STDIN)
    echo_document(encoded(spec.text, data))
    if spec.count:
        echo(f"{STDIN_NAME}: {_said(spec.count)}", err=True)
    return compiled(spec.text)


def _applied(file: str, text: str, compiled: Any, model: str) -> Fixed:
    try:
        return fixed(file, text, compiled)
    except OSError as error:
        usage_error(f"'{model}' cannot be read: {error.strerror}")


def encoded(text: str, before: bytes) -> bytes:
    """Return a text as bytes, with the byte order mark that it had."""
    return (BOM if before.startswith(BOM) else b"") + text.encode()


def _said(count: int) -> str:
    return f"fixed {count} mistake{'s' if count != 1 else ''}"
