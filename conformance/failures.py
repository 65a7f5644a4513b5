"""The failures of running models that the static analysis need not foresee."""

from cnnspec.ir.checked import CheckedGraph
from cnnspec.layers.einsum import EinsumDense
from cnnspec.layers.images import CenterCrop
from cnnspec.operations.reshaping import Reshape
from cnnspec.shapes import product
from conformance.configurations import Configuration
from conformance.steps import Failed

NO_GRADIENT = ("gradient registry has no entry", "QrGrad not implemented")
"""The errors of what has no gradient."""
FAILURES_OF_VALUES = {
    ("ops.floor_divide", "ops.mod", "ops.fmod"): (
        "Integer division by zero",
        "whole numbers are random, and zero is among them",
    ),
    ("ops.image.perspective_transform",): (
        "is not invertible",
        "random points need not make a rectangle",
    ),
    ("ops.reshape",): (
        "the requested shape requires a multiple of",
        "whether the values of all samples fill rows depends on their number",
    ),
    ("ops.diag", "ops.diagonal"): (
        "diag_index is out of bound",
        "it depends on the number of samples",
    ),
    ("ops.ctc_decode",): (
        "Less leaves in the beam search than requested",
        "random lengths are 0 or 1, so that there are few sequences",
    ),
    ("ops.cholesky",): ("Cholesky", "random matrices need not be positive definite"),
    ("ops.inv", "ops.solve"): ("is not invertible", "random matrices may be singular"),
}
"""The errors of operations that depend on the values of their inputs, each with the reason."""


FAILURES_OF_GRAPHS = {
    "No OpKernel": "other devices have it",
    "Input dims must be <= 5": "a softmax over more axes runs on other devices",
    "is not in [0, ": "the numbers that a layer computes need not be those of an embedding",
    "ConcatOp : Dimension 0 in both": "operations may change the number of samples, which is unknown",
    "Incompatible shapes": "operations may put samples along any axis, and their number is unknown",
    "Failed to convert elements of [1, None": "Keras loses the sizes of medians, which a BatchNormalization along another axis than the last needs",
    "Dimensions must be equal": "as incompatible shapes, where the graph of a model is made",
    "does not index into shape": "an operation may index samples, whose number is unknown",
    "num_lower must be negative or": "whether a matrix has the diagonal depends on the number of samples",
    "is not in the list of allowed values: bfloat16, half, float, double, int32, int64, complex64": "TensorFlow replaces `x * x` by a square, which it computes for fewer types",
    "is not in the list of allowed values: bfloat16, half, float, double, int8, int16, int32, int64, complex64": "TensorFlow replaces zeros minus `x` by `-x`, which it computes for fewer types; a constant zero is an error",
    "must have a statically known rank": "TensorFlow loses the number of axes of an average with weights, and some layers need it",
    "not defined on an unknown TensorShape": "as above, and so does `ops.inner`",
    "for //: 'NoneType' and 'int'": "Keras loses the sizes of percentiles, which a GroupNormalization needs",
    "Input 'in' must be non-negative": "the numbers that a layer computes need not be those of categories",
    "must be broadcastable": "a Softmax takes no mask of whole steps, and masks are not followed yet",
}
"""The errors of models of several steps that the static analysis accepts, each with the reason."""


def fixes_the_batch(checked: CheckedGraph) -> bool:
    """Whether a reshape to known sizes takes one number of samples only, which random data need not have."""
    return any(
        (node.submodel is not None and fixes_the_batch(node.submodel))
        or (
            isinstance(node.layer, Reshape)
            and -1 not in node.layer.newshape
            and product(node.inputs[0].shape) is None
        )
        for node in checked.nodes
    )


def may_end_the_process(checked: CheckedGraph) -> bool:
    """Whether TensorFlow may write where it must not: its einsum does, if `...` on the right is two axes or more."""
    return any(
        (node.submodel is not None and may_end_the_process(node.submodel))
        or (
            isinstance(node.layer, EinsumDense)
            and node.layer.parts.right
            and len(node.inputs[0].shape) - len(node.layer.parts.inputs) > 1
        )
        for node in checked.nodes
    )


def has_types_of_its_own(checked: CheckedGraph) -> bool:
    """Whether Keras states other data types than it computes: a CenterCrop scales up in float32 only."""
    return any(
        (node.submodel is not None and has_types_of_its_own(node.submodel))
        or isinstance(node.layer, CenterCrop)
        for node in checked.nodes
    )


def lacks_gradient(failed: Failed) -> bool:
    """Whether a model failed because an operation has no gradient."""
    return any(said in failed.message for said in NO_GRADIENT)


def may_fail_in_a_graph(failed: Failed, *, has_weights: bool) -> bool:
    """Whether a model may fail that the static analysis accepts.

    Without weights, there is nothing that a missing gradient keeps from being trained.
    """
    if not has_weights and lacks_gradient(failed):
        return True
    depends_on_values = any(said in failed.message for said, _ in FAILURES_OF_VALUES.values())
    return depends_on_values or any(said in failed.message for said in FAILURES_OF_GRAPHS)


def may_fail(configuration: Configuration, failed: Failed) -> bool:
    """Whether a layer may fail here that the static analysis accepts.

    Some only run on other devices, and some need sizes that are unknown here: `fit` knows them from
    the data. What has no gradient can be trained if no weights come before it.
    """
    if lacks_gradient(failed):
        return True
    for kinds, (said, _) in FAILURES_OF_VALUES.items():
        if configuration.kind in kinds and said in failed.message:
            return True
    is_of_volumes = configuration.kind.endswith("Pooling3D")
    if is_of_volumes and "No OpKernel" in failed.message:
        return True
    return any(None in shape[1:] for shape in configuration.shapes)
