"""Checks the training data against the model, before TensorFlow is imported."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.counts import counted
from cnnspec.data.broken import headers, with_whole_images
from cnnspec.data.checked import Data
from cnnspec.data.columns import Column, Columns
from cnnspec.data.indices import check_indices
from cnnspec.data.labels import Classes, listed
from cnnspec.data.measured import check_metrics
from cnnspec.data.monitors import monitored
from cnnspec.data.parts import Part, fits, read_part
from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.data.sources import open_columns
from cnnspec.data.targets import check_target
from cnnspec.data.values import Expression
from cnnspec.data.weights import check_sample_weight, weights_of_classes
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training
from cnnspec.shapes import UNKNOWN, Shape, text

SHUFFLE = "shuffle the rows: their last part is set aside"


def check_data(checked: CheckedGraph, training: Training, columns: Columns | None = None) -> Data:
    """Read the training data and check it against the model.

    Raises:
        DataProblem: the data cannot be read, or does not fit.

    """
    data = _Check(checked, training, columns or open_columns(training)).data()
    return with_whole_images(data, training, headers)


class _Check:
    def __init__(self, checked: CheckedGraph, training: Training, columns: Columns) -> None:
        self.checked, self.training, self.columns = checked, training, columns
        self.classes = {
            each.name: Classes(each.name, ("targets", each.name), each.classes, bool(each.classes))
            for each in checked.graph.outputs
        }
        self.labels: dict[str, Any] = {}
        """The class numbers of all rows of the training data, for outputs with one per row."""
        self.other_labels: dict[str, dict[str, Any]] = {}
        """The same for the validation and test data, if they are not rows of the training data."""
        self.warnings = [*columns.warnings]

    def data(self) -> Data:
        whole = self.part(self.columns.train)
        self.check_counts()
        self.labels = self.check(whole)
        self.check_missing()
        whole = replace(whole, class_weights=self.class_weights(whole))
        end = len(whole.rows)
        parts: dict[str, Part | None] = {}
        for key in ("test", "validation"):  # the test data is the very last
            rows = getattr(self.training, key)
            self.check_own(key, rows is None, whole)
            if isinstance(rows, float):
                start = end - round(len(whole.rows) * rows)
                if not 0 < start < end:
                    message = f"{rows:g} of {len(whole.rows)} rows leaves one part empty"
                    raise DataProblem("out-of-range", message, (key,))
                parts[key], end = whole.with_rows(range(start, end)), start
            else:
                parts[key] = self.other(key, rows, whole)
        for key in ("test", "validation"):
            self.check_unseen(key, range(end), parts[key])
        self.check_monitors(is_validated=parts["validation"] is not None)
        names = {name: each.names for name, each in self.classes.items() if self.is_named(each)}
        for each in self.classes.values():
            self.warnings += each.warnings
        train = whole.with_rows(range(end))
        warnings = tuple(dict.fromkeys(self.warnings))
        return Data(train, parts["validation"], parts["test"], names, warnings)

    def part(self, columns: Mapping[str, Column], source: str = "the data") -> Part:
        return read_part(self.checked, self.training, columns, self.classes, source)

    def other(self, key: str, rows: Path | dict[str, str] | None, whole: Part) -> Part | None:
        """Return the part of other rows: a file, columns of other names, or those of the source."""
        own: dict[str, Column] = getattr(self.columns, key)
        source = f"'{self.training.folder / rows}'" if isinstance(rows, Path) else f"the {key} data"
        if isinstance(rows, Path):
            opened = open_columns(self.training, self.training.folder / rows, (key,))
            self.warnings += opened.warnings
            columns = opened.train
        elif rows is not None:
            columns = self.renamed(key, rows, whole)
        elif own and {*whole.names} <= {*own}:
            columns = own
        else:
            return None
        part = self.part(columns, source)
        self.other_labels[key] = self.check(part)
        return part

    def check_own(self, key: str, is_wanted: bool, whole: Part) -> None:
        """Warn about a part of the source that is not used."""
        own, names = {*getattr(self.columns, key)}, {*whole.names}
        if is_wanted and own & names and not names <= own:
            message = f"the {key} data of the source is not used: it has no '{min(names - own)}'"
            self.warnings.append(DataWarning("unused-data", message, ("data",)))
        elif not is_wanted and names <= own:
            message = f"the {key} data of the source is not used, because '{key}' names other rows"
            self.warnings.append(DataWarning("unused-data", message, (key,)))

    def check_monitors(self, *, is_validated: bool) -> None:
        """Check that what callbacks monitor is measured."""
        for position, callback in enumerate(self.training.callbacks):
            if "monitor" in callback.arguments():
                outputs = self.checked.graph.outputs
                try:
                    monitored(callback, outputs, is_validated=is_validated)
                except Problem as found:
                    at: At = ("callbacks", position, *found.at)
                    raise DataProblem(
                        found.code, found.message, at, suggestion=found.suggestion
                    ) from None

    def renamed(self, key: str, names: Mapping[str, str], whole: Part) -> dict[str, Column]:
        """Return columns by the names of those that they stand for."""
        known = self.columns.train | self.columns.named
        renamed = {}
        for name, other in names.items():
            if name not in self.columns.train:
                message = f"the data has no column '{name}'"
                raise DataProblem("unknown-name", message, (key, name), where="key")
            if other not in known:
                message, hint = f"the data has no column '{other}'", did_you_mean(other, known)
                raise DataProblem("unknown-name", message, (key, name), suggestion=hint)
            renamed[name] = known[other]
        for name in whole.names:
            if name not in renamed:
                message = f"'{key}' names no column to use instead of '{name}'"
                raise DataProblem("missing-key", message, (key,))
        return renamed

    def check(self, part: Part) -> dict[str, Any]:
        """Check the values of a part, and return the class numbers of the rows by output."""
        for each in self.checked.inputs:
            at: At = ("inputs", each.name)
            check_input(part, part.inputs[each.name], each.tensor.shape[1:], each.tensor.dtype, at)
        check_indices(self.checked, part)
        labels = {}
        for output in self.checked.graph.outputs:
            predicted = self.checked.outputs[output.name].shape
            if output.name in part.targets:
                found = check_target(output, predicted, part, self.classes[output.name].names)
                labels[output.name] = found
                self.warnings += check_metrics(output, predicted, part)
            if output.name in part.weights:
                check_sample_weight(output, predicted, part)
        return {name: each for name, each in labels.items() if each is not None}

    def class_weights(self, whole: Part) -> dict[str, dict[int, float]]:
        found = {}
        for output in self.checked.graph.outputs:
            if weights := self.training.class_weight.get(output.name):
                predicted = self.checked.outputs[output.name].shape
                size = predicted[-1] if predicted is not UNKNOWN else None
                form = whole.forms.get(output.name, "values")
                classes = self.classes[output.name]
                found[output.name] = weights_of_classes(output, weights, form, size, classes)
        return found

    def size(self, name: str) -> int | None:
        """Return the number of classes of an output."""
        predicted = self.checked.outputs[name].shape
        size = predicted[-1] if predicted is not UNKNOWN else None
        return 2 if size == 1 else size

    def is_named(self, classes: Classes) -> bool:
        return bool(classes.names) and self.size(classes.output) in (None, len(classes.names))

    def check_counts(self) -> None:
        """Check that there are as many labels as an output has classes.

        Fewer folders than classes are a warning.
        """
        for name, classes in self.classes.items():
            size, count, column = self.size(name), len(classes.names), classes.column
            if column is None or size in (None, count):
                continue
            message = (
                f"'{name}' has {counted(size, 'class')}, but {column.shown} has {count}: "
                f"{listed(classes.names)}"
            )
            is_less = size is not None and count < size
            hint = f"list all classes in `classes` of '{name}'" if is_less else None
            if is_less and column.classes:
                self.warnings.append(DataWarning("empty-class", message, classes.at, hint))
                continue
            raise DataProblem("out-of-range", message, classes.at, suggestion=hint)

    def check_missing(self) -> None:
        """Warn about classes that no row has as its label."""
        for name, labels in self.labels.items():
            classes = self.classes[name]
            present = {*np.unique(labels).tolist()}
            if classes.column is None:
                continue
            known = classes.column.classes  # an empty folder was already reported
            names = enumerate(classes.names)
            missing = [each for at, each in names if at not in present and each not in known]
            if missing:
                message = f"no row has one of these classes of '{name}': {listed(tuple(missing))}"
                self.warnings.append(DataWarning("empty-class", message, classes.at))

    def check_unseen(self, key: str, train: range, part: Part | None) -> None:
        """Warn about classes that only a part has, such as the end of sorted data."""
        for name, labels in self.labels.items():
            if part is None:
                continue
            is_fraction = key not in self.other_labels
            rows = labels[part.rows.start : part.rows.stop]
            others = rows if is_fraction else self.other_labels[key].get(name, rows[:0])
            unseen = np.setdiff1d(others, labels[train.start : train.stop]).tolist()
            if unseen:
                names = self.classes[name].names
                texts = tuple(names[each] if each < len(names) else str(each) for each in unseen)
                message = f"training never sees classes of '{name}' that the {key} data has: {listed(texts)}"
                at, hint = ((key,), SHUFFLE) if is_fraction else (self.at_of(key), None)
                self.warnings.append(DataWarning("unseen-classes", message, at, hint))

    def at_of(self, key: str) -> At:
        """Return where the spec says what a part is."""
        return ("data",) if getattr(self.training, key) is None else (key,)


def check_input(part: Part, each: Expression, expected: Shape, dtype: str, at: At) -> None:
    """Check the values of an input."""
    shape = part.row_shape(each)
    if not fits(shape, expected) and not fits((*shape, 1), expected):
        message = (
            f"a row has the shape {text(shape)}, but the input '{at[-1]}' takes {text(expected)}"
        )
        raise DataProblem("shape-mismatch", message, at)
    is_decoded = any(part.columns[name].is_image for name in each.columns)
    limits = limits_of(dtype)
    for block, values in enumerate(
        () if is_decoded or dtype == "string" else part.finite_values(each, at)
    ):
        if limits and dtype != "float16" and values.dtype.kind == "f":
            message = f"the input '{at[-1]}' takes {dtype}, not {values.dtype}"
            raise DataProblem("wrong-dtype", message, at)
        if limits and (wrong := (values < limits[0]) | (values > limits[1])).any():
            where = part.where(each, block, wrong)
            message = f"the input '{at[-1]}' takes {dtype}, but {where} has {values[wrong][0]}"
            raise DataProblem("out-of-range", message, at)


def limits_of(dtype: str) -> tuple[int, int] | None:
    """Return the smallest and largest number of a data type; None for those of data itself."""
    if dtype == "bool":
        return 0, 1
    if dtype == "float16":
        return -65504, 65504
    return (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)) if "int" in dtype else None
