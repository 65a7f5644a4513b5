"""Training callbacks."""

from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le

from cnnspec.declarations.declaration import Declaration, Expects
from cnnspec.declarations.fields import Choice, Decay, Flag, NonNegativeInt, NonNegativeNumber, Text
from cnnspec.objects.families import CALLBACKS, USUAL_OPTIMIZER

Mode = Annotated[str, Choice("auto", "min", "max")]
OptionalNumber = Annotated[float | None, Expects("a number or null")]
Verbosity = Annotated[int, Ge(0), Le(2), Expects("0, 1 or 2")]


class Callback(Declaration):
    """Base class of callbacks."""

    example_optimizer: ClassVar[Any] = USUAL_OPTIMIZER
    """The optimizer of an example."""


class Monitoring(Callback):
    """Base class of callbacks that monitor a value of the history."""

    monitor: Text = "val_loss"
    """Name of the value, such as `val_loss` or `val_digit_accuracy`."""
    mode: Mode = "auto"
    """Whether the value should decrease or increase; `auto` infers it from the name."""
    verbose: Verbosity = 0


@CALLBACKS
class EarlyStopping(Monitoring):
    """Stops training when a value no longer improves."""

    example = {"patience": 5, "restore_best_weights": True}
    min_delta: NonNegativeNumber = 0
    """Smallest change that counts as an improvement."""
    patience: NonNegativeInt = 0
    """Number of epochs without improvement before it stops."""
    baseline: OptionalNumber = None
    """Value that must be improved on."""
    restore_best_weights: Flag = False
    start_from_epoch: NonNegativeInt = 0


@CALLBACKS
class ReduceLROnPlateau(Monitoring):
    """Lowers the learning rate when a value no longer improves."""

    example = {"factor": 0.5, "patience": 3}
    factor: Decay = 0.1
    """Factor of the learning rate."""
    patience: NonNegativeInt = 10
    min_delta: NonNegativeNumber = 0.0001
    cooldown: NonNegativeInt = 0
    """Number of epochs to wait after a reduction."""
    min_lr: NonNegativeNumber = 0.0


@CALLBACKS
class SwapEMAWeights(Callback):
    """Evaluates and saves with the moving average of the weights kept by the optimizer."""

    example_optimizer: ClassVar[Any] = {"Adam": {"use_ema": True}}
    swap_on_epoch: Flag = False


@CALLBACKS
class TerminateOnNaN(Callback):
    """Stops training when a loss is NaN."""

    raise_error: Flag = False
