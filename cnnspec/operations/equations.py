"""Einstein's summation."""

from collections.abc import Sequence
from typing import Any, ClassVar

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import WHOLE, phrase
from cnnspec.operations import dtypes, product_rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.subscripts import REST, Subscripts, equation_of, sizes_of
from cnnspec.shapes import Dim, Shape, product


@operation
class Einsum(Operation):
    """Multiplies tensors and sums along axes, which letters name: `bij,bjk->bik`."""

    tensors = ("operands",)
    in_front = ("subscripts",)
    max_inputs = None
    subscripts: Subscripts
    """The letters of the axes of each input, and of the output; `...` for any other axes."""

    result_type = dtypes.multiplied
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"subscripts": "bij,bjk->bik"}, [(None, 4, 5), (None, 5, 6)], (None, 4, 6)),
        Example(
            {"subscripts": "bqhd,bkhd->bhqk"}, [(None, 7, 2, 4), (None, 9, 2, 4)], (None, 2, 7, 9)
        ),
        Example({"subscripts": "b...c,cd->b...d"}, [(None, 6, 7, 4), (4, 5)], (None, 6, 7, 5)),
        Example({"subscripts": "bij->bji"}, (None, 4, 5), (None, 5, 4)),
        Example({"subscripts": "bi,bi"}, [(3, 5), (3, 5)], ()),
    )

    def check_count(self, count: int) -> None:
        """Check that there is an input for each term.

        Raises:
            Problem: there are more or fewer.

        """
        terms = len(equation_of(self.subscripts).inputs)
        if count != terms:
            inputs = "one input" if terms == 1 else f"{terms} inputs"
            message = f"'{self.subscripts}' takes {inputs}, not {count}"
            raise Problem("wrong-input-count", message, "subscripts")

    def check_dtypes(self, *inputs: str) -> None:
        """Check that not all are truth values."""
        super().check_dtypes(*inputs)
        if set(inputs) == {"bool"}:
            raise Problem("wrong-dtype", f"{self.kind()} takes {phrase(WHOLE)}, not bool")

    def arranged(  # type: ignore[override]  # the subscripts are of the call, not of the kind
        self, inputs: Sequence[Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the subscripts and the inputs."""
        return (self.subscripts, *inputs), {}

    def shape(self, *shapes: Shape) -> Shape:
        """Return the sizes of the letters of the output."""
        equation = equation_of(self.subscripts)
        sizes = sizes_of(equation, shapes, self.subscripts)
        found: list[Dim] = []
        for letter in equation.output:
            found += sizes[REST] if letter == REST else (sizes[letter],)
        return tuple(found)

    def output_dtype(self, *inputs: str) -> str:
        """Compute the data type of the result."""
        return dtypes.multiplied(self, *inputs)

    def macs(self, *shapes: Shape) -> Dim:
        """One product for every combination of letters, for each input after the first."""
        if len(shapes) == 1:
            return 0
        equation = equation_of(self.subscripts)
        sizes = sizes_of(equation, shapes, self.subscripts)
        outside = [sizes[letter] for letter in sizes if letter not in (*equation.output, REST)]
        own = product_rules.per_sample(self.shape(*shapes), tuple(outside))
        return product((own, len(shapes) - 1))
