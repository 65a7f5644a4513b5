"""Sources of training data."""

from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Choice, Flag
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import DATA


def _size(value: Any, _: type[Declaration]) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Problem("wrong-type", "")
    for position, side in enumerate(value):
        if not isinstance(side, int) or isinstance(side, bool):
            raise Problem("wrong-type", "", (position,))
        if side < 1:
            raise Problem("out-of-range", "", (position,))
    return value[0], value[1]


def _path(value: Any, _: type[Declaration]) -> str:
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    if not value or "\0" in value:
        raise Problem("unknown-value", "")
    return value


def _letter(value: Any, _: type[Declaration]) -> str:
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    if len(value) != 1 or value in '\r\n"\0':
        raise Problem("unknown-value", "")
    return value


FilePath = Annotated[str, Checked("a path", check=_path, schema={"type": "string", "minLength": 1})]
Letter = Annotated[
    str,
    Checked(
        "one character", check=_letter, schema={"type": "string", "minLength": 1, "maxLength": 1}
    ),
]
ImageSize = Annotated[tuple[int, int], Checked("a height and a width in pixels", check=_size)]
Dataset = Annotated[str, Choice("mnist", "fashion_mnist", "cifar10", "cifar100")]
Colors = Annotated[str, Choice("rgb", "grayscale")]


class DataSource(Declaration):
    """Base class of data sources."""

    example_shape: ClassVar[tuple[int, ...]] = (28, 28, 1)
    """The shape of the input in an example."""
    example_input: ClassVar[Any] = "x / 255"
    """The expression of the input in an example."""
    example_target: ClassVar[str] = "y"
    """The expression of the labels in an example."""

    @classmethod
    def paths(cls) -> tuple[str, ...]:
        """The arguments that are paths."""
        return tuple(name for name, hint in cls.arguments().items() if hint == FilePath)

    @classmethod
    def columns(cls) -> tuple[str, ...] | None:
        """The columns, if they are known without opening the data."""
        return None


@DATA
class npz(DataSource):  # noqa: N801
    """NumPy arrays in an npz file; each is a column, and `x_train` and `x_test` are one, `x`.

    Arrays whose names end in `_train` and `_test` are the two parts of a column; every other array
    is a column with its own name.
    """

    example = {"path": "digits.npz"}
    path: FilePath
    """Path of the file."""
    skip_broken: Flag = False
    """Leave out rows whose image files cannot be decoded, and count them."""


@DATA
class keras(DataSource):  # noqa: N801
    """A data set that Keras downloads, with columns `x` and `y`."""

    example = {"name": "mnist"}
    name: Dataset
    """Name of the data set."""

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns."""
        return ("x", "y")


@DATA
class images(DataSource):  # noqa: N801
    """A folder with one subfolder of images per class; classes are numbered by sorted name."""

    example = {"directory": "flowers", "size": [96, 96]}
    example_shape = (96, 96, 3)
    example_input = "image / 255"
    example_target = "label"
    directory: FilePath
    """Path of the folder; subfolders `train`, `validation` and `test` are its parts."""
    size: ImageSize
    """Size to which images are resized."""
    color_mode: Colors = "rgb"
    skip_broken: Flag = False
    """Leave out images that cannot be decoded, and count them."""

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns."""
        return ("image", "label")


@DATA
class csv(DataSource):  # noqa: N801
    """A CSV table of numbers and text, whose first line names the columns."""

    example = {"path": "flowers.csv"}
    example_shape = (2,)
    example_input = ("width", "height / 10")
    example_target = "species"
    path: FilePath
    """Path of the file."""
    delimiter: Letter = ","
    skip_broken: Flag = False
    """Leave out rows whose image files cannot be decoded, and count them."""
