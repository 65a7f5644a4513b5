"""Writes predictions to the file or folder of `-o`, in the form that its name has."""

import csv
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.analysis.decisions import has_pictures
from cnnspec.cli.files import keep_what_is_there, replacing, writing
from cnnspec.cli.patterns import STDIN
from cnnspec.cli.printing import usage_error
from cnnspec.cli.quiet import import_quietly
from cnnspec.escaping import ESCAPES
from cnnspec.extras import require
from cnnspec.files.folders import NEW, complete, replace_folder
from cnnspec.files.writing import folder_beside
from cnnspec.ir.checked import CheckedGraph
from cnnspec.training.folder import CLASSES, PREDICTIONS

if TYPE_CHECKING:
    from cnnspec.training.prediction import Predictions

MOST_LISTED = 12

Form = Literal["npz", "csv", "json", "folder"]


@dataclass(frozen=True, slots=True)
class Target:
    """The file or folder to write."""

    path: Path
    form: Form
    force: bool
    """Whether a file there is replaced."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    contains: dict[str, Any]
    """The arrays, columns or files."""
    notes: tuple[str, ...] = ()


def target_of(output: str, *, force: bool) -> Target:
    """Return what to write; exit if the name has no known form, or something else is there."""
    path, suffix = Path(output), Path(output).suffix.lower()
    if output == STDIN:
        usage_error("--output is a file or a folder; --format json prints all predictions")
    form: Form
    with writing(path):
        is_folder = path.is_dir()
    if is_folder or output.endswith((os.sep, "/")) or not suffix:
        form = "folder"
    elif suffix == ".npz":
        form = "npz"
    elif suffix == ".csv":
        form = "csv"
    elif suffix == ".json":
        form = "json"
    else:
        usage_error(f"--output must be a .npz, .csv or .json file, or a folder, not '{output}'")
    with writing(path):
        complete(path)
        is_empty = path.is_dir() and not any(path.iterdir())
        if not is_empty:
            keep_what_is_there(path, force=force)
        if form == "folder" and path.exists() and not is_empty:
            _check_folder(path)
    return Target(path, form, force)


def _check_folder(folder: Path) -> None:
    """Exit if a folder has anything that an earlier prediction did not write."""
    if not folder.is_dir():
        usage_error(f"'{folder}' is a file, not a folder")
    table = folder / PREDICTIONS
    if not table.is_file():
        usage_error(
            f"'{folder}' has no '{PREDICTIONS}' of an earlier prediction, so it is not replaced"
        )
    with table.open(encoding="utf-8", errors="replace", newline="") as opened:
        known = {PREDICTIONS, CLASSES, *(cell for row in csv.reader(opened) for cell in row)}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix().encode("utf-8", ESCAPES).decode()
        if not file.is_dir() and name not in known:
            usage_error(f"'{file}' is not of an earlier prediction, so '{folder}' is not replaced")


def check(target: Target, checked: CheckedGraph) -> None:
    """Check before predicting that a target can have the outputs of a model.

    Raises:
        RunProblem: it is a table, and an output has too many values.
        MissingExtra: images need Pillow, which is not installed.

    """
    if target.form == "folder" and has_pictures(checked):
        require("PIL", "writing images")
    elif target.form == "csv":
        import_quietly("cnnspec.training.prediction_table", "predicting").check_columns(checked)


def write(
    found: "Predictions", target: Target, progress: Callable[[int, int], None] | None
) -> Written:
    """Write all predictions; the target is complete, or as it was before.

    Raises:
        RunProblem: the form cannot have the values of an output.
        MissingExtra: images need Pillow, which is not installed.

    """
    if target.form == "folder":
        return _write_folder(found, target.path, progress)
    with replacing(target.path, force=target.force) as temporary:
        if target.form == "npz":
            arrays = import_quietly("cnnspec.training.prediction_arrays", "predicting")
            return Written({"arrays": arrays.write_arrays(found, temporary)})
        if target.form == "csv":
            table = import_quietly("cnnspec.training.prediction_table", "predicting")
            return Written({"columns": table.write_table(found, temporary)})
        data = import_quietly("cnnspec.training.prediction_data", "predicting")
        text = json.dumps([*data.prediction_data(found, None)], indent=2)
        temporary.write_text(f"{text}\n", encoding="utf-8")
        return Written({})


def _write_folder(
    found: "Predictions", target: Path, progress: Callable[[int, int], None] | None
) -> Written:
    folders = import_quietly("cnnspec.training.prediction_folder", "predicting")
    with writing(target), folder_beside(target) as beside:
        new = beside / NEW
        new.mkdir()
        written = folders.write_folder(found, new, progress)
        replace_folder(beside, target)
    return Written({"files": written.files}, tuple(written.notes))


def written_line(target: Target, rows: int, written: Written) -> str:
    """Say what was written."""
    parts = ["1 row" if rows == 1 else f"{rows:,} rows"]
    for kind, names in written.contains.items():
        if isinstance(names, dict):
            counted = [f"{count:,} for '{name}'" for name, count in names.items()]
            parts += [PREDICTIONS, *([f"files: {', '.join(counted)}"] if counted else [])]
            continue
        shown = ", ".join(names[:MOST_LISTED]) + ", ..." * (len(names) > MOST_LISTED)
        parts.append(f"{kind}: {shown}")
    return f"{target.path}: {'; '.join(parts)}"
