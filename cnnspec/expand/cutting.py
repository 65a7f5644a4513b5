"""Cuts submodels at inner layers: the named layers give their outputs."""

from collections.abc import Iterator

from cnnspec.diagnostics.problems import Failure
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import closest
from cnnspec.ir.graph import Graph, Node, Output, Ref
from cnnspec.naming import keras_name
from cnnspec.records import replace
from cnnspec.syntax.places import Place


def cut_at(graph: Graph, until: str | list[str], place: Place, report: Report) -> Graph | Failure:
    """Return a graph whose outputs are those of named layers, in the order of the names.

    A name is that of a layer or step, or `name/output` for one of several outputs.
    """
    names = [until] if isinstance(until, str) else until
    outputs: dict[str, Output] = {}
    said: dict[str, str] = {}
    failure: Failure | None = None
    for position, name in enumerate(names):
        at = place if isinstance(until, str) else place / position
        output = _output(graph, name, at, report)
        if isinstance(output, Failure):
            failure = failure or output
        elif output.name in outputs:
            first, known = said[output.name], outputs[output.name]
            message = f"'{first}' and '{name}' would both be the output '{output.name}'"
            if known.ref == output.ref:
                same = "" if first == name else f", which is '{first}'"
                message = f"the submodel is cut twice at '{name}'{same}"
            failure = failure or at.error(report, "duplicate-name", message)
        else:
            outputs[output.name], said[output.name] = output, name
    return failure or cut(graph, tuple(outputs.values()))


def _output(graph: Graph, name: str, place: Place, report: Report) -> Output | Failure:
    """Return the output for a name in `until`."""
    refs, source = named(graph, name)
    if len(refs) == 1:
        (ref,) = refs
        called = ref.node if ref.output is None else _own_name(ref, graph)
        return Output(called, ref, source)
    if refs:
        listed = ", ".join(str(ref) for ref in refs)
        message = f"'{name}' has {len(refs)} outputs ({listed}); cut at one of them"
        return place.error(report, "unknown-output", message)
    if any(name == each.name for each in graph.inputs):
        message = f"'{name}' is an input of the submodel; it can be cut only at layers"
        return place.error(report, "unknown-name", message)
    message = f"the submodel has no layer '{name}'"
    return place.unknown(report, "unknown-name", message, closest(name, known_names(graph)))


def _own_name(ref: Ref, graph: Graph) -> str:
    """Return the name of an output; the first output of a layer has the name of the layer."""
    node = next(node for node in graph.nodes if node.name == ref.node)
    return ref.node if node.value == (ref,) else f"{ref.node}_{ref.output}"


def named(graph: Graph, name: str) -> tuple[tuple[Ref, ...], Place]:
    """Return the tensors that a name refers to, and the place of what makes them; none if unknown."""
    for node in graph.nodes:
        if name in (node.scoped, node.name, keras_name(node.name)):
            return node.value, node.place
    if name in graph.values:
        return graph.values[name], _maker(graph, graph.values[name])
    inner, _, output = name.rpartition("/")
    for node in graph.nodes:
        if inner in (node.scoped, node.name) and output in node.outputs:
            return (Ref(node.name, output),), node.place
    return (), graph.place


def _maker(graph: Graph, refs: tuple[Ref, ...]) -> Place:
    names = {ref.node for ref in refs}
    return next((node.place for node in graph.nodes if node.name in names), graph.place)


def known_names(graph: Graph) -> Iterator[str]:
    """Yield the names of layers, of their outputs, and of steps that are not layers."""
    for node in graph.nodes:
        yield from (node.scoped, node.name)
        yield from (f"{node.scoped}/{output}" for output in node.outputs)
    yield from graph.values


def cut(graph: Graph, outputs: tuple[Output, ...]) -> Graph:
    """Return the part of a graph that computes some tensors, which become its outputs."""
    wanted = {each.ref.node for each in outputs}
    nodes: list[Node] = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            nodes.append(node)
            wanted |= {ref.node for ref in node.inputs}
            wanted |= {node.shares} if node.shares else set()
    expected = graph.expectations and graph.expectations.of_part(wanted)
    return replace(
        graph,
        inputs=tuple(each for each in graph.inputs if each.name in wanted),
        nodes=tuple(reversed(nodes)),
        outputs=outputs,
        expectations=expected,
    )
