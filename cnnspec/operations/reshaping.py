"""Functions that move, split or join values without changing them."""

from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Axis, int_or_ints
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Shape, text


def _sections(value: Any, declaration: type[Declaration]) -> int | tuple[int, ...]:
    sections = int_or_ints(value, declaration)
    if isinstance(sections, int) and sections < 1:
        raise Problem("out-of-range", "")
    return sections


Sections = Annotated[
    int | tuple[int, ...],
    Checked("a number of equal parts, or a list of the indices at which to cut", check=_sections),
]


@operation
class Split(Operation):
    """Splits a tensor along an axis; the parts are `name/0`, `name/1`, ..."""

    indices_or_sections: Sections
    """The number of equal parts, or the indices at which to cut."""
    axis: Axis = 0
    """The axis to split."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"indices_or_sections": 2, "axis": -1},
            (None, 26, 26, 8),
            [(None, 26, 26, 4), (None, 26, 26, 4)],
        ),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts."""
        sections = self.indices_or_sections
        count = sections if isinstance(sections, int) else len(sections) + 1
        return tuple(map(str, range(count)))

    def result(self, shape: Shape) -> list[Shape]:
        """Compute the shapes of the parts."""
        axis, sections = rules.axis_of(self, self.axis, shape), self.indices_or_sections
        size = shape[axis]
        if isinstance(sections, int):
            if size is not None and size % sections:
                message = f"{self.kind()} cannot split axis {axis} of {text(shape)} into {sections} equal parts"
                raise Problem("shape-mismatch", message, "indices_or_sections")
            sizes = [None if size is None else size // sections] * sections
        else:
            raise Problem("unknown-value", "indices are not supported yet")
        return [(*shape[:axis], each, *shape[axis + 1 :]) for each in sizes]

    def output_dtype(self, *inputs: str) -> list[str]:
        """Every part has the data type of the tensor."""
        return [inputs[0]] * len(self.outputs())
