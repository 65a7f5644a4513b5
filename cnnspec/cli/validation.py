"""What `cnnspec validate` does, without the parser of its options."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnnspec.cli.models import open_model
from cnnspec.cli.patterns import STDIN, expand_folders
from cnnspec.cli.printing import echo, echo_data, tell
from cnnspec.counts import counted
from cnnspec.declarations.keras_versions import Keras
from cnnspec.diagnostics.report import Report


def validate(
    models: Iterable[str],
    form: str = "text",
    *,
    quiet: bool = False,
    ignore: Collection[str] = (),
    strict: bool = False,
    overrides: Mapping[str, Any] = MappingProxyType({}),
    keras: Keras | None = None,
    root: Path | None = None,
    fix: bool = False,
) -> int:
    """Check models, print their diagnostics and return the exit code.

    With `fix`, fix specs first; standard output is then that of a spec from standard input.
    """
    total, err = Report(), False
    for model in expand_folders(models):
        if fix:
            from cnnspec.cli.fixing import open_fixed

            err = err or model == STDIN
            is_data = err or form != "text"
            compilation = open_fixed(
                model, overrides=overrides, keras=keras, root=root, is_data=is_data
            )
        else:
            compilation = open_model(model, overrides=overrides, keras=keras, root=root)
        compilation.report.ignore(ignore)
        if strict:
            compilation.report.be_strict()
        if form == "sarif":  # whose readers refuse findings without a location
            compilation.report.locate(model)
        total.take(compilation.report)
        if form != "text":
            continue
        tell(compilation.report, err=err)
        if not quiet and not compilation.report.has_errors:
            checked = compilation.checked
            what = counted(checked.params, "parameter") if checked else "blocks to import"
            echo(f"{model}: ok ({what})", err=err)
    if form != "text":
        from cnnspec.diagnostics.reporters import REPORTERS

        if formatted := REPORTERS[form](total):
            if err:
                echo(formatted, err=True)
            else:
                (echo if form == "github" else echo_data)(formatted)
    return 1 if total.has_errors else 0
