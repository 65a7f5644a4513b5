"""The files that a model is given for predictions: those of folders, and those for single inputs."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from cnnspec.data.folders import images_in
from cnnspec.data.problems import DataProblem


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file, and the path that is used to name what is written for it."""

    path: Path
    name: PurePath
    """Relative to the folder that was given, or without any folder."""


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """The files for a model."""

    files: dict[str | None, tuple[GivenFile, ...]]
    """Those for each input, or for all inputs at once."""
    left_out: tuple[str, ...] = ()
    """What is left out of folders."""


def parted(argument: str, inputs: Collection[str]) -> tuple[str | None, str]:
    """Split `INPUT=PATH` if it names an input, and is no path itself."""
    name, equals, path = argument.partition("=")
    if equals and name in inputs and not os.path.exists(argument):
        return name, path
    return None, argument


def given_files(arguments: Sequence[str], inputs: Sequence[str]) -> GivenFiles:
    """List the files of paths, each of which may name an input.

    Raises:
        DataProblem: a folder has no images, or an input has no files, or another number of them.

    """
    found: dict[str | None, list[GivenFile]] = {}
    left_out: list[str] = []
    for argument in arguments:
        name, text = parted(argument, inputs)
        path = Path(text)
        files = [GivenFile(path, PurePath(path.name))]
        if os.path.isdir(path):
            images, others = images_in(path)
            files = [GivenFile(each, each.relative_to(path)) for each in images]
            left_out += [others] if others else []
        found.setdefault(name, []).extend(files)
    if {*found} != {None}:
        _check_named(found, inputs)
    files_of = {name: tuple(files) for name, files in found.items()}
    return GivenFiles(files_of, tuple(left_out))


def _check_named(found: dict[str | None, list[GivenFile]], inputs: Sequence[str]) -> None:
    if None in found:
        path = found[None][0].path
        message = f"'{path}' is for no input, but other files are for one"
        hint = f"write it as {inputs[0]}={path}"
        raise DataProblem("wrong-input-count", message, suggestion=hint)
    if missing := [name for name in inputs if name not in found]:
        message = f"no file is given for the input '{missing[0]}'"
        raise DataProblem("missing-key", message, suggestion=f"add {missing[0]}=FILE")
    counts = {name: len(found[name]) for name in inputs}
    if len({*counts.values()}) > 1:
        listed = ", ".join(f"'{name}' {count}" for name, count in counts.items())
        message = f"different numbers of files for the inputs: {listed}"
        raise DataProblem("wrong-input-count", message)
    first, *others = inputs
    for name in others:
        for one, other in zip(found[first], found[name], strict=True):
            are_in_folders = len(found[first]) > 1
            if are_in_folders and one.name.with_suffix("") != other.name.with_suffix(""):
                message = (
                    f"'{one.path}' for '{first}' and '{other.path}' for '{name}' belong together "
                    "by their order, but have different names"
                )
                hint = "give the files of several rows the same names in a folder for each input"
                raise DataProblem("wrong-input-count", message, suggestion=hint)
