"""Layers that wrap another layer, given as a call: `TimeDistributed: {layer: {Conv2D: ...}}`."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.family import call_of
from cnnspec.declarations.fields import FLOAT_TYPES, Choice, FloatPolicy, PositiveInt
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


def _recurrent(*, optional: bool) -> Checked:
    phrase = "a recurrent layer such as LSTM"

    def check(value: Any, declaration: type[Declaration]) -> Recurrent | None:
        if value is None and optional:
            return None
        layer = LAYERS.check(value)
        if not isinstance(layer, Recurrent):
            message = f"{declaration.kind()} needs {phrase}, not {layer.kind()}"
            raise Problem("wrong-type", message)
        return layer

    def backwards(call: "Bidirectional") -> Recurrent:
        layer = call.layer
        given = layer.given | {"go_backwards": True}  # which is not known of every layer
        return type(layer).of(given, word=layer.word)

    expected = f"{phrase}{', or null' if optional else ''}"
    schema = {"anyOf": [{"$ref": "#/$defs/layers"}, *([{"type": "null"}] if optional else [])]}
    null = backwards if optional else None
    return Checked(expected, check=check, schema=schema, null=null, family=LAYERS)


RecurrentLayer = Annotated[Recurrent, _recurrent(optional=False)]
OptionalRecurrentLayer = Annotated[Recurrent | None, _recurrent(optional=True)]


@kind
class Bidirectional(Layer):
    """Two recurrent layers over one sequence, forward and backward (Schuster and Paliwal, 1997).

    The states of the inner layers are inputs after the sequence, and outputs with `return_state`:
    `forward_state_h`, `forward_state_c`, `backward_state_h`, `backward_state_c`. The output before
    them is `output`; with `merge_mode: null` there are two, `forward` and `backward`, and the name
    of the step refers to the first.
    """

    hands_masks_on = True
    layer: RecurrentLayer
    """The forward layer."""
    merge_mode: Annotated[str | None, Choice("concat", "sum", "mul", "ave", None)] = "concat"
    """How to merge the two outputs; null returns both."""
    backward_layer: OptionalRecurrentLayer = None
    """The backward layer; null means a copy of the forward layer with its own weights."""

    dtype: FloatPolicy = None
    max_inputs = None
    shape = sequence_rules.both_ways
    weights = sequence_rules.weights_both_ways
    macs = cost_rules.both_ways
    reach = reach_rules.everything
    arranged = Recurrent.arranged
    examples = (
        Example({"layer": {"LSTM": {"units": 4}}}, (None, 7, 3), (None, 8)),
        Example(
            {"layer": {"GRU": {"units": 4, "return_sequences": True}}, "merge_mode": None},
            (None, None, 3),
            [(None, None, 4), (None, None, 4)],
        ),
        Example(
            {"layer": {"LSTM": {"units": 4, "return_state": True}}, "merge_mode": "sum"},
            [(None, 7, 3), *[(None, 4)] * 4],
            [(None, 4)] * 5,
        ),
        Example(
            {
                "layer": {"SimpleRNN": {"units": 4}},
                "backward_layer": {"GRU": {"units": 4, "go_backwards": True}},
                "merge_mode": "ave",
            },
            (None, None, 3),
            (None, 4),
        ),
        Example(
            {"layer": {"ConvLSTM1D": {"filters": 4, "kernel_size": 3, "return_sequences": True}}},
            (None, 5, 8, 2),
            (None, 5, 6, 8),
        ),
    )

    def backwards(self) -> Recurrent:
        """The backward layer."""
        backward: Recurrent = self.meant("backward_layer")
        return backward

    def conflicts(self) -> Iterator[Problem]:
        """Check that one layer goes forward and one backward, and that both return the same."""
        back = self.backwards()
        at = "layer" if self.backward_layer is None else "backward_layer"
        if back.go_backwards == self.layer.go_backwards:
            message = (
                "one of the two layers of Bidirectional must have 'go_backwards', the other not"
            )
            yield Problem("conflicting-arguments", message, at)
        for name in ("return_sequences", "return_state", "stateful"):
            if getattr(back, name) != getattr(self.layer, name):
                message = f"both layers of Bidirectional must have the same '{name}'"
                yield Problem("conflicting-arguments", message, at)

    def state_names(self) -> tuple[str, ...]:
        """The states of the forward layer, then those of the backward layer."""
        pairs = (("forward", self.layer), ("backward", self.backwards()))
        return tuple(f"{way}_{name}" for way, layer in pairs for name in layer.state_names())

    def states_are_flat(self) -> bool:
        """Whether Keras takes the states of both layers as one list."""
        return self.layer.states_are_flat() and self.backwards().states_are_flat()

    def outputs(self) -> tuple[str, ...]:
        """The output or outputs, and the states of both layers with `return_state`."""
        states = self.state_names() if self.layer.return_state else ()
        if self.merge_mode is None:
            return ("forward", "backward", *states)
        return ("output", *states) if states else ()

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of both layers."""
        super().check_dtypes(*inputs)
        sequence_rules.within("layer", self.layer.check_dtypes, *inputs)
        part = "layer" if self.backward_layer is None else "backward_layer"
        sequence_rules.within(part, self.backwards().check_dtypes, *inputs)

    def output_dtype(self, *inputs: str) -> Any:
        """All outputs have the type that the layer computes in."""
        dtype = compute_dtype(self.dtype)
        return [dtype] * len(self.outputs()) or dtype

    def inner(self) -> Iterator[tuple[str, Layer]]:
        """Yield both layers; by default the backward layer is a copy of the forward layer."""
        yield "forward_layer", self.layer
        yield "backward_layer", self.backwards()

    def in_inference(self) -> Layer:
        """Return the inference behaviour: neither layer drops anything."""
        inner = {"layer": self.layer.in_inference()}
        if self.backward_layer is not None:
            inner["backward_layer"] = self.backward_layer.in_inference()
        return type(self).of(self.given | inner, word=self.word)
