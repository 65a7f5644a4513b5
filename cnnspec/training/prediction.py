"""Predictions of a trained model for rows of files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnspec.analysis.decisions import Decision, decisions
from cnnspec.ir.checked import CheckedGraph
from cnnspec.training.deciding import Decided, decided
from cnnspec.training.failing import failing
from cnnspec.training.rows import Row, Rows

Progress = Callable[[int, int], None]
"""Is told how many rows of how many are done."""


@dataclass(frozen=True, slots=True)
class OfOutput:
    """What a model predicts for one output."""

    name: str
    decision: Decision
    batches: list[Any] = field(default_factory=list)
    """The values of some rows each, in order."""

    @property
    def is_decided(self) -> bool:
        """Whether its values decide for classes."""
        return self.decision.sort != "values"

    @property
    def classes(self) -> int:
        """The number of classes that one label is one of."""
        return self.batches[0].shape[self.decision.axis] if self.decision.sort == "class" else 2

    @property
    def row_shape(self) -> tuple[int, ...] | None:
        """The shape of a row; None if rows have different shapes."""
        shapes = {batch.shape[1:] for batch in self.batches}
        return next(iter(shapes)) if len(shapes) == 1 else None

    def rows(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield the values of each row, and the label and probability that they decide for."""
        for batch in self.batches:
            if not self.is_decided:
                yield from ((values, None, None) for values in batch)
                continue
            found = self.decided(batch)
            yield from zip(batch, found.labels, found.probabilities, strict=True)

    def decided(self, values: Any) -> Decided:
        """Return what values decide."""
        return decided(self.decision, values)


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predictions for rows of files."""

    rows: tuple[Row, ...]
    outputs: tuple[OfOutput, ...]


def predict(
    model: Any, checked: CheckedGraph, sources: Sequence[Rows], progress: Progress | None = None
) -> Predictions:
    """Return the predictions of each output for rows of files.

    Raises:
        DataProblem: a file cannot be read, or does not fit the model.
        RunProblem: the prediction fails.

    """
    every = decisions(checked)
    found = [OfOutput(each.name, every[each.name]) for each in checked.graph.outputs]
    total, done = sum(len(source.rows) for source in sources), 0
    for source in sources:
        with failing(checked, f"the prediction for {source.source} failed"):
            for batch in source.batches():
                results = model.predict(batch if len(batch) > 1 else batch[0], verbose=0)
                results = results if isinstance(results, list | tuple) else [results]
                for output, values in zip(found, results, strict=True):
                    output.batches.append(_plain(values))
                done += len(batch[0])
                if progress is not None:
                    progress(done, total)
    return Predictions(tuple(row for source in sources for row in source.rows), tuple(found))


def _plain(values: Any) -> Any:
    """Return values in a data type that NumPy and files have."""
    values = np.asarray(values)
    if values.dtype == object:  # text
        return np.char.decode(values.astype(bytes), "utf-8", "replace")
    return values.astype("float32") if values.dtype.kind == "V" else values
