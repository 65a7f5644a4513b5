"""What happens between the epochs of a training."""

from typing import Annotated

from annotated_types import Ge, Le

from cnnspec.declarations import Declaration, Expects
from cnnspec.fields import Choice, Decay, Flag, NonNegativeInt, NonNegativeNumber, Text
from cnnspec.objects import CALLBACKS

Mode = Annotated[str, Choice("auto", "min", "max")]
OptionalNumber = Annotated[float | None, Expects("a number or null")]
Verbosity = Annotated[int, Ge(0), Le(2), Expects("0, 1 or 2")]


class Monitoring(Declaration):
    """What follows a value of the training's history."""

    monitor: Text = "val_loss"
    """The name of the value: `val_loss`, `val_digit_accuracy`."""
    mode: Mode = "auto"
    """Whether less or more of it is better; `auto` goes by its name."""
    verbose: Verbosity = 0


@CALLBACKS
class EarlyStopping(Monitoring):
    """Ends the training when a value gets no better."""

    min_delta: NonNegativeNumber = 0
    """The least change that counts."""
    patience: NonNegativeInt = 0
    """How many epochs it may get no better."""
    baseline: OptionalNumber = None
    """What it must be better than at first."""
    restore_best_weights: Flag = False
    start_from_epoch: NonNegativeInt = 0


@CALLBACKS
class ReduceLROnPlateau(Monitoring):
    """Lowers the learning rate when a value gets no better."""

    factor: Decay = 0.1
    """What the learning rate is multiplied by."""
    patience: NonNegativeInt = 10
    min_delta: NonNegativeNumber = 0.0001
    cooldown: NonNegativeInt = 0
    """How many epochs it rests after it did so."""
    min_lr: NonNegativeNumber = 0.0


@CALLBACKS
class SwapEMAWeights(Declaration):
    """Measures and saves with the moving average of the weights; the optimizer must keep one."""

    swap_on_epoch: Flag = False


@CALLBACKS
class TerminateOnNaN(Declaration):
    """Ends the training when a loss is no number any more."""

    raise_error: Flag = False
