"""`cnnspec diff --git`: the diff driver for git."""

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnspec.cli.diff_output import in_colour, told
from cnnspec.cli.printing import echo, usage_error
from cnnspec.compiler import (
    Compilation,
    checked_or_raise,
    compile_model,
    compile_text,
    is_model_file,
)
from cnnspec.counts import counted
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diagnostics.report import SpecError
from cnnspec.diff.compare import compare
from cnnspec.files.reading import opened
from cnnspec.ir.checked import CheckedGraph
from cnnspec.syntax.reading import MAX_BYTES

NOTHING = "/dev/null"
"""The path that git passes for a side that does not have the file."""
ROLES = {"+": "added", "-": "removed"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two files to compare."""

    path: str
    """Its path in the repository."""
    file: Path
    """The file with its content, which may be a temporary file."""
    prefix: str
    """`a` for the old side or `b` for the new one, as in git."""

    @property
    def is_there(self) -> bool:
        """Whether this side has the file."""
        return str(self.file) != NOTHING

    @property
    def name(self) -> str:
        """The name that git displays."""
        return f"{self.prefix}/{self.path}" if self.is_there else NOTHING

    def model(self, root: Path | None) -> CheckedGraph | None:
        """Compile the model of the file. Paths in it are relative to its path in the repository.

        Raises:
            SpecError: it has errors.
            OSError: it cannot be read.

        """
        if not self.is_there:
            return None
        return checked_or_raise(self._compiled(root))

    def lines(self) -> list[str]:
        """Return the lines of the file.

        Raises:
            OSError: it cannot be read.
            UnicodeDecodeError: it is not text.

        """
        if not self.is_there:
            return []
        with opened(self.file) as file:
            return file.read().decode().splitlines()

    def _compiled(self, root: Path | None) -> Compilation:
        if is_model_file(self.path):
            return compile_model(self.file, self.name, keras=NEWEST)
        with opened(self.file) as file:
            text = file.read(MAX_BYTES + 1)
        return compile_text(
            text,
            self.name,
            folder=Path(self.path).parent,
            root=root,
            keras=NEWEST,
        )


def drive(arguments: tuple[str, ...], *, verbose: bool, root: Path | None) -> None:
    """Print the difference between the two files that git passes.

    If one side is not a model, the files are compared line by line, as git does. The exit code is
    always 0, because git treats any other code as a failure.
    """
    if len(arguments) == 1:
        echo(f"unmerged: {arguments[0]}")
        return
    if len(arguments) not in (7, 9):
        usage_error(f"--git takes the 7 or 9 arguments of a diff driver, got {len(arguments)}")
    path, old_file, _, _, new_file, *rest = arguments
    new_path = rest[2] if len(rest) > 2 else path
    old, new = Side(path, Path(old_file), "a"), Side(new_path, Path(new_file), "b")
    try:
        text = "".join(_lines(old, new, verbose, root))
    except OSError as error:
        usage_error(f"'{error.filename}' cannot be read: {error.strerror}")
    # git pipes the output into a pager that shows colours
    echo(text, nl=False, is_paged=bool(os.environ.get("GIT_PAGER_IN_USE")))


def _lines(old: Side, new: Side, verbose: bool, root: Path | None) -> Iterator[str]:
    yield in_colour(f"diff --cnnspec {old.name} {new.name}\n", "title")
    try:
        before, after = old.model(root), new.model(root)
    except SpecError as error:
        finding = next(each for each in error.report if each.severity == "error")
        where = f"{finding.span.file}:{finding.span.line}: " if finding.span else ""
        yield f"not compared as models: {where}{finding.message}\n"
        yield from _by_text(old, new)
        return
    if before is not None and after is not None:
        specs = not is_model_file(old.path) and not is_model_file(new.path)
        yield told(compare(before, after, specs=specs), verbose=verbose)
    for model, sign in ((before, "-"), (after, "+")):
        if model is not None and None in (before, after):
            said = f"{sign} {model.name}: {counted(model.params, 'parameter')}\n"
            yield in_colour(said, ROLES[sign])


def _by_text(old: Side, new: Side) -> Iterator[str]:
    """Yield the changed lines, as git shows them."""
    try:
        before, after = old.lines(), new.lines()
    except UnicodeDecodeError:
        yield f"Binary files {old.name} and {new.name} differ\n"
        return
    for line in difflib.unified_diff(before, after, old.name, new.name, lineterm=""):
        yield in_colour(f"{line}\n", ROLES.get(line[:1], "same"))
