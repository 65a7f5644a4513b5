"""The values of a file for the input of a model: an image, an array, or columns of a table."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cnnspec.data.archives import open_archive
from cnnspec.data.broken import listed
from cnnspec.data.columns import Column
from cnnspec.data.parts import read_input
from cnnspec.data.pictures import BrokenImage
from cnnspec.data.problems import DataProblem
from cnnspec.data.reading import Reader
from cnnspec.data.tables import open_table
from cnnspec.data.values import Expression
from cnnspec.ir.graph import Input
from cnnspec.ir.training import Training
from cnnspec.language.column_expressions import as_text, names_over_columns, parse_columns
from cnnspec.shapes import text as shape_text
from cnnspec.training.arithmetic import TENSORFLOW
from cnnspec.training.image_files import broken_files, channels_of, image_of, is_image

FILE = "\0"
"""The name that stands for the values of a file; no column has it."""


def rows_of(file: Path, given: Input, training: Training | None) -> Any:
    """Return a batch for an input from a file; the expression of the input is applied to it.

    Raises:
        DataProblem: the file cannot be read, or does not fit the model.

    """
    text = training.inputs.get(given.name) if training else None
    if training is None or text is None:
        values = _array(file, given.tensor.shape[1:])
    elif (columns := _columns(file, training, text)) is not None:
        values = _from_columns(columns, given, training, text)
    else:
        values = _from_array(file, given, training, text)
    return _batch(file, values, given)


def _columns(file: Path, training: Training, text: str) -> dict[str, Column] | None:
    """Return the columns of a table, or of an archive that has those of an expression."""
    suffix = file.suffix.lower()
    if suffix == ".csv":
        delimiter = training.data.given.get("delimiter", ",") if training.data else ","
        return open_table(file, str(delimiter), ()).train
    if suffix == ".npz":
        arrays = open_archive(file, ())
        names = {*names_over_columns(parse_columns(text))} - {*training.parameters}
        return arrays if names <= {*arrays} else None
    return None


def _from_columns(
    columns: Mapping[str, Column], given: Input, training: Training, text: str
) -> Any:
    reader = Reader(columns, training.parameters, training.root)
    each = read_input(reader, text, given)
    values = {}
    for name in each.columns:
        column = reader.used[name]
        values[name] = column.read()
        if column.is_image:
            files = [Path(path) for path in values[name]]
            broken = broken_files(files, column.shape[-1])
            if broken:
                rows = {path: column.row(place) for place, path in reversed([*enumerate(files)])}
                said = [f"row {rows[path]}: {why}" for path, why in broken.items()]
                raise DataProblem("file-not-found", listed(said, len(files)))
            values[name] = np.stack([image_of(path, column.shape) for path in files])
    return _computed(each, values)


def _from_array(file: Path, given: Input, training: Training, text: str) -> Any:
    """Return the values of an expression over the only array of a file."""
    named = _Named(training.parameters)
    tree = named.visit(parse_columns(text))
    if len(named.found) > 1:
        listed = ", ".join(f"'{name}'" for name in named.found)
        message = f"'{file}' is one array, but '{given.name}' is computed from {listed}"
        hint = "pass a .csv or .npz file with these columns"
        raise DataProblem("missing-key", message, suggestion=hint)
    values = _array(file, given.tensor.shape[1:])
    return _computed(Expression(tree, (FILE,), training.parameters), {FILE: values})


def _computed(each: Expression, values: Mapping[str, Any]) -> Any:
    columns = {name: tf.constant(column) for name, column in values.items()}
    return np.asarray(each.value(columns, TENSORFLOW))


class _Named(ast.NodeTransformer):
    """Puts one name in the place of every column, run and image."""

    def __init__(self, parameters: Mapping[str, float]) -> None:
        self.parameters = parameters
        self.found: dict[str, None] = {}

    def _file(self, node: ast.expr) -> ast.expr:
        self.found[as_text(node)] = None
        return ast.Name(FILE)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Keep parameters."""
        return node if node.id in self.parameters else self._file(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Take a run as a whole."""
        return self._file(node) if isinstance(node.op, ast.MatMult) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Take images as a whole, and keep the names of functions."""
        if isinstance(node.func, ast.Name) and node.func.id in ("column", "image"):
            return self._file(node)
        node.args = [self.visit(each) for each in node.args]
        return node


def _batch(file: Path, values: Any, given: Input) -> Any:
    """Give values the rank of an input: a row becomes a batch, and a channel is added."""
    tensor = given.tensor
    if values.ndim == len(tensor.shape) - 2:
        values = values[np.newaxis]
    elif values.ndim == len(tensor.shape) - 1 and tensor.shape[-1] == 1 and values.shape[-1] != 1:
        is_row = values.shape == tensor.shape[1:-1]
        values = values[np.newaxis] if is_row else values
    elif values.ndim == len(tensor.shape) - 1:
        values = values[np.newaxis]
    if values.ndim == len(tensor.shape) - 1:
        values = values[..., np.newaxis]
    expected = tensor.shape[1:]
    is_fitting = values.ndim == len(tensor.shape) and all(
        b is None or a == b for a, b in zip(values.shape[1:], expected, strict=True)
    )
    if not is_fitting:
        message = f"'{file}' has rows of shape {values.shape[1:]}, but the model takes {expected}"
        raise DataProblem("shape-mismatch", message)
    return values.astype(tensor.dtype)


def _array(file: Path, shape: Any) -> Any:
    suffix = file.suffix.lower()
    try:
        if is_image(file):
            if len(shape) not in (2, 3):
                message = f"'{file}' is an image, but a row of the input has the shape {shape_text(shape)}"
                raise DataProblem("wrong-rank", message)
            return image_of(file, (*shape[:2], channels_of(shape)))
        if suffix == ".npz":
            columns = open_archive(file, ())
            name = next((each for each in ("x", "x_test") if each in columns), next(iter(columns)))
            return columns[name].checked(()).read()
        return np.load(file, allow_pickle=False)
    except BrokenImage as error:
        raise DataProblem("file-not-found", f"'{file}' {error}") from None
    except OSError as error:
        raise DataProblem("file-not-found", f"'{file}' cannot be read: {error.strerror}") from None
    except (ValueError, EOFError, StopIteration):
        message = f"'{file}' is neither an image nor an array file"
        raise DataProblem("file-not-found", message) from None
