"""The networks of `keras.applications` that can be submodels, with their requirements."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Choice, Flag, OptionalText, PositiveInt, PositiveNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import APPLICATIONS

IMAGENET = "imagenet"
"""The value of `weights` for the weights that Keras downloads."""
IMAGENET_CLASSES = 1000
CHANNELS = 3
NOT_YET = frozenset(
    (
        "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
        "DenseNet169", "DenseNet201", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3",
        "EfficientNetB4", "EfficientNetB5", "EfficientNetB6", "EfficientNetB7",
        "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3",
        "EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S", "InceptionResNetV2", "MobileNet",
        "MobileNetV3Large", "MobileNetV3Small", "NASNetLarge", "NASNetMobile", "ResNet101",
        "ResNet101V2", "ResNet152", "ResNet50V2", "VGG19",
    )
)  # fmt: skip
"""The other networks in Keras."""

Shape = tuple[int | None, int | None, int]


def _shape(value: Any, _: type[Declaration]) -> Shape | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise Problem("wrong-type", "")
    for position, size in enumerate(value):
        if size is None and position < 2:
            continue
        if not isinstance(size, int) or isinstance(size, bool):
            raise Problem("wrong-type", "", (position,))
        if size < 1:
            raise Problem("out-of-range", "", (position,))
    return value[0], value[1], value[2]


InputShape = Annotated[
    Shape | None,
    Checked(
        "a height, a width (null if they vary) and a number of channels, or null", check=_shape
    ),
]


class Network(Declaration):
    """Base class of the networks of `keras.applications`, with their arguments."""

    mode: ClassVar[Literal["caffe", "tf", "torch", None]]
    """Expected scaling of pixels: BGR minus the mean, -1 to 1, or normalized; None for 0 to 255."""
    sizes: ClassVar[tuple[int, ...]] = (224,)
    """Image sizes with ImageNet weights including the top; the last one is the default."""
    smallest: ClassVar[int] = 32
    """The smallest image size."""

    example = {"include_top": False, "pooling": "avg"}
    include_top: Flag = True
    """Whether to include the classifier."""
    weights: OptionalText = IMAGENET
    """`imagenet`, the path of a weights file of this network, or null for random weights."""
    input_shape: InputShape = None
    """Shape of the input. Default: the usual size with a top, any size without."""
    pooling: Annotated[str | None, Choice("avg", "max", None)] = None
    """Pooling of the features without a top; null returns them as an image."""
    classes: PositiveInt = IMAGENET_CLASSES
    """Number of classes of the top."""
    classifier_activation: Annotated[str | None, Choice("softmax", None)] = "softmax"
    """Activation of the top."""

    @property
    def shape(self) -> Shape:
        """The shape of the input."""
        size = self.sizes[-1] if self.include_top else None
        return self.input_shape or (size, size, CHANNELS)

    @property
    def is_imagenet_only(self) -> bool:
        """Whether Keras adds a layer to the network only for the weights of ImageNet."""
        return False

    def conflicts(self) -> Iterator[Problem]:
        """Yield problems with arguments that Keras would reject or ignore."""
        height, width, channels = self.shape
        for position, size in enumerate((height, width)):
            if size is not None and size < self.smallest:
                message = (
                    f"{self.kind()} takes images of at least {self.smallest} x {self.smallest}"
                )
                yield Problem("out-of-range", message, ("input_shape", position))
        if self.include_top and None in (height, width):
            message = "a network with its top needs a fixed image size in 'input_shape'"
            yield Problem("conflicting-arguments", message, "input_shape")
        if self.include_top and self.pooling is not None:
            message = "'pooling' applies only to networks without a top; this one has 'include_top'"
            yield Problem("conflicting-arguments", message, "pooling")
        for name in ("classes", "classifier_activation"):
            if name in self.given and not self.include_top:
                message = f"'{name}' applies to the top, but 'include_top' is false"
                yield Problem("conflicting-arguments", message, name)
        if self.weights == IMAGENET:
            yield from self._conflicts_with_imagenet(height, width, channels)

    def _conflicts_with_imagenet(
        self, height: int | None, width: int | None, channels: int
    ) -> Iterator[Problem]:
        if channels != CHANNELS:
            message = f"the weights of ImageNet are for {CHANNELS} channels, not {channels}"
            yield Problem("conflicting-arguments", message, ("input_shape", 2))
        if self.include_top and self.classes != IMAGENET_CLASSES:
            message = (
                f"the weights of ImageNet are for {IMAGENET_CLASSES} classes, not {self.classes}"
            )
            yield Problem("conflicting-arguments", message, "classes")
        is_fixed = height is not None and width is not None
        if self.include_top and is_fixed and (height != width or height not in self.sizes):
            sizes = " or ".join(f"{size} x {size}" for size in self.sizes)
            message = f"the weights of ImageNet with a top are for images of size {sizes}"
            yield Problem("conflicting-arguments", message, "input_shape")


@APPLICATIONS
class DenseNet121(Network):
    """DenseNet-121: every layer sees all layers before it; 8 million parameters."""

    mode = "torch"


@APPLICATIONS
class EfficientNetB0(Network):
    """EfficientNet-B0: inverted residuals with squeeze and excitation; 5 million parameters."""

    mode = None

    @property
    def is_imagenet_only(self) -> bool:
        """Keras adds a layer, because these weights were trained with another scaling."""
        return self.weights == IMAGENET


@APPLICATIONS
class InceptionV3(Network):
    """Inception-v3: kernels of several sizes in parallel; 24 million parameters."""

    mode = "tf"
    sizes = (299,)
    smallest = 75


@APPLICATIONS
class MobileNetV2(Network):
    """MobileNetV2: inverted residuals with linear bottlenecks; 3.5 million parameters."""

    mode = "tf"
    sizes = (96, 128, 160, 192, 224)
    alpha: PositiveNumber = 1.0
    """Factor of the number of channels of every layer."""

    def conflicts(self) -> Iterator[Problem]:
        """Yield problems that Keras would raise; there are weights only for a few widths."""
        yield from super().conflicts()
        if self.weights == IMAGENET and self.alpha not in IMAGENET_WIDTHS:
            widths = ", ".join(map(str, IMAGENET_WIDTHS))
            message = f"the weights of ImageNet are for an 'alpha' of {widths}, not {self.alpha}"
            yield Problem("conflicting-arguments", message, "alpha")


IMAGENET_WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)


@APPLICATIONS
class ResNet152V2(Network):
    """ResNet-152 V2: residuals that normalize before each convolution; 60 million parameters."""

    mode = "tf"


@APPLICATIONS
class ResNet50(Network):
    """ResNet-50: every block adds to its input; 26 million parameters."""

    mode = "caffe"


@APPLICATIONS
class VGG16(Network):
    """VGG-16: a deep network of 3 x 3 convolutions; 138 million parameters."""

    mode = "caffe"


@APPLICATIONS
class Xception(Network):
    """Xception: an Inception network of separable convolutions; 23 million parameters."""

    mode = "tf"
    sizes = (299,)
    smallest = 71
