"""Opens, checks and allows the models passed to a command; errors are printed and end it."""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from cnnspec import compiler
from cnnspec.analysis.custom_code import BY_OPTION
from cnnspec.cli.patterns import STDIN, read_stdin
from cnnspec.cli.printing import tell, usage_error
from cnnspec.compiler import Compilation, compile_text, is_model_file
from cnnspec.declarations.keras_versions import Keras
from cnnspec.diagnostics.report import SpecError
from cnnspec.ir.checked import CheckedGraph
from cnnspec.naming import NO_CLASSES
from cnnspec.records import replace
from cnnspec.syntax.paths import leads_out, shown_path

Checked = tuple[Compilation, CheckedGraph]
"""A compilation, and its model."""


def check_root(root: Path | None, *paths: Path | None) -> None:
    """Exit with code 2 if a path leads out of the allowed folder."""
    for path in filter(None, paths):
        if message := leads_out(path, root, str(path)):
            usage_error(message)


def open_model(
    model: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    root: Path | None = None,
) -> Compilation:
    """Compile a spec or a Keras model file; exit with code 2 if it cannot be read."""
    if overrides and is_model_file(model):
        usage_error(f"--set applies to specs only; '{model}' is a model file")
    if model != STDIN:
        check_root(root, Path(model))
    text = read_stdin() if model == STDIN else b""

    def compile_with(values: Mapping[str, Any] | None) -> Compilation:
        if model == STDIN:
            return compile_text(text, overrides=values, keras=keras, root=root)
        classes = NO_CLASSES
        if is_model_file(model):
            from cnnspec.cli.class_option import given_classes  # not needed for specs

            classes = given_classes()
        return compiler.open_model(
            Path(model), overrides=values, keras=keras, root=root, classes=classes
        )

    try:
        compilation = compile_with(overrides)
        if compilation.is_flat and compilation.report.has_errors:
            from cnnspec.frontends.located import with_layers

            assert compilation.document is not None
            report = with_layers(compilation.report, compilation.document, shown_path(Path(model)))
            return replace(compilation, report=report)
        if overrides and compilation.report.has_errors:
            from cnnspec.cli.overriding import name_overrides

            name_overrides(compilation, overrides, compile_with)
        return compilation
    except IsADirectoryError:
        usage_error(f"'{model}' is a folder, not a spec")
    except OSError as error:
        usage_error(f"'{model}' cannot be read: {error.strerror}")


def checked_models(
    models: Iterable[str],
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    root: Path | None = None,
) -> list[CheckedGraph]:
    """Compile models for a command that does not build them; print diagnostics, exit on errors."""
    compilations = [
        open_model(model, overrides=overrides, keras=keras, root=root) for model in models
    ]
    return [checked for _, checked in _told(compilations, compiler.checked_or_raise)]


def checked_model(
    model: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    root: Path | None = None,
) -> CheckedGraph:
    """Compile one model, as `checked_models` does."""
    (checked,) = checked_models((model,), overrides=overrides, keras=keras, root=root)
    return checked


def allowed_models(
    models: Iterable[str],
    allow_code: Collection[str],
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    root: Path | None = None,
    ignore: Collection[str] = (),
) -> list[Checked]:
    """Compile models for a command that builds them, with code from allowed packages only.

    Prints diagnostics and exits on errors, before Keras is imported. `ignore` lists the codes of
    warnings that do not apply to the command.
    """

    def allowed(compilation: Compilation) -> CheckedGraph:
        return compiler.allowed_model(compilation, allow_code, BY_OPTION)

    compilations = [
        open_model(model, overrides=overrides, keras=keras, root=root) for model in models
    ]
    return _told(compilations, allowed, ignore)


def allowed_model(
    model: str,
    allow_code: Collection[str],
    *,
    overrides: Mapping[str, Any] | None = None,
    keras: Keras | None = None,
    root: Path | None = None,
    ignore: Collection[str] = (),
) -> Checked:
    """Compile one model, as `allowed_models` does."""
    (found,) = allowed_models(
        (model,), allow_code, overrides=overrides, keras=keras, root=root, ignore=ignore
    )
    return found


def _told(
    compilations: Iterable[Compilation],
    check: Callable[[Compilation], CheckedGraph],
    ignore: Collection[str] = (),
) -> list[Checked]:
    """Print the diagnostics of all compilations; exit if any has errors."""
    models: list[Checked] = []
    failed = False
    for compilation in compilations:
        compilation.report.ignore(ignore)
        report = compilation.report.child()
        try:
            models.append((compilation, check(compilation)))
        except SpecError as error:
            report.take(error.report)
            failed = True
        report.take(compilation.report)
        tell(report, err=True)
    if failed:
        sys.exit(1)
    return models


def refuse_model_files(models: Iterable[str], command: str) -> None:
    """Exit if a model file is passed to a command that only takes specs."""
    for model in models:
        if model == STDIN or not is_model_file(model):
            continue
        if not os.path.exists(model):
            usage_error(f"'{model}' cannot be read: No such file or directory")
        if model.endswith(".weights.h5"):
            usage_error(f"{command} takes specs only; '{model}' is a weights file")
        advice = f"convert it with `cnnspec import {model} -o model.yaml`"
        usage_error(f"{command} takes specs only; '{model}' is a model file: {advice}")
