"""The optimizer that scales the loss for another one, which `keras.mixed_precision` uses."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import call_of
from cnnspec.declarations.fields import PositiveInt, PositiveNumber, ScopeName
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import OPTIMIZERS

ScalerName = Annotated[str | None, ScopeName(optional=True, null="loss_scale_optimizer")]
InnerOptimizer = Annotated[Declaration, call_of(OPTIMIZERS, optional=False)]


@OPTIMIZERS
class LossScaleOptimizer(Declaration):
    """Scales the loss so that float16 gradients do not underflow, for another optimizer."""

    example = {"inner_optimizer": {"Adam": {"learning_rate": 0.0003}}}
    aliases = ("lossscaleoptimizer",)
    inner_optimizer: InnerOptimizer
    """The optimizer that updates the weights, with the gradients of the loss itself."""
    initial_scale: PositiveNumber = 32768.0
    """First factor of the loss; halved and the update skipped if a gradient is not finite."""
    dynamic_growth_steps: PositiveInt = 2000
    """Number of steps with finite gradients after which the factor is doubled."""
    name: ScalerName = None
    """Name of the optimizer; null means `loss_scale_optimizer`."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that nothing else scales the loss; Keras would do so without a word."""
        if isinstance(self.inner_optimizer, LossScaleOptimizer):
            message = "LossScaleOptimizer cannot have another one in it: gradients would be divided by both factors"
            yield Problem("conflicting-arguments", message, "inner_optimizer")
        elif self.inner_optimizer.checked("loss_scale_factor") is not None:
            message = "LossScaleOptimizer replaces the 'loss_scale_factor' of its inner optimizer"
            at = ("inner_optimizer", "loss_scale_factor")
            hint = "set 'initial_scale' instead, or leave out LossScaleOptimizer for a fixed factor"
            yield Problem("conflicting-arguments", message, at, suggestion=hint)
