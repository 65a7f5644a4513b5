"""The wrapper that calls a recurrent layer forwards and backwards."""

from collections.abc import Iterator
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Choice, FloatPolicy
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, reach_rules, sequence_rules
from cnnspec.layers.base import LAYERS, Example, Layer, kind
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.layers.recurrent import Recurrent


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
