"""The base of layer declarations: arguments, rules for shapes and weights, and examples."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.fields import FLOAT_TYPES, DtypePolicy, Flag
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.layers import dtype_rules
from cnnspec.layers.families import FAMILIES
from cnnspec.layers.fields import Regularizer
from cnnspec.layers.refusals import REFUSALS
from cnnspec.objects.activations import SOFTMAX
from cnnspec.records import Record, replace
from cnnspec.shapes import Dim, Shape, product, text

LAYERS: "Family[Layer]" = Family(
    "layer",
    "layers",
    {f"cnnspec.layers.{module}": words for module, words in FAMILIES.items()},
    REFUSALS,
)
kind = LAYERS
"""Decorator that declares a kind of layer."""
INNER = "layer"
"""The argument of wrappers that is a layer."""
FLAGS = ("training", "use_causal_mask", "return_attention_scores", "reverse")
"""The arguments of calls that are flags, of all kinds; `in_call` of a kind has its own."""


class Weight(Record):
    """A weight of a layer: its name in the layer, its shape, and whether it is trainable."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True
    places: tuple[str, ...] = ("",)
    """Where Keras stores it: the path of attributes to the inner layer that holds it.

    A weight has several paths if layers share it.
    """

    @property
    def size(self) -> int:
        """The number of values."""
        return product(self.shape) or 0

    def inside(self, part: str) -> "Weight":
        """Return the same weight for a layer that has the layer of this weight as an attribute."""
        places = tuple(f"{part}/{place}" if place else part for place in self.places)
        return replace(self, places=places)


def stored_at(weights: Iterable[Weight]) -> dict[str, Weight]:
    """Return the weights of a layer by their paths in Keras files, such as `layer/cell/0`."""
    return {path: weight for weight, paths in with_paths(weights) for path in paths}


def with_paths(weights: Iterable[Weight]) -> Iterator[tuple[Weight, list[str]]]:
    """Yield the weights of a layer in its order, each with its paths in Keras files."""
    counted: Counter[str] = Counter()
    for weight in weights:
        paths = []
        for place in weight.places:
            paths.append(f"{place}/{counted[place]}" if place else str(counted[place]))
            counted[place] += 1
        yield weight, paths


class Example(Record):
    """An example call of a kind, with the shapes of its inputs and outputs."""

    arguments: dict[str, Any]
    inputs: Any
    """One shape, or a list of shapes for a layer with several inputs."""
    output: Any
    """One shape, or a list of shapes for a layer with several outputs."""
    dtype: str = "float32"
    """The data type of every input."""
    dtypes: tuple[str, ...] = ()
    """The data types of the inputs, if they differ."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all inputs."""
        return tuple(self.inputs) if isinstance(self.inputs, list) else (self.inputs,)

    @property
    def types(self) -> tuple[str, ...]:
        """The data types of all inputs."""
        return self.dtypes or (self.dtype,) * len(self.shapes)

    @property
    def is_for_specs(self) -> bool:
        """Whether a spec can have the inputs: the size of their batches is unknown."""
        return all(shape[:1] == (None,) for shape in self.shapes)


class Named(Protocol):
    """A kind with a name, which rules need for their messages."""

    @classmethod
    def kind(cls) -> str:
        """Return the name of the Keras class."""


def no_weights(layer: object, *inputs: Shape) -> tuple[Weight, ...]:
    """Weight rule for layers without weights."""
    return ()


def no_macs(layer: object, *inputs: Shape) -> Dim:
    """Cost rule for layers without kernels."""
    return 0


def unknown_reach(layer: object, *inputs: Shape) -> Any:
    """Reach rule for layers whose receptive field is unknown."""
    return None


class Layer(Declaration):
    """Base class of layer kinds. A subclass annotates its arguments and sets its rules."""

    trainable: Flag = True
    dtype: DtypePolicy = None
    activity_regularizer: Regularizer = None

    min_inputs: ClassVar[int] = 1
    max_inputs: ClassVar[int | None] = 1
    """Number of inputs; None for any number."""
    merges: ClassVar[bool] = False
    """Whether the inputs are passed as a list, which allows `branches`."""
    weights_known: ClassVar[bool] = True
    """Whether the weight rule knows the weights; it does not for custom classes."""
    takes: ClassVar[tuple[str, ...]] = dtype_rules.NUMBERS
    """The data types that it computes on, unless its arguments change them."""
    converts: ClassVar[tuple[str, ...]] = FLOAT_TYPES
    """The data types of inputs that it converts to its own type first."""
    passes_trainable_on: ClassVar[bool] = True
    """Whether Keras passes `trainable` on to the layers that it makes inside this one."""
    function: ClassVar[str | None] = None
    """The name of the activation that the layer is."""
    ends_with_activation: ClassVar[bool] = False
    """Whether the output is the result of the argument `activation`."""
    is_activation: ClassVar[bool] = False
    """Whether it is an activation, whichever one."""
    passes_values_on: ClassVar[bool] = False
    """Whether in inference the output is the input."""
    moves_values: ClassVar[bool] = False
    """Whether the output has the values of the input at other places."""
    keeps_pixels: ClassVar[bool] = False
    """Whether the output is an image with the range of the input."""
    hands_masks_on: ClassVar[bool] = False
    """Whether its output has the mask of its input; of recurrent layers, if it is a sequence."""
    is_operation: ClassVar[bool] = False
    """Whether it is a function of keras.ops, which a built model has without being a layer."""
    examples: ClassVar[tuple[Example, ...]] = ()

    shape: ClassVar[Callable[..., Any]]
    """The rule that computes the shape of the output from the shapes of the inputs.

    Raises `Problem` if the layer does not accept the inputs.
    """
    weights: ClassVar[Callable[..., tuple[Weight, ...]]] = no_weights
    """The rule that computes the weights from the shapes of the inputs: trainable ones first.

    Raises `Problem` if a weight depends on an unknown size.
    """

    macs: ClassVar[Callable[..., Dim]] = no_macs
    """The rule that computes the multiply-accumulates of a sample from the shapes of the inputs."""
    reach: ClassVar[Callable[..., Any]] = unknown_reach
    """The rule that computes the reach of an output position from the shapes of the inputs."""
    lacks_gradient: ClassVar[bool] = False
    """Whether TensorFlow fails to train weights before it."""
    stops_gradient: ClassVar[bool] = False
    """Whether weights before it are not trained through it, without an error."""
    output_dtype: ClassVar[Callable[..., Any]] = dtype_rules.own
    """The rule that computes the data type of the output from those of the inputs."""

    def outputs(self) -> tuple[str, ...]:
        """Return the names of the outputs if there are several; a step refers to the first.

        The shape rule and `output_dtype` of such a layer return a list with one item per output.
        """
        return ()

    def passes_on(self) -> bool:
        """Return whether in inference the output is the input."""
        return self.passes_values_on

    def makes_mask(self) -> bool:
        """Return whether it marks what later layers ignore."""
        return False

    def last_activation(self) -> str | None:
        """Return the activation along the last axis that the layer ends with, if it is known."""
        if not self.ends_with_activation:
            return self.function
        activation = str(self.meant("activation"))
        first = "data_format" in self.arguments() and self.meant("data_format") == "channels_first"
        return None if first and activation in SOFTMAX else activation

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the positional and keyword arguments of the Keras call for some inputs."""
        return ((list(inputs),) if cls.merges else tuple(inputs)), {}

    def computes_on(self) -> tuple[str, ...]:
        """Return the data types that it computes on, of inputs and as its own."""
        return self.takes

    def check_count(self, count: int) -> None:
        """Check the number of inputs of a call.

        Raises:
            Problem: it gets more or fewer than it takes.

        """
        least, most = self.min_inputs, self.max_inputs
        if count < least or (most is not None and count > most):
            wanted = {1: "one input"}.get(least, f"{least} inputs")
            wanted = wanted if most is not None else f"{wanted} or more"
            raise Problem("wrong-input-count", f"{self.kind()} takes {wanted}, not {count}")

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the inputs and of the layer.

        Raises:
            Problem: the layer does not support them.

        """
        dtype_rules.check_types(self, inputs)

    def called_again(self, step: Mapping[str, Any]) -> Self:
        """Return the same layer with the flags of another call of it.

        Raises:
            Problems: the layer has no such flag, or it has another value.

        """
        for key in (each for each in step if each not in self.in_call):
            message = f"'{key}' is not an argument of calls of {self.kind()}"
            raise Problems([Problem("unknown-argument", message, key)])
        again = type(self).of({**self.given, **step}, word=self.word)
        if len(again.outputs()) > max(len(self.outputs()), 1):
            more = " and ".join(again.outputs())
            message = (
                f"Keras connects {more} of a further call only if the first call has them as well"
            )
            raise Problems([Problem("conflicting-arguments", message, next(iter(step)))])
        return again

    def inner(self) -> "Iterator[tuple[str, Layer]]":
        """Yield the wrapped layers, each with the Keras attribute that holds it."""
        return iter(())

    def in_inference(self) -> "Layer":
        """Return a layer that does in training what this one does in inference."""
        return self


def known(size: int | None, axis: int, shape: Shape, layer: Named) -> int:
    """Return a size that a weight depends on.

    Raises:
        Problem: the size is unknown.

    """
    if size is None:
        counted = axis if axis >= 0 else len(shape) + axis
        message = (
            f"{layer.kind()} needs to know the size of axis {counted} of its input {text(shape)}"
        )
        raise Problem("unknown-size", message)
    return size
