"""The difference between two models, as data classes."""

from dataclasses import dataclass
from typing import Any

from cnnspec.diff.parts import Part
from cnnspec.ir.graph import Output
from cnnspec.shapes import Dim


@dataclass(frozen=True, slots=True)
class Change:
    """A value that changed; both values are plain data."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Member:
    """A layer or input of a model, or of a submodel in it."""

    part: Part
    around: "Member | None" = None
    """The call of the submodel that contains it."""

    @property
    def shown(self) -> str:
        """Its name, after the names of the submodels around it."""
        return f"{self.around.shown}/{self.part.shown}" if self.around else self.part.shown

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the nodes around it and its own, the outermost first."""
        return (*(self.around.path if self.around else ()), self.part.node)


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer or input of both models."""

    old: Member
    new: Member
    moved: Change | None = None
    """The change of its inputs, if the layer was moved to another position."""
    changes: tuple[Change, ...] = ()
    """Edits: arguments, `frozen`, `inputs`, `calls`, `outputs` and `weights`."""
    effects: tuple[Change, ...] = ()
    """Effects of edits to it or upstream of it: `shape`, `dtype`, `params` and `macs`."""

    @property
    def is_renamed(self) -> bool:
        """Whether its own name changed, ignoring the submodels around it."""
        return self.old.part.name != self.new.part.name and not self.is_replaced

    @property
    def is_replaced(self) -> bool:
        """Whether a layer of another kind replaced it."""
        return self.old.part.kind != self.new.part.kind

    @property
    def is_changed(self) -> bool:
        """Whether it was edited, apart from being renamed or moved."""
        return bool(self.changes) or self.is_replaced

    @property
    def is_same(self) -> bool:
        """Whether nothing is different."""
        touched = self.is_renamed or self.is_changed or self.moved is not None
        return not touched and not self.effects


@dataclass(frozen=True, slots=True)
class OutputPair:
    """An output of both models, by its names."""

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    """`from`, `loss`, `loss_weight`, `metrics` and `classes`."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The differences between the outputs of two models."""

    added: tuple[Output, ...] = ()
    removed: tuple[Output, ...] = ()
    pairs: tuple[OutputPair, ...] = ()
    """The outputs of both models that differ."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The size and cost of a whole model."""

    layers: int
    params: int
    trainable_params: int
    macs: Dim


@dataclass(frozen=True, slots=True)
class Difference:
    """All differences between two models."""

    old_name: str
    new_name: str
    old: Totals
    new: Totals
    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    pairs: tuple[Pair, ...]
    """All layers of both models, unchanged ones too, in the order of the new model."""
    outputs: Outputs
    model: tuple[Change, ...]
    """The order of inputs and outputs, the weights file, the optimizer, the `train` section, expectations."""

    @property
    def is_empty(self) -> bool:
        """Whether the models are the same, apart from their own names."""
        return (
            not self.added
            and not self.removed
            and all(pair.is_same for pair in self.pairs)
            and self.outputs == Outputs()
            and not self.model
        )

    @property
    def changed(self) -> tuple[Pair, ...]:
        """The layers that were edited."""
        return tuple(pair for pair in self.pairs if pair.is_changed)

    @property
    def affected(self) -> tuple[Pair, ...]:
        """The layers that were not edited, but are affected by other edits."""
        return tuple(pair for pair in self.pairs if pair.effects and not pair.is_changed)
