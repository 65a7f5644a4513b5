"""Loss functions whose labels are groups or sequences."""

from collections.abc import Iterator

from cnnspec.declarations.fields import Flag, Number, PositiveNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import LOSSES
from cnnspec.objects.loss import Loss, LossName
from cnnspec.shapes import Shape


@LOSSES
class Circle(Loss):
    """Pulls embeddings of the same class together (Sun et al., 2020, arXiv:2002.10857)."""

    example = {"gamma": 64, "margin": 0.25}
    aliases = ("circle",)
    labels = "groups"
    gamma: PositiveNumber = 80.0
    """Scale of the similarities."""
    margin: Number = 0.4
    """Relaxation: how far similarities may stay from the optimum."""
    remove_diagonal: Flag = True
    """Whether to exclude comparisons of a sample with itself."""
    name: LossName = "circle"

    def shape_errors(self, name: str, shape: Shape) -> Iterator[Problem]:
        """Check that there is one embedding per sample."""
        yield from self.wrong_rank(2, "one row of values per sample", name, shape)


@LOSSES
class CTC(Loss):
    """CTC loss, for sequences with unknown alignment, such as speech or handwriting."""

    aliases = ("ctc",)
    labels = "sequences"
    name: LossName = "ctc"

    def shape_errors(self, name: str, shape: Shape) -> Iterator[Problem]:
        """Check that there is a sequence, and a class besides the blank."""
        yield from self.wrong_rank(3, "a sequence of rows of values per sample", name, shape)
        if len(shape) == 3 and shape[-1] == 1:
            message = f"{self.kind()} takes one value per class and one for the blank, but '{name}' has a single value"
            yield Problem(self.unusable, message)
