"""The values of a file for the inputs of a model: an image, an array, or columns of a table."""

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cnnspec.data.archives import open_archive
from cnnspec.data.broken import listed
from cnnspec.data.checks import limits_of
from cnnspec.data.columns import Column, array_column
from cnnspec.data.parts import read_input
from cnnspec.data.pictures import BrokenImage
from cnnspec.data.problems import DataProblem
from cnnspec.data.reading import Reader
from cnnspec.data.tables import open_table
from cnnspec.data.values import Expression
from cnnspec.files.reading import check_regular
from cnnspec.ir.graph import Input
from cnnspec.ir.training import Training
from cnnspec.language.column_expressions import as_text, names_over_columns, parse_columns
from cnnspec.shapes import text as shape_text
from cnnspec.training.arithmetic import TENSORFLOW
from cnnspec.training.image_files import broken_files, channels_of, image_of, is_image

TEXT = "string"
FILE = "\0"
"""The name that stands for the values of a file; no column has it."""


Read = Callable[[slice], tuple[Any, ...]]
"""Returns a batch of some rows for each input."""


def rows_of(file: Path, inputs: Sequence[Input], training: Training | None) -> tuple[int, Read]:
    """Return the rows of a file: how many there are, and what reads them.

    The expressions of the inputs are applied to them. Images that a table names are decoded when
    they are read, and all others at once.

    Raises:
        DataProblem: the file cannot be read, or does not fit the model.

    """
    texts = {each.name: _expression(each, inputs, training) for each in inputs}
    columns = _columns(file, training, texts)
    if columns is None and len(inputs) > 1:
        names = ", ".join(f"'{each.name}'" for each in inputs)
        message = f"'{file}' is one array, but the model has the inputs {names}"
        hint = "pass a .csv or .npz file with the columns that they are computed from"
        raise DataProblem("wrong-input-count", message, suggestion=hint)
    found = [_values(file, columns, each, training, texts[each.name]) for each in inputs]
    counts = {each.name: len(values) for each, values in zip(inputs, found, strict=True)}
    if len({*counts.values()}) > 1:
        said = ", ".join(f"'{name}' {count}" for name, count in counts.items())
        message = f"'{file}' has different numbers of rows for the inputs: {said}"
        raise DataProblem("shape-mismatch", message)
    return next(iter(counts.values())), lambda rows: tuple(each[rows] for each in found)


def _expression(given: Input, inputs: Sequence[Input], training: Training | None) -> str | None:
    """Return the expression of an input; without one, several inputs have columns of their names."""
    text = training.inputs.get(given.name) if training else None
    return f"column({json.dumps(given.name)})" if text is None and len(inputs) > 1 else text


def _columns(
    file: Path, training: Training | None, texts: Mapping[str, str | None]
) -> Mapping[str, Column] | None:
    """Return the columns of a table, or of an archive that has those of all expressions."""
    suffix, written = file.suffix.lower(), [text for text in texts.values() if text is not None]
    if not written:
        return None
    if suffix == ".csv":
        data = training.data if training else None
        return open_table(file, str(data.given.get("delimiter", ",")) if data else ",", ()).train
    if suffix == ".npz":
        arrays = open_archive(file, ())
        parameters = {*training.parameters} if training else set()
        names = {name for text in written for name in names_over_columns(text)}
        return arrays if names - parameters <= {*arrays} or len(written) > 1 else None
    return None


class _Decoded:
    """Values of an input that are computed from images, which are decoded when they are needed."""

    def __init__(self, file: Path, reader: Reader, each: Expression, given: Input) -> None:
        self.file, self.each, self.given = file, each, given
        self.columns = {name: reader.used[name] for name in each.columns}
        self.values = {name: column.read() for name, column in self.columns.items()}
        for name, column in self.columns.items():
            if column.is_image:
                _check_images(column, [Path(path) for path in self.values[name]])

    def __len__(self) -> int:
        return next(len(values) for values in self.values.values())

    def __getitem__(self, rows: slice) -> Any:
        values = {}
        for name, column in self.columns.items():
            values[name] = self.values[name][rows]
            if column.is_image:
                images = [image_of(Path(path), column.shape) for path in values[name]]
                values[name] = np.stack(images)
        return _batch(self.file, _computed(self.each, values), self.given, rows.start)


def _check_images(column: Column, files: list[Path]) -> None:
    broken = broken_files(files, column.shape[-1])
    if broken:
        rows = {path: column.row(place) for place, path in reversed([*enumerate(files)])}
        said = [f"row {rows[path]}: {why}" for path, why in broken.items()]
        raise DataProblem("file-not-found", listed(said, len(files)))


def _values(
    file: Path,
    columns: Mapping[str, Column] | None,
    given: Input,
    training: Training | None,
    text: str | None,
) -> Any:
    """Return the rows of an input as an array, or as something that returns slices of it."""
    if text is None:
        return _batch(file, _array(file, given), given)
    if columns is None:
        return _batch(file, _from_array(file, given, training, text), given)
    root = training.root if training else None
    reader = Reader(columns, _parameters(training), root, f"'{file}'")
    each = read_input(reader, text, given)
    if any(reader.used[name].is_image for name in each.columns):
        return _Decoded(file, reader, each, given)
    values = {name: reader.used[name].read() for name in each.columns}
    return _batch(file, _computed(each, values), given)


def _parameters(training: Training | None) -> Mapping[str, float]:
    return training.parameters if training else {}


def _from_array(file: Path, given: Input, training: Training | None, text: str) -> Any:
    """Return the values of an expression over the only array of a file."""
    named = _Named(_parameters(training))
    tree = named.visit(parse_columns(text))
    if len(named.found) > 1:
        listed = ", ".join(f"'{name}'" for name in named.found)
        message = f"'{file}' is one array, but '{given.name}' is computed from {listed}"
        hint = "pass a .csv or .npz file with these columns"
        raise DataProblem("missing-key", message, suggestion=hint)
    values = _array(file, given)
    return _computed(Expression(tree, (FILE,), _parameters(training)), {FILE: values})


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


def _batch(file: Path, values: Any, given: Input, first: int = 0) -> Any:
    """Give values the rank of an input: a row becomes a batch, and a channel is added.

    `first` is the number of the first row, for messages.
    """
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
    if not len(values):
        raise DataProblem("shape-mismatch", f"'{file}' has no rows")
    if tensor.dtype == TEXT:
        return tf.constant(values)
    _check_values(file, values, given, first)
    return values.astype(tensor.dtype)


def _check_values(file: Path, values: Any, given: Input, first: int) -> None:
    """Check that values are finite, and that the data type of the input has them."""
    dtype = given.tensor.dtype
    least, most = limits_of(dtype) or (-float("inf"), float("inf"))
    is_whole = np.issubdtype(values.dtype, np.integer) or dtype == "float16" or most == float("inf")
    wrong = ~np.isfinite(values) | (values < least) | (values > most)
    if not is_whole:
        wrong |= values % 1 != 0
    if wrong.any():
        place = first + int(np.argwhere(wrong)[0][0])
        message = (
            f"'{file}' has {values[wrong][0]} in row {place}, but '{given.name}' takes {dtype}"
        )
        raise DataProblem("out-of-range", message)


def _array(file: Path, given: Input) -> Any:
    suffix = file.suffix.lower()
    shape: Any = given.tensor.shape[1:]
    is_text = given.tensor.dtype == TEXT
    try:
        if is_image(file):
            if len(shape) not in (2, 3):
                message = f"'{file}' is an image, but a row of the input has the shape {shape_text(shape)}"
                raise DataProblem("wrong-rank", message)
            return image_of(file, (*shape[:2], channels_of(shape)))
        if suffix == ".npz":
            columns = open_archive(file, ())
            name = next((each for each in ("x", "x_test") if each in columns), next(iter(columns)))
            column = columns[name]
        else:
            check_regular(file)
            values = np.atleast_1d(np.load(file, allow_pickle=False))
            column = array_column(file.stem, values, file)
        return (column.text(()) if is_text else column.checked(())).read()
    except BrokenImage as error:
        raise DataProblem("file-not-found", f"'{file}' {error}") from None
    except OSError as error:
        raise DataProblem("file-not-found", f"'{file}' cannot be read: {error.strerror}") from None
    except (ValueError, EOFError, StopIteration) as error:
        message = f"'{file}' is neither an image nor an array file"
        if "Object arrays" in str(error):
            message = f"'{file}' contains Python objects, which are never unpickled"
        raise DataProblem("file-not-found", message) from None
