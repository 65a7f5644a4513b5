"""What can be different between two models: frozen dataclasses, nothing else."""

from dataclasses import dataclass
from typing import Any

from cnnspec.diff.parts import Part
from cnnspec.graph import Output
from cnnspec.shapes import Dim


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was one thing and is another, both as plain data."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Member:
    """A layer or input of a model, or of a submodel in it."""

    part: Part
    around: "Member | None" = None
    """The call of the submodel that it is inside of."""

    @property
    def shown(self) -> str:
        """Its name with those of the submodels around it."""
        return f"{self.around.shown}/{self.part.shown}" if self.around else self.part.shown

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the nodes that lead to it, the outermost first."""
        return (*(self.around.path if self.around else ()), self.part.node)


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer or input that is in both models."""

    old: Member
    new: Member
    moved: Change | None = None
    """What it reads, where the order of layers was changed and it stands elsewhere."""
    changes: tuple[Change, ...] = ()
    """What was done to it: arguments, and `frozen`, `inputs`, `calls`, `outputs`, `weights`."""
    effects: tuple[Change, ...] = ()
    """What follows from changes here or above: `shape`, `dtype`, `params`, `macs`."""

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name, whatever the submodel around it is called."""
        return self.old.part.name != self.new.part.name and not self.is_replaced

    @property
    def is_replaced(self) -> bool:
        """Whether another kind stands in its place."""
        return self.old.part.kind != self.new.part.kind

    @property
    def is_changed(self) -> bool:
        """Whether anything was done to it but a new name or place."""
        return bool(self.changes) or self.is_replaced

    @property
    def is_same(self) -> bool:
        """Whether nothing at all is different."""
        touched = self.is_renamed or self.is_changed or self.moved is not None
        return not touched and not self.effects


@dataclass(frozen=True, slots=True)
class OutputPair:
    """An output that is in both models, by its names."""

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    """`from`, `loss`, `loss_weight` and `metrics`."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is different in the outputs of a model."""

    added: tuple[Output, ...] = ()
    removed: tuple[Output, ...] = ()
    pairs: tuple[OutputPair, ...] = ()
    """Those that are in both and not the same."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole model has and costs."""

    layers: int
    params: int
    trainable_params: int
    macs: Dim


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different between two models."""

    old_name: str
    new_name: str
    old: Totals
    new: Totals
    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    pairs: tuple[Pair, ...]
    """All layers that are in both, the same ones too, in the order of the new model."""
    outputs: Outputs
    model: tuple[Change, ...]
    """The order of inputs and outputs, the weights file, the optimizer, the `train` section."""

    @property
    def is_empty(self) -> bool:
        """Whether the models are the same, whatever they are called."""
        return (
            not self.added
            and not self.removed
            and all(pair.is_same for pair in self.pairs)
            and self.outputs == Outputs()
            and not self.model
        )

    @property
    def changed(self) -> tuple[Pair, ...]:
        """The layers to which something was done."""
        return tuple(pair for pair in self.pairs if pair.is_changed)

    @property
    def affected(self) -> tuple[Pair, ...]:
        """The layers of which something follows from changes above."""
        return tuple(pair for pair in self.pairs if pair.effects and not pair.is_changed)
