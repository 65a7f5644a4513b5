"""Generates random valid documents, as the plain data of a spec.

A layer is added only if its own rules accept the available tensors, and the parts are combined as
the language allows. A document that does not compile is therefore a bug.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cnnspec.analysis.infer import infer
from cnnspec.compiler import compile_document
from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.declarations.keras_versions import missing, usual
from cnnspec.diagnostics.problems import Problems
from cnnspec.diagnostics.report import Report
from cnnspec.language.document import Document
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.naming import snake_case
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.steps import PREFIX, family_of_step
from cnnspec.shapes import Shape, TensorSpec
from conformance.configurations import Configuration, changed, layer_of
from conformance.single import one_node

Data = dict[str, Any]
Tensors = tuple[TensorSpec, ...]

IMAGES = ((28, 28, 1), (16, 16, 3), (12, 9, 4), (None, None, 3), (8, 8, 8), (None, 10, 2))
OTHERS = ((10,), (8,), (12, 4), (None, 6), (6, 8, 8, 2), (20, 3), (4, None, 8, 8, 1))
MERGING = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate")
MAX_VALUES = 20_000
"""The limit of the size of tensors in a graph, so that weights stay small."""
MAX_PARAMS = 200_000
USUAL = ("Conv2D", "BatchNormalization", "ReLU", "Dense", "Dropout", "MaxPooling2D", "Flatten")
USUAL_TYPES = ("float32",) * 12 + ("float16", "int32", "uint8")
ALL_TYPES = ("float32",) * len(DATA_TYPES) + DATA_TYPES
TRIES = 12


@dataclass
class Named:
    """A tensor that later steps may name in `from`."""

    name: str
    tensor: TensorSpec


@dataclass
class Shareable:
    """A named layer that may be called again."""

    name: str
    layer: Layer
    inputs: Tensors
    frozen: bool


@dataclass
class Scope:
    """The steps under construction, and the tensors that they may refer to."""

    above: Tensors
    """The value of the step above; None at the start of a model with several inputs."""
    named: list[Named] = field(default_factory=list)
    shareable: list[Shareable] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)
    frozen: bool = False
    in_block: bool = False
    depth: int = 0


class Drafter:
    """Writes a random document."""

    def __init__(
        self, rng: Random, *, depth: int = 0, is_to_run: bool = False, mixed: bool = False
    ) -> None:
        self.rng = rng
        self.is_to_run = is_to_run
        self.mixed = mixed
        """Whether a document has operations as well."""
        self.depth = depth
        self.data: Data = {"cnnspec": 1, "name": f"model{depth}"}
        self.params: dict[str, int] = {}
        self.defaults: dict[str, Data] = {}
        self.blocks: dict[str, Data] = {}
        self.submodels: dict[str, Data] = {}
        self.submodel_inputs: dict[str, Tensors] = {}
        self.names = 0

    def document(self, inputs: Tensors | None = None) -> Data:
        """Return a document, with given or random inputs."""
        rng = self.rng
        tensors = inputs or tuple(self.input() for _ in range(rng.choice((1, 1, 1, 2, 3))))
        names = [f"in{position}" for position in range(len(tensors))]
        self.data["inputs"] = {
            name: list(tensor.shape[1:])
            if tensor.dtype == "float32"
            else {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype}
            for name, tensor in zip(names, tensors, strict=True)
        }
        for _ in range(rng.choice((0, 0, 1, 2))):
            self.add_default()
        scope = Scope(tensors if len(tensors) == 1 else (), depth=self.depth)
        scope.named = [Named(*pair) for pair in zip(names, tensors, strict=True)]
        self.fill(scope, rng.randint(2, 10 if self.depth == 0 else 4))
        self.finish(scope, names)
        return self.data

    def input(self) -> TensorSpec:
        """Return a random input; whether a model runs must not depend on unknown sizes."""
        shape: Shape = self.rng.choice(IMAGES if self.rng.random() < 0.7 else OTHERS)
        if self.is_to_run:
            shape = tuple(size or self.rng.choice((6, 8, 9)) for size in shape)
        dtype = self.rng.choice(ALL_TYPES if self.is_to_run else USUAL_TYPES)
        return TensorSpec((None, *shape), dtype)

    def finish(self, scope: Scope, inputs: Sequence[str]) -> None:
        """Combine the parts, and name the outputs."""
        sections: Data = {
            "params": dict(self.params),
            "defaults": self.defaults,
            "blocks": self.blocks,
            "submodels": self.submodels,
        }
        first = {key: self.data.pop(key) for key in ("cnnspec", "name")}
        rest = self.data
        self.data = first | {key: said for key, said in sections.items() if said} | rest
        self.data["layers"] = scope.steps
        made = [each for each in scope.named if each.name not in inputs]
        several = len(scope.above) != 1
        if made and (several or self.rng.random() < 0.7):
            chosen = self.rng.sample(made, min(len(made), self.rng.choice((1, 1, 2, 3))))
            self.data["outputs"] = {
                key: said
                for position, each in enumerate(chosen)
                for key, said in (self.output(each, position),)
            }
        elif several:
            name = scope.named[0].name
            self.data["outputs"] = {"out": {"from": name}}

    def output(self, named: Named, position: int) -> tuple[str, Data]:
        """Make an output from a named tensor, with its name or another one."""
        said: Data = {}
        name = named.name
        if "/" in name or self.rng.random() < 0.3:
            said["from"] = name
            name = f"out{position}"
        if named.tensor.dtype == "float32" and self.rng.random() < 0.15:
            said["loss"] = "mse"
            said["metrics"] = ["mae"]
        return name, said

    def fill(self, scope: Scope, count: int) -> None:
        """Write some steps."""
        for _ in range(count):
            self.step(scope)
        while not scope.steps:
            self.add_layer(scope)

    def step(self, scope: Scope) -> None:
        """Write a step of a random form; a form that does not fit becomes a plain layer."""
        forms = [
            (0.16, self.add_branches),
            (0.10, self.add_merge),
            (0.08, self.add_shared),
            (0.09, self.add_repeat),
            (0.10, self.add_block),
            (0.10, self.add_submodel),
        ]
        draw = self.rng.random()
        for share, form in forms:
            draw -= share
            if draw < 0:
                if not form(scope):
                    self.add_layer(scope)
                return
        self.add_layer(scope)

    # the parts of a step

    def name(self, stem: str) -> str:
        """Return an unused name."""
        self.names += 1
        return f"{stem}{self.names}"

    def source(self, scope: Scope) -> tuple[Data, Tensors]:
        """Return the value of `from`: nothing for the step above, or a name."""
        choices = scope.named
        if len(scope.above) != 1 or (choices and self.rng.random() < 0.3):
            named = self.rng.choice(choices)
            return {"from": named.name}, (named.tensor,)
        if scope.steps and self.rng.random() < 0.1:
            return {"from": "previous"}, scope.above
        return {}, scope.above

    def put(
        self, scope: Scope, kind: str, said: Data, tensors: Tensors, names: Sequence[str] = ()
    ) -> None:
        """Append a step with its outputs, and its name if it has one."""
        scope.steps.append({kind: said} if said else kind)
        scope.above = tensors
        if "name" not in said:
            return
        if names:
            scope.named += [
                Named(f"{said['name']}/{output}", tensor)
                for output, tensor in zip(names, tensors, strict=True)
            ]
        else:
            scope.named.append(Named(said["name"], tensors[0]))

    # layers

    def fitting(self, tensors: Tensors, *, frozen: bool) -> tuple[str, Data, Layer, Tensors] | None:
        """Return a random call of a layer that accepts some tensors, with its outputs."""
        for _ in range(TRIES):
            kind = self.rng.choice(self.kinds())
            if layer_of(kind).merges:
                continue
            declaration = layer_of(kind)
            example = self.rng.choice(declaration.examples)
            call = Configuration(kind, dict(example.arguments), example.shapes, example.types)
            for _ in range(self.rng.choice((0, 0, 1, 2))):
                call = changed(call, self.rng)
            arguments = call.arguments
            found = self.applied(kind, arguments, tensors, frozen=frozen)
            if found is not None:
                return kind, arguments, *found
        return None

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds to choose from: usual ones, operations, or all layers."""
        draw = self.rng.random()
        if self.mixed and draw < 0.5:
            return tuple(OPERATIONS.kinds)
        return USUAL if draw < (0.7 if self.mixed else 0.4) else tuple(LAYERS.kinds)

    def applied(
        self, kind: str, arguments: Data, tensors: Tensors, *, frozen: bool
    ) -> tuple[Layer, Tensors] | None:
        """Return the checked layer with its outputs; None if it does not accept the tensors."""
        said = self.defaults.get(kind, {})
        try:
            layer = family_of_step(kind).check({kind: said | arguments})
        except Problems:
            return None
        if any(missing(layer, usual())):
            return None
        found = infer(one_node(layer, tensors, frozen=frozen), Report(), usual())
        if found is None or found.params > MAX_PARAMS:
            return None
        given = tuple(found.outputs.values())
        if layer.is_operation and (layer.outputs() or given[0].shape[:1] != (None,)):
            return None
        for tensor in given:
            values = 1
            for size in tensor.shape[1:]:
                values *= size or 8
            if values > MAX_VALUES or len(tensor.shape) > 6:
                return None
        return layer, given

    def add_layer(self, scope: Scope) -> bool:
        """Write a call of a layer."""
        said, tensors = self.source(scope)
        own = self.rng.random() < 0.08
        found = self.fitting(tensors, frozen=scope.frozen or own)
        if found is None:
            found = ("Identity", {}, *self.identity(tensors))
        kind, arguments, layer, given = found
        named = self.rng.random() < 0.6
        if named:
            said = {"name": self.name(snake_case(kind).removeprefix(PREFIX))} | said
        if own:
            said["frozen"] = True
        self.put(scope, kind, said | self.parametrized(arguments, scope), given[:1])
        if named and not layer.is_operation:
            self.remember(scope, said["name"], layer, tensors, given, frozen=scope.frozen or own)
        return True

    def identity(self, tensors: Tensors) -> tuple[Layer, Tensors]:
        """Return the layer that accepts everything."""
        layer = LAYERS.check("Identity")
        assert isinstance(layer, Layer)
        return layer, tensors

    def remember(
        self,
        scope: Scope,
        name: str,
        layer: Layer,
        tensors: Tensors,
        given: Tensors,
        *,
        frozen: bool,
    ) -> None:
        """Allow later steps to call a layer again, and name its other outputs."""
        scope.shareable.append(Shareable(name, layer, tensors, frozen))
        scope.named += [
            Named(f"{name}/{output}", tensor)
            for output, tensor in zip(layer.outputs(), given, strict=False)
        ]

    def parametrized(self, arguments: Data, scope: Scope) -> Data:
        """Replace a whole number in the arguments by an expression of a parameter."""
        if scope.in_block or self.rng.random() < 0.8:
            return escaped(arguments)
        whole = [
            name
            for name, value in arguments.items()
            if isinstance(value, int) and not isinstance(value, bool) and value > 0
        ]
        if not whole:
            return escaped(arguments)
        name = self.rng.choice(whole)
        parameter = f"p{len(self.params)}"
        value = arguments[name]
        self.params[parameter] = value
        form = self.rng.choice(
            (f"${parameter}", f"$({parameter} * 2 // 2)", f"$(max({parameter}, 1))")
        )
        return escaped(arguments) | {name: form}

    def add_default(self) -> None:
        """Set a default for an argument of a kind."""
        kind = self.rng.choice(USUAL if self.rng.random() < 0.5 else tuple(LAYERS.kinds))
        if kind not in LAYERS.kinds or kind == "Identity":  # (outputs get Identity layers)
            return
        declaration = layer_of(kind)
        example = declaration.examples[0]
        call = Configuration(kind, dict(example.arguments), example.shapes, example.types)
        arguments = changed(call, self.rng).arguments
        own = {
            key: value
            for key, value in arguments.items()
            if hasattr(declaration, key) and key not in example.arguments
        }
        try:
            LAYERS.check({kind: arguments})
        except Problems:
            return
        if own:
            self.defaults[kind] = escaped(own)

    # graphs

    def add_merge(self, scope: Scope) -> bool:
        """Merge tensors by name."""
        if len(scope.named) < 2:
            return False
        for _ in range(TRIES):
            kind = self.rng.choice(self.merging())
            first = self.rng.choice(scope.named)
            near = [each for each in scope.named if each.tensor.shape == first.tensor.shape]
            others = near if self.rng.random() < 0.7 else scope.named
            count = 2 if kind in ("Subtract", "Dot") else self.rng.choice((2, 2, 3))
            chosen = [first, *(self.rng.choice(others) for _ in range(count - 1))]
            tensors = tuple(each.tensor for each in chosen)
            if len({tensor.dtype for tensor in tensors}) > 1:
                continue
            arguments = {"axis": self.rng.choice((-1, 1, 2))} if kind == "Concatenate" else {}
            found = self.applied(kind, arguments, tensors, frozen=scope.frozen)
            if found is not None:
                said: Data = {"from": [each.name for each in chosen]}
                if self.rng.random() < 0.5:
                    said["name"] = self.name("merge")
                self.put(scope, kind, said | arguments, found[1])
                return True
        return False

    def merging(self) -> list[str]:
        """The kinds that merge tensors with any number of axes."""
        return [kind for kind in MERGING if kind in LAYERS.kinds]

    def add_branches(self, scope: Scope) -> bool:
        """Write branches and merge them."""
        if scope.depth > 2:
            return False
        said, start = self.source(scope)
        branches, ends = [], []
        inner_named: list[Named] = []
        for _ in range(self.rng.choice((2, 2, 3))):
            inner = Scope(
                start,
                named=[],
                frozen=scope.frozen,
                in_block=scope.in_block,
                depth=scope.depth + 1,
            )
            inner.steps = []
            for _ in range(self.rng.choice((0, 1, 1, 2))):
                self.keeping_layer(inner)
            branches.append(inner.steps)
            ends.append(inner.above[0])
            inner_named += inner.named
        for kind in self.rng.sample(self.merging(), len(self.merging())):
            if kind == "Subtract" and len(branches) != 2:
                continue
            if len({tensor.dtype for tensor in ends}) > 1:
                return False
            found = self.applied(kind, {}, tuple(ends), frozen=scope.frozen)
            if found is None:
                continue
            if self.rng.random() < 0.5:
                said = {"name": self.name("merge")} | said
            said["branches"] = (
                {f"b{position}": steps for position, steps in enumerate(branches)}
                if self.rng.random() < 0.5
                else branches
            )
            scope.named += inner_named
            self.put(scope, kind, said, found[1])
            return True
        return False

    def keeping_layer(self, scope: Scope) -> None:
        """Return a layer that preserves sizes, except perhaps the last one."""
        before = scope.above[0]
        for _ in range(TRIES):
            found = self.fitting((before,), frozen=scope.frozen)
            if found is None:
                continue
            kind, arguments, _, given = found
            after = given[0]
            if after.shape[:-1] == before.shape[:-1] and after.dtype == before.dtype:
                said = {"name": self.name("inner")} if self.rng.random() < 0.3 else {}
                self.put(scope, kind, said | escaped(arguments), given[:1])
                return

    def add_shared(self, scope: Scope) -> bool:
        """Call a layer again, on a tensor of the same shape."""
        if not scope.shareable:
            return False
        shared = self.rng.choice(scope.shareable)
        fits = [each for each in scope.named if (each.tensor,) == shared.inputs]
        if not fits:
            return False
        named = self.rng.choice(fits)
        graph = one_node(shared.layer, (named.tensor,), frozen=shared.frozen)
        found = infer(graph, Report())
        assert found is not None
        said: Data = {"layer": shared.name, "from": named.name}
        given = tuple(found.outputs.values())
        if self.rng.random() < 0.6:
            said = {"name": self.name("again")} | said
        self.put(scope, "shared", said, given[:1])
        return True

    def add_repeat(self, scope: Scope) -> bool:
        """Write a repeated step."""
        said, tensors = self.source(scope)
        for _ in range(TRIES):
            found = self.fitting(tensors, frozen=scope.frozen)
            if found is None:
                return False
            kind, arguments, _, given = found
            times = self.rng.choice((1, 2, 3))
            for _ in range(times - 1):
                again = self.applied(kind, arguments, given[:1], frozen=scope.frozen)
                if again is None:
                    break
                given = again[1]
            else:
                said |= {"repeat": times}
                if self.rng.random() < 0.5:
                    said = {"name": self.name("turn")} | said
                self.put(scope, kind, said | escaped(arguments), given[:1])
                return True
        return False

    def add_block(self, scope: Scope) -> bool:
        """Write one or several calls of a new block."""
        if scope.depth > 1 or scope.in_block or self.depth > 1:
            return False
        said, tensors = self.source(scope)
        frozen = self.rng.random() < 0.1
        inner = Scope(tensors, frozen=scope.frozen or frozen, in_block=True, depth=scope.depth + 1)
        keeping = self.rng.random() < 0.5
        for _ in range(self.rng.choice((1, 2, 3))):
            if keeping:
                self.keeping_layer(inner)
            else:
                self.step(inner)
        if not inner.steps or len(inner.above) != 1:
            return False
        name = f"block{len(self.blocks)}"
        params = self.block_parameters(inner.steps)
        self.blocks[name] = ({"params": params} if params else {}) | {"layers": inner.steps}
        given = {key: value for key, value in params.items() if self.rng.random() < 0.5}
        for key in params:
            if key in given and self.rng.random() < 0.5:
                params[key] = None
        if frozen:
            said["frozen"] = True
        if inner.above == tensors and self.rng.random() < 0.5:
            said["repeat"] = 2
        if self.rng.random() < 0.6:
            said = {"name": self.name("part")} | said
        self.put(scope, name, said | given, inner.above)
        return True

    def block_parameters(self, steps: list[Any]) -> Data:
        """Replace some numbers in the steps of a block by parameters."""
        params: Data = {}
        for step in steps:
            if not isinstance(step, dict):
                continue
            ((kind, said),) = step.items()
            if kind not in LAYERS.kinds:
                continue
            for name, value in said.items():
                whole = isinstance(value, int) and not isinstance(value, bool)
                if whole and name != "repeat" and value > 0 and self.rng.random() < 0.3:
                    parameter = f"q{len(params)}"
                    params[parameter] = value
                    said[name] = f"${parameter}"
        return params

    def add_submodel(self, scope: Scope) -> bool:
        """Call a submodel: a new one, or one that accepts the available tensors."""
        if self.depth > 1 or scope.in_block:
            return False
        for key in self.rng.sample(sorted(self.submodels), len(self.submodels)):
            if self.call_again(scope, key):
                return True
        said, tensors = self.source(scope)
        tensors = (*tensors, *(each.tensor for each in self.others(scope)))
        if len(tensors) > 1:
            named = [each for each in scope.named if each.tensor == tensors[0]]
            second = [each for each in scope.named if each.tensor == tensors[1]]
            if not named or not second:
                return False
            said = {"from": [named[0].name, second[0].name]}
        inner = Drafter(self.rng, depth=self.depth + 1, is_to_run=self.is_to_run, mixed=self.mixed)
        declared = tuple(self.loosened(tensor) for tensor in tensors)
        document = inner.document(declared)
        submodel: Data = {"spec": document}
        layers = own_names(document["layers"])
        if layers and self.rng.random() < 0.4 and len(tensors) == 1:
            submodel["until"] = self.rng.choice(layers)
        if self.rng.random() < 0.4:
            submodel["frozen"] = True
        key = f"sub{len(self.submodels)}"
        found = outputs_of(submodel, tensors)
        if found is None:
            return False
        self.submodels[key] = submodel
        self.submodel_inputs[key] = tensors
        self.put_call(scope, key, said, found)
        return True

    def others(self, scope: Scope) -> list[Named]:
        """Return a second input for a submodel, sometimes."""
        if len(scope.named) > 1 and self.rng.random() < 0.25:
            return [self.rng.choice(scope.named)]
        return []

    def loosened(self, tensor: TensorSpec) -> TensorSpec:
        """Return the declared input for a tensor, with a size or two unknown."""
        if self.rng.random() < 0.7 or len(tensor.shape) < 3:
            return tensor
        sizes = [None if self.rng.random() < 0.5 else size for size in tensor.shape[1:-1]]
        return TensorSpec((None, *sizes, tensor.shape[-1]), tensor.dtype)

    def call_again(self, scope: Scope, key: str) -> bool:
        """Call a submodel again."""
        wanted = self.submodel_inputs[key]
        if self.rng.random() < 0.3:
            return False
        chosen = []
        for tensor in wanted:
            fits = [each for each in scope.named if each.tensor == tensor]
            if not fits:
                return False
            chosen.append(self.rng.choice(fits).name)
        found = outputs_of(self.submodels[key], wanted)
        assert found is not None
        said: Data = {"from": chosen if len(chosen) > 1 else chosen[0]}
        self.put_call(scope, key, said, found)
        return True

    def put_call(self, scope: Scope, key: str, said: Data, found: dict[str, TensorSpec]) -> None:
        """Append a call of a submodel."""
        several = len(found) > 1
        if several or self.rng.random() < 0.6:
            said = {"name": self.name("call")} | said
        self.put(scope, key, said, tuple(found.values()), tuple(found) if several else ())


def escaped(arguments: Data) -> Data:
    """Return arguments in the form of a spec."""
    return {name: _escaped(value) for name, value in arguments.items()}


def _escaped(value: Any) -> Any:
    """Return a value in the form of a spec: text that starts with a dollar sign is escaped."""
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(item) for item in value]
    return f"${value}" if isinstance(value, str) and value.startswith("$") else value


def own_names(steps: list[Any]) -> list[str]:
    """Return the names of layers at which a submodel may be cut."""
    found = []
    for step in steps:
        if isinstance(step, dict):
            ((kind, said),) = step.items()
            if kind in LAYERS.kinds and "name" in said and "repeat" not in said:
                found.append(said["name"])
    return found


def outputs_of(submodel: Data, tensors: Tensors) -> dict[str, TensorSpec] | None:
    """Return the outputs of a submodel for some tensors; None if it does not accept them."""
    names = [f"t{position}" for position in range(len(tensors))]
    document: Data = {
        "cnnspec": 1,
        "name": "outer",
        "submodels": {"inner": submodel},
        "inputs": {
            name: {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype}
            for name, tensor in zip(names, tensors, strict=True)
        },
        "layers": [{"inner": {"name": "call", "from": names}}],
    }
    outputs = Document.model_validate(document | {"outputs": {"any": {"from": names[0]}}})
    checked = compile_document(outputs)
    if checked.checked is None:
        return None
    node = next(each for each in checked.checked.graph.nodes if each.name == "call")
    assert node.layer is not None
    found = infer(one_node(node.layer, tensors, frozen=node.frozen), Report())
    if found is None:
        return None
    tensors_of = found.nodes[0].outputs
    return {name or "only": tensor for name, tensor in tensors_of.items()}


def random_document(
    seed: int, number: int, *, is_to_run: bool = False, mixed: bool = False
) -> Data:
    """Return the document with a number, with operations if it is mixed; deterministic for a seed.

    The inputs of a model that is to run have known sizes, and half of them have any data type.
    """
    rng = Random(f"{seed}/{'mixed' if mixed else 'graph'}/{number}")
    return Drafter(rng, is_to_run=is_to_run, mixed=mixed).document()
