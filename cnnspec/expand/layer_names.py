"""Names of layers and outputs that do not follow from their scope, as those counted in the whole model."""

from collections import Counter
from collections.abc import Container, Sequence

from cnnspec.ir.graph import Node, Ref, SubmodelLayer
from cnnspec.language.document import Step
from cnnspec.naming import OWN, keras_name, node_name


def explicit_names(steps: Sequence[Step]) -> frozenset[str]:
    """Return the explicit names of steps, including those in branches."""
    names = {step.name for step in steps if step.name is not None}
    for step in steps:
        if step.branches is not None:
            for branch in step.branches.steps.values():
                names |= explicit_names(branch)
    return frozenset(names)


def own_name_problem(
    step: Step, last: Step | None, blocks: Container[str]
) -> tuple[str, str] | None:
    """Return the code and message of a step in a block that cannot have the name of the call."""
    if step.name != OWN or (step is last and step.repeat is None and step.kind not in blocks):
        return None
    message = (
        f"the name '{OWN}', that of the block call, is for a single layer at the end of a block"
    )
    return "bad-name", message


class LayerNames:
    """The names that unnamed layers get if Keras names them, and those that all layers have."""

    def __init__(self, unnamed: str | None = None, explicit: frozenset[str] = frozenset()) -> None:
        self.unnamed = unnamed
        """How unnamed layers are called, if not by their number in the scope."""
        self.explicit = explicit
        """The explicit names of the steps of the model."""
        self.counted: Counter[str] = Counter()
        self.by_scoped: dict[str, str] = {}
        """The names that do not follow from the scope, by the names with scopes."""

    def copy(self) -> "LayerNames":
        """Return the same names, to add others that are not kept."""
        names = LayerNames(self.unnamed, self.explicit)
        names.counted, names.by_scoped = Counter(self.counted), dict(self.by_scoped)
        return names

    def next(
        self,
        kind: str,
        prefix: str,
        in_scope: Container[str],
        defined: Container[str],
        in_keras: Container[str],
    ) -> str:
        """Return the name of an unnamed layer, with its scopes.

        `kind` is in snake case, and `prefix` has the scopes. Not taken are the names of the other steps
        `in_scope`, those `defined` with scopes, and those `in_keras`.
        """
        while True:
            number = self.counted[kind]
            self.counted[kind] += 1
            name = f"{kind}_{number}" if number else kind
            is_taken = name in self.explicit or name in in_scope or name in in_keras
            if not is_taken and prefix + name not in defined:
                self.by_scoped[prefix + name] = name
                return prefix + name

    def of_node(self, scoped: str) -> str:
        """Return the name of the node of a step."""
        return self.by_scoped.get(scoped) or node_name(scoped)

    def in_keras(self, scoped: str) -> str:
        """Return the name of the Keras layer of a step."""
        return keras_name(self.by_scoped.get(scoped, scoped))


def output_of(node: Node, output: str) -> tuple[Ref, ...] | None:
    """Return an output of a node by its name, or by the name that a submodel is cut at."""
    layer = node.layer
    if isinstance(layer, SubmodelLayer) and output in layer.until:
        output = layer.graph.outputs[layer.until.index(output)].name
    output = output if output in node.outputs else node_name(output)
    if output in node.outputs:
        return (Ref(node.name, output),)
    only = isinstance(layer, SubmodelLayer) and layer.graph.outputs[0].name == output
    return node.value if only and not node.outputs else None
