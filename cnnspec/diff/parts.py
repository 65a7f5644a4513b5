"""The parts of a model that `diff` compares: each input and each layer, with all its calls."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnnspec.ir.checked import CheckedGraph
from cnnspec.shapes import Dim, TensorSpec

INPUT = "InputLayer"
SUBMODEL = "Functional"

Call = tuple[str, int]
"""A call of a part: its name, and which of its calls it is."""


class Source(NamedTuple):
    """A tensor, as an output of a call."""

    part: str
    call: int
    output: str | None

    @property
    def made_by(self) -> Call:
        """The call that outputs it."""
        return self.part, self.call


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """An input or a layer of a model, with all calls of it."""

    name: str
    """The name of its Keras layer."""
    node: str
    """The name of its node in the graph."""
    shown: str
    """The name as written in the spec, with the scopes of blocks."""
    local: str
    """The name that its step was given; empty if that is an automatic one."""
    is_counted: bool = False
    """Whether its name, or that of a block around it, is automatic, such as `conv2d_3`."""
    is_nameless: bool = False
    """Whether all of them are, so that the name identifies nothing."""
    kind: str
    meaning: tuple[Any, ...]
    """The kind and all arguments, as values that are equal if they mean the same."""
    given: dict[str, Any]
    """The arguments of the call, as a spec would write them."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """The default of every argument."""
    calls: tuple[tuple[Source, ...], ...] = ()
    """The inputs of each call."""
    called: tuple[str, ...]
    """The names of the calls, as written in the spec."""
    tensors: tuple[TensorSpec, ...]
    """The distinct outputs of all calls."""
    frozen: bool = False
    params: Dim = 0
    macs: Dim = 0
    layers: int
    """The number of layers: 0 for an input; for a submodel, of those inside it."""
    weights: str | None = None
    """The file that the weights of a submodel come from."""
    submodel: "Model | None" = None

    def argument(self, name: str) -> Any:
        """The value of an argument: from the call, or else its default."""
        return self.given.get(name, self.defaults.get(name))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The parts of a model by name, in the order of the spec."""

    checked: CheckedGraph
    macs: Dim
    parts: dict[str, Part]
    outputs: dict[str, Source]
    readers: dict[str, list[tuple[str, int]]] = field(init=False)
    """The parts that read each part, with the position of that input."""
    order: list[Call] = field(init=False)
    """All calls, each after the calls that it reads, in an order that depends only on connections.

    It is the same for two specs that list the layers of one model in different orders, as a spec
    with `branches` and one without do.
    """
    names: list[str] = field(init=False)
    """The names of all parts, in the order of their first calls."""

    def __post_init__(self) -> None:
        readers: dict[str, list[tuple[str, int]]] = {name: [] for name in self.parts}
        for part in self.parts.values():
            for call in part.calls:
                for position, source in enumerate(call):
                    readers[source.part].append((part.name, position))
        object.__setattr__(self, "readers", readers)
        order = _in_order(self.parts, self.outputs.values())
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "names", list(dict.fromkeys(name for name, _ in order)))

    def sources(self, call: Call) -> tuple[Source, ...]:
        """The inputs of a call; none for an input of the model."""
        return _sources(self.parts, call)

    @property
    def layers(self) -> int:
        """The number of layers, including those of submodels."""
        return sum(part.layers for part in self.parts.values() if part.kind != INPUT)


def _in_order(parts: Mapping[str, Part], outputs: Iterable[Source]) -> list[Call]:
    """All calls: the inputs of the model, then a depth-first walk from its outputs."""
    ordered: dict[Call, None] = {(name, 0): None for name, part in parts.items() if not part.calls}
    for output in outputs:
        path = [output.made_by]
        while path:
            read = (source.made_by for source in _sources(parts, path[-1]))
            if missing := next((call for call in read if call not in ordered), None):
                path.append(missing)
            else:
                ordered[path.pop()] = None
    return list(ordered)


def _sources(parts: Mapping[str, Part], call: Call) -> tuple[Source, ...]:
    name, number = call
    calls = parts[name].calls
    return calls[number] if calls else ()


def differing(old: Part, new: Part) -> Iterator[tuple[str, Any, Any]]:
    """The arguments in which two parts of one kind differ, with both values."""
    if old.meaning == new.meaning or old.submodel is not None:
        return
    before, after = dict(old.meaning[1:]), dict(new.meaning[1:])
    for name in dict.fromkeys((*old.defaults, *old.given, *new.given)):
        if before.get(name) != after.get(name):
            yield name, old.argument(name), new.argument(name)
