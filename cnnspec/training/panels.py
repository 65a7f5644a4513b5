"""Sorts the values of a history into the panels that are drawn of it: one for each output."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnnspec.ir.graph import Output
from cnnspec.ir.history import VALIDATION, parted

TOTAL = "total loss"
RATE = "learning_rate"
APART = 20
"""From how many times the size of the loss on a metric has an axis of its own."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of a loss or metric."""

    measure: str
    epochs: tuple[int, ...]
    """The epochs with a value, counted from 1."""
    values: tuple[float, ...]
    """NaN where a value is not finite."""
    is_validation: bool = False

    @property
    def lost(self) -> tuple[int, ...]:
        """The epochs whose value is NaN or infinite."""
        pairs = zip(self.epochs, self.values, strict=True)
        return tuple(epoch for epoch, value in pairs if math.isnan(value))

    @property
    def size(self) -> float:
        """The largest absolute value; 0 if there is none."""
        return max((abs(each) for each in self.values if not math.isnan(each)), default=0.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves that are drawn together."""

    title: str
    curves: tuple[Curve, ...]

    def apart(self) -> tuple[tuple[Curve, ...], tuple[Curve, ...]]:
        """Split the curves into those of the size of the first measure, and others."""
        sizes: dict[str, float] = {}
        for each in self.curves:
            sizes[each.measure] = max(sizes.get(each.measure, 0.0), each.size)
        first = next(iter(sizes.values()))
        others = {name for name, size in sizes.items() if not _are_alike(first, size)}
        return (
            tuple(each for each in self.curves if each.measure not in others),
            tuple(each for each in self.curves if each.measure in others),
        )


def _are_alike(one: float, other: float) -> bool:
    smaller, larger = sorted((one, other))
    return larger == 0 or smaller == 0 or larger / smaller < APART


def panels_of(history: Sequence[Mapping[str, float]], outputs: Collection[Output]) -> list[Panel]:
    """Return a panel for the total loss, if there are several, for each output, and for the rate."""
    with_loss = [each.name for each in outputs if each.loss is not None]
    own_loss = with_loss[0] if len(with_loss) == 1 else None
    found: dict[str | None, list[Curve]] = {None: [], **{each.name: [] for each in outputs}}
    rate: list[Curve] = []
    for name in dict.fromkeys(name for row in history for name in row if name != "epoch"):
        what = name.removeprefix(VALIDATION)
        output, measure = parted(what, outputs)
        if output is None and what == "loss":
            output = own_loss
        curve = _curve(history, name, measure, is_validation=what != name)
        (rate if what == RATE else found.setdefault(output, [])).append(curve)
    titles = {None: TOTAL} | {each.name: each.name for each in outputs}
    panels = [
        Panel(titles[name], tuple(sorted(curves, key=_order)))
        for name, curves in found.items()
        if curves
    ]
    return panels + ([Panel("learning rate", tuple(rate))] if rate else [])


def _order(curve: Curve) -> tuple[bool, str, bool]:
    """Losses come first, and training in front of validation."""
    return curve.measure != "loss", curve.measure, curve.is_validation


def _curve(
    history: Sequence[Mapping[str, float]], name: str, measure: str, *, is_validation: bool
) -> Curve:
    rows = [row for row in history if name in row]
    return Curve(
        measure,
        tuple(int(row["epoch"]) + 1 for row in rows),
        tuple(row[name] if math.isfinite(row[name]) else math.nan for row in rows),
        is_validation,
    )


def ranges(epochs: Sequence[int]) -> str:
    """Write numbers in words, with runs as ranges: `2, 5-9`."""
    return ", ".join(
        f"{first}-{last}" if last > first else f"{first}" for first, last in _runs(epochs)
    )


def _runs(epochs: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for epoch in epochs:
        if first is None or last is None:
            first = last = epoch
        elif epoch == last + 1:
            last = epoch
        else:
            yield first, last
            first = last = epoch
    if first is not None and last is not None:
        yield first, last
