"""Layers that wrap another layer, given as a call: `TimeDistributed: {layer: {Conv2D: ...}}`."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Recent
from cnnspec.declarations.family import call_of
from cnnspec.declarations.fields import FLOAT_TYPES, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, dtype_rules, reach_rules, sequence_rules
from cnnspec.layers.base import LAYERS, Example, Layer, kind, no_weights
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.layers.fields import OR_SUBMODEL
from cnnspec.layers.recurrent import Recurrent

AnyLayer = Annotated[Layer, call_of(LAYERS, optional=False)]


LayerOrSubmodel = Annotated[
    Layer,
    Checked("a layer", check=lambda said, _: LAYERS.check(said), schema=OR_SUBMODEL, family=LAYERS),
]
"""A layer; `expand` puts one in the place of a submodel."""


class Wrapper(Layer):
    """Base class of layers that call an inner layer on one tensor."""

    layer: AnyLayer
    """The inner layer."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that the inner layer has one input and one output."""
        inner, kind = self.layer, self.layer.kind()
        if inner.merges or inner.min_inputs > 1:
            message = f"{self.kind()} passes one input to its layer, but {kind} takes several"
            yield Problem("conflicting-arguments", message, "layer")
        elif inner.outputs():
            message = f"{self.kind()} supports only one output of its layer, but {kind} has several"
            yield Problem("conflicting-arguments", message, "layer")
        for argument in inner.in_call:
            if not inner.is_default(argument):
                message = (
                    f"{self.kind()} calls its layer itself, so '{argument}' has no effect there"
                )
                yield Problem("conflicting-arguments", message, ("layer", argument))

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the inner layer."""
        types = dtype_rules.converted(self, inputs)
        sequence_rules.within("layer", self.layer.check_dtypes, *types)

    def output_dtype(self, *inputs: str) -> Any:
        """The type of the output of the inner layer, whose floats are those of this one."""
        found = self.layer.output_dtype(*dtype_rules.converted(self, inputs))
        return compute_dtype(self.dtype) if found in FLOAT_TYPES else found

    def inner(self) -> Iterator[tuple[str, Layer]]:
        """The layer that it calls."""
        yield "layer", self.layer

    def in_inference(self) -> Layer:
        """Return the inference behaviour of the inner layer."""
        inner = sequence_rules.within("layer", self.layer.in_inference)
        return type(self).of(self.given | {"layer": inner}, word=self.word)


@kind
class TimeDistributed(Wrapper):
    """Applies a layer or submodel to every step of a sequence, with the same weights."""

    hands_masks_on = True
    layer: LayerOrSubmodel
    """The inner layer, or the name of a submodel with one input and one output."""

    not_inside: ClassVar[tuple[str, ...]] = ("Pipeline", "StochasticDepth")
    """Layers whose output shape at one step Keras cannot compute."""
    recent = (
        Recent(
            "3.15.0",
            "layer",
            "Hashing inside TimeDistributed",
            lambda call: call.layer.kind() == "Hashing",
        ),
    )

    shape = sequence_rules.at_every_step
    weights = sequence_rules.weights_of_a_step
    macs = cost_rules.at_every_step
    reach = reach_rules.at_every_step
    examples = (
        Example(
            {"layer": {"Conv2D": {"filters": 4, "kernel_size": 3}}},
            (None, 7, 8, 8, 3),
            (None, 7, 6, 6, 4),
        ),
        Example({"layer": {"Dense": {"units": 4}}}, (None, None, 3), (None, None, 4)),
        Example({"layer": "Flatten"}, (None, None, 4, 3), (None, None, 12)),
        Example(
            {"layer": {"TimeDistributed": {"layer": {"BatchNormalization": {"center": False}}}}},
            (None, 5, 4, 6, 3),
            (None, 5, 4, 6, 3),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check for penalties of the inner layer, which Keras drops, and for unsupported layers."""
        yield from super().conflicts()
        if self.layer.kind() in self.not_inside:
            message = f"{self.layer.kind()} cannot be used in TimeDistributed"
            yield Problem("conflicting-arguments", message, "layer")
        if self.layer.activity_regularizer is not None:
            message = "TimeDistributed ignores the penalty of its layer; set it on TimeDistributed"
            yield Problem("conflicting-arguments", message, ("layer", "activity_regularizer"))
        if isinstance(self.layer, Recurrent) and self.layer.drops():
            yield from dtype_rules.dropping_conflicts(self, self.layer, "layer")
        elif type(self.layer).weights is not no_weights and not self.is_mixed():
            yield from dtype_rules.weight_conflicts(self, self.layer, "layer")

    def is_mixed(self) -> bool:
        """Return whether it converts the weights of the inner layer to its own type."""
        return self.dtype is not None and self.dtype.startswith("mixed_")


@kind
class SpectralNormalization(Wrapper):
    """Keeps the largest singular value of a kernel near 1 (Miyato et al., 2018, arXiv:1802.05957).

    The kernel is divided whenever the model trains, even if the layer is frozen.
    """

    power_iterations: PositiveInt = 1
    """Number of iterations to refine the estimate of the singular value."""

    output_dtype = dtype_rules.kept
    shape = sequence_rules.as_wrapped
    weights = sequence_rules.normalized_kernel
    macs = cost_rules.as_wrapped
    reach = reach_rules.as_wrapped
    examples = (
        Example(
            {"layer": {"Conv2D": {"filters": 4, "kernel_size": 3}}},
            (None, 8, 7, 3),
            (None, 6, 5, 4),
        ),
        Example({"layer": {"Dense": {"units": 4, "use_bias": False}}}, (None, 3), (None, 4)),
        Example(
            {"layer": {"SpectralNormalization": {"layer": {"Dense": {"units": 4}}}}},
            (None, 3),
            (None, 4),
        ),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data type: Keras casts the output to the type of the input."""
        super().check_dtypes(*inputs)
        if inputs[0] not in FLOAT_TYPES:
            message = f"{self.kind()} casts its output to the type of its input, {inputs[0]}, which has no fractions"
            raise Problem("wrong-dtype", message)

    def in_inference(self) -> Layer:
        """Raise, because no layer does in training what this one does in inference."""
        message = f"{self.kind()} cannot be frozen: it changes its kernel whenever the model trains"
        raise Problem("conflicting-arguments", message)
