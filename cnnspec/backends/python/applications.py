"""Finds submodels that are plain networks of `keras.applications`, and the calls that make them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnspec.backends.python.layout import Call, Code, Labelled
from cnnspec.backends.python.literals import literal, quoted
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Application, SubmodelLayer
from cnnspec.naming import snake_case

LAST_OF_SCALING = "pixels"
"""The last layer of the scaling in front of a network."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network of Keras, and the layers around it that belong to the submodel."""

    front: Sequence[CheckedNode]
    inner: Sequence[CheckedNode]
    pooling: Sequence[CheckedNode]
    is_cut: bool

    def output(self, variable: str) -> str:
        """Return its last tensor that is used."""
        if not self.is_cut:
            return f"{variable}.output"
        return f"{variable}.get_layer({quoted(self.inner[-1].keras_name)}).output"


def is_counted(nodes: Sequence[CheckedNode]) -> bool:
    """Whether Keras numbers some layers through the whole process."""
    return any(node.keras_name == snake_case(node.kind) for node in nodes)


def network_call(application: Application, weights: Code, on: Code | None = None) -> Call:
    """Return the call that makes a network, optionally on a tensor."""
    declaration = application.declaration
    defaults = type(declaration).defaults()
    left_out = ("weights", "input_shape", "pooling") if on else ("weights",)
    said = [
        Labelled(f"{name}=", literal(declaration.checked(name)))
        for name in declaration.arguments()
        if name not in left_out and declaration.checked(name) != defaults[name]
    ]
    if on is not None:
        said.insert(0, Labelled("input_tensor=", on))
    if weights != quoted(str(defaults["weights"])):
        said.append(Labelled("weights=", weights))
    return Call(f"keras.applications.{declaration.kind()}", tuple(said))


def network_of(
    layer: SubmodelLayer, application: Application, checked: CheckedGraph
) -> Network | None:
    """Return the network of a submodel; None if Keras would make a different one."""
    if any(node.layer is not node.node.layer for node in checked.nodes):
        return None  # what is frozen drops nothing
    nodes = list(checked.nodes)
    names = [node.name for node in nodes]
    front = 0
    if application.preprocess and application.scales:
        if LAST_OF_SCALING not in names:
            return None
        front = names.index(LAST_OF_SCALING) + 1
    pooled = len(nodes)
    if not application.declaration.include_top and application.declaration.pooling is not None:
        pooled -= names[-1] == f"{application.declaration.pooling}_pool"
    if front == pooled:
        return None
    if len(layer.until) > 1:
        return None  # a network of Keras has one output
    is_cut = bool(layer.until) and pooled == len(nodes)
    return Network(nodes[:front], nodes[front:pooled], nodes[pooled:], is_cut)
