"""Connectionist temporal classification: sequences of labels from sequences of scores."""

from typing import Annotated, ClassVar

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import Choice, Flag, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example, Named
from cnnspec.layers.dtype_rules import NUMBERS
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Dim, Shape, text

BEAM_SEARCH = "beam_search"

ClassIndex = Annotated[int, Expects("a whole number (a class)")]


def check_lengths(operation: Named, scores: Shape, *lengths: Shape) -> Dim:
    """Check that there is a length for each sequence of scores, and return their number.

    Raises:
        Problem: the tensors have other axes, or another number of samples.

    """
    rules.check_rank(operation, scores, 3, 3)
    for shape in lengths:
        if len(shape) != 1 or shape[0] != scores[0]:
            message = f"{operation.kind()} takes a length for each sample of {text(scores)}, not {text(shape)}"
            raise Problem("shape-mismatch", message)
    return scores[0]


def check_blank(operation: Named, blank: int, scores: Shape) -> None:
    """Check that a class is one of the scores.

    Raises:
        Problem: there are fewer classes.

    """
    classes = scores[-1]
    if classes is not None and not -classes <= blank < classes:
        message = f"'mask_index' of {operation.kind()} is {blank}, but its input {text(scores)} has {classes} classes"
        raise Problem("out-of-range", message, "mask_index")


@operation
class CtcLoss(Operation):
    """The loss of sequences of scores, which need not be aligned with the labels."""

    tensors = ("target", "output", "target_length", "output_length")
    min_inputs = 4
    max_inputs = 4
    mask_index: ClassIndex = 0
    """The class that stands for no label."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {},
            [(None, 3), (None, 8, 5), (None,), (None,)],
            (None,),
            dtypes=("int32", "float32", "int32", "int32"),
        ),
    )

    def result_type(self, *inputs: str) -> str:
        """Return the type of the scores, but at least float32."""
        return dtypes.promoted(inputs[1], "float32")

    def check_dtypes(self, *inputs: str) -> None:
        """Check that lengths are whole numbers."""
        super().check_dtypes(*inputs)
        for operand in self.tensors[2:]:
            operand_rules.check_indices(self, operand, inputs, operand_rules.WIDE_INDICES)

    def result(self, target: Shape, output: Shape, *lengths: Shape) -> Shape:
        """Return a loss for each sample."""
        rules.check_rank(self, target, 2, 2)
        count = check_lengths(self, output, *lengths)
        check_blank(self, self.mask_index, output)
        if target[0] != count:
            message = (
                f"{self.kind()} takes labels for each sample of {text(output)}, not {text(target)}"
            )
            raise Problem("shape-mismatch", message)
        return (count,)


@operation
class CtcDecode(Operation):
    """The likeliest labels of sequences of scores (`name/0`, filled with -1), and their own scores (`name/1`)."""

    tensors = ("inputs", "sequence_lengths")
    min_inputs = 2
    max_inputs = 2
    takes = NUMBERS
    strategy: Annotated[str, Choice("greedy", BEAM_SEARCH)] = "greedy"
    """Whether to take the likeliest class of each step, or to search for the likeliest sequences."""
    beam_width: PositiveInt = 100
    """How many sequences a beam search keeps."""
    top_paths: PositiveInt = 1
    """How many sequences a beam search returns."""
    merge_repeated: Flag = True
    """Whether a greedy search takes equal labels in a row for one."""
    mask_index: ClassIndex = 0
    """The class that stands for no label."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {},
            [(None, 8, 5), (None,)],
            [(1, None, 8), (None, 1)],
            dtypes=("float32", "int32"),
        ),
        Example(
            {"strategy": BEAM_SEARCH, "beam_width": 10},
            [(None, 8, 5), (None,)],
            [(1, None, 8), (None, 1)],
            dtypes=("float32", "int32"),
        ),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the results."""
        return rules.numbered(2)

    def output_dtype(self, *inputs: str) -> list[str]:
        """Labels are whole numbers; their scores have the type of the input, but at least float32."""
        return ["int32", dtypes.promoted(inputs[0], "float32")]

    def result(self, scores: Shape, lengths: Shape) -> list[Shape]:
        """Return the shapes of the sequences and of their scores."""
        count = check_lengths(self, scores, lengths)
        check_blank(self, self.mask_index, scores)
        is_search = self.strategy == BEAM_SEARCH
        if is_search and self.top_paths > self.beam_width:
            message = f"{self.kind()} keeps {self.beam_width} sequences, of which it cannot return {self.top_paths}"
            raise Problem("conflicting-arguments", message, "top_paths")
        if is_search and self.mask_index < 0:
            message = f"'mask_index' of {self.kind()} must be counted from the first class for '{BEAM_SEARCH}', not from the last"
            raise Problem("out-of-range", message, "mask_index")
        paths = self.top_paths if is_search else 1
        return [(paths, count, scores[1]), (count, paths)]
