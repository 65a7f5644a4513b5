"""What a layer declaration is: arguments, a shape rule, weights, examples."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Protocol

from cnnspec.declarations import Declaration, Family, Problem
from cnnspec.fields import DEFAULT_TYPE, FLOAT_TYPES, DtypePolicy, Flag
from cnnspec.layers.families import FAMILIES
from cnnspec.layers.fields import Regularizer
from cnnspec.layers.refusals import REFUSALS
from cnnspec.records import Record, replace
from cnnspec.shapes import Dim, Shape, product, text

LAYERS = Family(
    "layer",
    "layers",
    {f"cnnspec.layers.{module}": words for module, words in FAMILIES.items()},
    REFUSALS,
)
kind = LAYERS
"""The decorator that declares a layer kind."""


class Weight(Record):
    """A weight of a layer: its name in the layer, its shape, whether training may change it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True
    places: tuple[str, ...] = ("",)
    """Where Keras stores it: the path of attributes to the layer inside this one that holds it.

    There are several where layers share it.
    """

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return product(self.shape) or 0

    def inside(self, part: str) -> "Weight":
        """The same weight, seen from a layer that holds this one's as an attribute."""
        places = tuple(f"{part}/{place}" if place else part for place in self.places)
        return replace(self, places=places)


class Example(Record):
    """A call of a kind with the shapes it takes and gives."""

    arguments: dict[str, Any]
    inputs: Any
    """One shape, or a list of shapes for a layer of several inputs."""
    output: Any
    """One shape, or a list of shapes for a layer of several outputs."""
    dtype: str = "float32"
    """The data type of every input."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all inputs."""
        return tuple(self.inputs) if isinstance(self.inputs, list) else (self.inputs,)


class Named(Protocol):
    """A kind with a name: what a rule needs for its messages."""

    @classmethod
    def kind(cls) -> str:
        """The name of the Keras class."""


def no_weights(layer: object, *inputs: Shape) -> tuple[Weight, ...]:
    """The rule of layers without weights."""
    return ()


def no_macs(layer: object, *inputs: Shape) -> Dim:
    """The rule of layers without kernels."""
    return 0


def unknown_reach(layer: object, *inputs: Shape) -> Any:
    """The rule of layers of which it is not known where they look."""
    return None


class Layer(Declaration):
    """A layer kind. A subclass annotates its arguments and names its rules."""

    trainable: Flag = True
    dtype: DtypePolicy = None
    activity_regularizer: Regularizer = None

    min_inputs: ClassVar[int] = 1
    max_inputs: ClassVar[int | None] = 1
    """How many inputs it takes; None for any number."""
    merges: ClassVar[bool] = False
    """Whether its inputs come as one list, so that `branches` makes sense."""
    weights_known: ClassVar[bool] = True
    """Whether the weight rule knows them; it cannot for a class of the user's own."""
    passes_dtype: ClassVar[bool] = False
    """Whether inputs that are no floats keep their data type rather than getting the layer's own."""
    passes_trainable_on: ClassVar[bool] = True
    """Whether Keras passes `trainable` on to the layers that it makes inside this one."""
    takes_text: ClassVar[bool] = False
    """Whether its inputs may be texts; what passes data types on takes them, too."""
    examples: ClassVar[tuple[Example, ...]] = ()

    shape: ClassVar[Callable[..., Any]]
    """The rule for the shape of the output, from the shapes of the inputs.

    Raises `Problem` where the layer cannot take them.
    """
    weights: ClassVar[Callable[..., tuple[Weight, ...]]] = no_weights
    """The rule for the weights, from the shapes of the inputs: the trainable ones first, as in Keras.

    Raises `Problem` where a size that a weight depends on is unknown.
    """

    macs: ClassVar[Callable[..., Dim]] = no_macs
    """The rule for the multiply-accumulates of one sample, from the shapes of the inputs."""
    reach: ClassVar[Callable[..., Any]] = unknown_reach
    """The rule for where a place of the output looks, from the shapes of the inputs."""

    def outputs(self) -> tuple[str, ...]:
        """The names of its outputs where it has several; the first is what a step stands for.

        The shape rule and `output_dtype` of such a layer give a list, one item for each.
        """
        return ()

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The positional and keyword arguments of its Keras call for its inputs in their order."""
        return ((list(inputs),) if cls.merges else tuple(inputs)), {}

    def check_dtypes(self, *inputs: str) -> None:
        """Look at the data types of the inputs, and at the layer's own.

        Raises:
            Problem: the layer cannot work with them.

        """
        if "string" in inputs and not (self.takes_text or self.passes_dtype):
            raise Problem("wrong-dtype", f"{self.kind()} takes numbers, not text")

    def output_dtype(self, *inputs: str) -> Any:
        """The data type of the output."""
        if self.passes_dtype and inputs[0] not in FLOAT_TYPES:
            return inputs[0]
        return compute_dtype(self.dtype)

    def inner(self) -> "Iterator[tuple[str, Layer]]":
        """The layers that it wraps, each with the attribute of Keras that holds it."""
        return iter(())

    def in_inference(self) -> "Layer":
        """The layer that does in training what this one does in inference, and no more."""
        return self


INITIALIZED_AXES = {"Identity": (2, 2), "Orthogonal": (2, None), "STFT": (3, 3)}
"""How many axes a weight must and may have for the initializers that do not take any."""


def check_initializers(layer: Layer, weights: Sequence[Weight]) -> None:
    """Hold the weights of a layer against its initializers.

    Raises:
        Problem: an initializer cannot make a weight of that many axes.

    """
    for weight in weights:
        part = weight.name.removesuffix("_kernel")
        names = [f"{weight.name}_initializer", f"{part}_initializer"]
        names += ["depthwise_initializer"] if weight.name == "kernel" else []
        argument = next((name for name in names if name in layer.arguments()), None)
        if argument is None:
            continue
        initializer = layer.checked(argument)
        least, most = INITIALIZED_AXES.get(initializer.kind() if initializer else "", (0, None))
        axes = len(weight.shape)
        if axes < least or (most is not None and axes > most):
            message = (
                f"{initializer.kind()} cannot make the {weight.name} of {layer.kind()}, "
                f"which has {axes} {'axis' if axes == 1 else 'axes'}"
            )
            raise Problem("shape-mismatch", message, argument)


def compute_dtype(policy: str | None) -> str:
    """The type that a layer computes in under a policy; Keras's default is float32."""
    return (policy or DEFAULT_TYPE).removeprefix("mixed_")


def known(size: int | None, axis: int, shape: Shape, layer: Named) -> int:
    """A size that a weight depends on.

    Raises:
        Problem: it is unknown.

    """
    if size is None:
        counted = axis if axis >= 0 else len(shape) + axis
        message = (
            f"{layer.kind()} needs to know the size of axis {counted} of its input {text(shape)}"
        )
        raise Problem("unknown-size", message)
    return size
