"""Makes the networks of `keras.applications` from equivalent specs, without importing Keras.

Their layers get the names that Keras gives them, which are listed in `names/` in the order of the
spec.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.problems import Failure
from cnnspec.expand.loading import Loader
from cnnspec.ir.graph import Application, Graph, Node, Ref
from cnnspec.language.document import Branches, Document, Input, Step
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.objects.applications import CHANNELS, MobileNetV2, Network
from cnnspec.records import replace
from cnnspec.syntax.places import Place

FOLDER = Path(__file__).parent
PACKAGED = FOLDER / "specs"
"""The specs in an installed package."""
SPECS = PACKAGED if PACKAGED.is_dir() else FOLDER.parents[2] / "specs" / "zoo"
TOP = ("GlobalAveragePooling2D", "Flatten")
"""The first layer of the top of a network."""
POOLING = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
PADDED_BY_SIZE = ("EfficientNetB0", "MobileNetV2")
"""Networks that pad odd sizes differently when halving an image."""

BGR_MEANS = [103.939, 116.779, 123.68]
RGB_MEANS = [0.485, 0.456, 0.406]
RGB_DEVIATIONS = [0.229, 0.224, 0.225]
EFFICIENTNET_RESCALING = "rescaling_1"
"""A layer that Keras adds for the weights of ImageNet, which were trained with another scaling."""


def scaling(application: Network) -> list[Step]:
    """Return the steps that scale pixels from 0 to 255 for a network, like `preprocess_input`.

    They are plain layers without weights. To convert RGB to BGR, the channels are moved between
    height and width, where they can be split.
    """
    if application.mode == "tf":
        return [_step("Rescaling", "pixels", scale=1 / 127.5, offset=-1.0)]
    if application.mode == "torch":
        mean = [255 * each for each in RGB_MEANS]
        variance = [(255 * each) ** 2 for each in RGB_DEVIATIONS]
        return [_step("Normalization", "pixels", mean=mean, variance=variance)]
    if application.mode == "caffe":
        return [
            _step("Permute", "channels_inside", dims=[1, 3, 2]),
            Step(
                kind="Concatenate",
                name="blue_green_red",
                arguments={"axis": 2},
                branches=Branches(
                    named=True,
                    steps={
                        name: [_step("Cropping2D", name, cropping=[[0, 0], [left, 2 - left]])]
                        for left, name in ((2, "blue"), (1, "green"), (0, "red"))
                    },
                ),
            ),
            _step("Permute", "channels_last", dims=[1, 3, 2]),
            _step("Normalization", "pixels", mean=BGR_MEANS, variance=[1.0] * CHANNELS),
        ]
    return []


def _step(kind: str, name: str | None = None, **arguments: Any) -> Step:
    return Step(kind=kind, name=name, arguments=arguments)


def network(said: Application, expand: Callable[..., Graph], loader: Loader) -> Graph:
    """Return the graph of a network with the layer names of Keras, optionally after scaling."""
    application = said.declaration
    front = scaling(application) if said.preprocess else []
    file = application.kind().lower()
    here = Place(None, ())
    read = loader.document(SPECS / f"{file}.yaml", here)
    assert not isinstance(read, Failure), "a spec of the package can be read"
    document = _adapted(read[0], application)
    document = document.model_copy(update={"layers": [*front, *document.layers]})
    graph = expand(document, here, loader, overrides={"classes": application.classes})
    names = (FOLDER / "names" / f"{file}.txt").read_text("utf-8").split()
    if application.is_imagenet_only:
        names.insert(names.index("normalization") + 1, EFFICIENTNET_RESCALING)
    own = {node.name for node in graph.nodes[: _count(front)]}
    graph = _renamed(graph, own, names)
    if application.kind() in PADDED_BY_SIZE:
        graph = _padded(graph, application)
    return _widened(graph, application.alpha) if isinstance(application, MobileNetV2) else graph


def _count(steps: list[Step]) -> int:
    """Return the number of layers that steps expand to."""
    inner = (branch for step in steps if step.branches for branch in step.branches.steps.values())
    return len(steps) + sum(_count(branch) for branch in inner)


def _adapted(document: Document, application: Network) -> Document:
    """Return the document for another input shape and another top, without losses."""
    layers = list(document.layers)
    if application.is_imagenet_only:
        at = next(at for at, step in enumerate(layers) if step.kind == "Normalization")
        scale = [each**-0.5 for each in RGB_DEVIATIONS]
        layers.insert(at + 1, _step("Rescaling", scale=scale))
    top = max(at for at, step in enumerate(layers) if step.kind in TOP)
    if application.include_top:
        last = layers[-1]
        activation = {"activation": application.classifier_activation}
        layers[-1] = last.model_copy(update={"arguments": last.arguments | activation})
    else:
        pooling = application.pooling
        end = [_step(POOLING[pooling], f"{pooling}_pool")] if pooling else []
        layers = [*layers[:top], *end]
    (image,) = document.inputs
    return document.model_copy(
        update={
            "inputs": {image: Input(shape=list(application.shape))},
            "layers": layers,
            "outputs": {},
            "expect": None,
        }
    )


def _renamed(graph: Graph, own: set[str], names: list[str]) -> Graph:
    """Return the graph with the names of Keras, except for inputs, added layers and pooling."""
    kept = {*own, *(f"{pooling}_pool" for pooling in POOLING)}
    wanted = iter(names)
    new = {each.name: each.name for each in graph.inputs}
    for node in graph.nodes:
        # In networks with a top, the pooling layer is named by Keras.
        new[node.name] = node.name if node.name in kept else next(wanted)
    nodes = [
        replace(
            node,
            name=new[node.name],
            scoped=new[node.name],
            inputs=tuple(Ref(new[ref.node], ref.output) for ref in node.inputs),
        )
        for node in graph.nodes
    ]
    outputs = [
        replace(each, name=new[each.name], ref=Ref(new[each.ref.node])) for each in graph.outputs
    ]
    return replace(graph, nodes=tuple(nodes), outputs=tuple(outputs), values={})


def _with(node: Node, **arguments: Any) -> Node:
    """Return the node with changed arguments of its layer."""
    assert isinstance(node.layer, Layer)
    layer = LAYERS.check({node.layer.word: {**node.layer.given, **arguments}})
    return replace(node, layer=layer)


def _padded(graph: Graph, application: Network) -> Graph:
    """Return the graph with the padding of Keras before each layer that halves the image.

    An even size is padded with one row less in front than behind, an odd size equally
    (`keras.applications.imagenet_utils.correct_pad`).
    """
    height, width, _ = application.shape

    def sides() -> Iterator[list[int]]:
        for size in (height, width):
            even = size is None or size % 2 == 0
            yield [behind - even, behind]

    nodes = []
    for node in graph.nodes:
        layer: Any = node.layer
        if layer.kind() == "ZeroPadding2D":
            behind = layer.given["padding"][0][1]
            node = _with(node, padding=list(sides()))
        if layer.kind() == "ZeroPadding2D" or node.name == "Conv1":
            height = None if height is None else -(-height // 2)
            width = None if width is None else -(-width // 2)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _widened(graph: Graph, alpha: float) -> Graph:
    """Return MobileNetV2 with another number of channels, in multiples of 8."""
    nodes = []
    channels = 0
    for node in graph.nodes:
        layer: Any = node.layer
        if node.name == "Conv1":
            node = _with(node, filters=_divisible(32 * alpha))
        elif node.name == "Conv_1":
            node = _with(node, filters=_divisible(1280 * max(alpha, 1.0)))
        elif node.name.endswith("_project"):
            channels = _divisible(int(layer.filters * alpha))
            node = _with(node, filters=channels)
        elif node.name.endswith("_expand"):
            node = _with(node, filters=6 * channels)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _divisible(value: float, divisor: int = 8) -> int:
    """Return the nearest multiple of a divisor that is at least nine tenths of a value."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest
