"""Converts every network of `keras.applications` to a spec and back, and compares the models."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from cnnspec.frontends.decimals import calculated

PROCESSES = 2
DRAWN = ("seed", "seed_generator")
"""Keys of a configuration that are random for every model."""
UNKNOWN = 96
"""The size to use for models of any size; smaller images would be empty at the end."""


def all_networks() -> list[str]:
    """Return the networks of `keras.applications`, slow ones first."""
    import keras

    slow = ("ConvNeXt", "NASNet", "EfficientNet")
    names = [name for name in dir(keras.applications) if name[0].isupper()]
    return sorted(names, key=lambda name: not name.startswith(slow))


@dataclass(frozen=True)
class RoundTrip:
    """What is different after the round trip of a network; nothing where it is exact."""

    model: list[str]
    """In the model that was built again."""
    diffs: list[str]
    """What `cnnspec diff` reports of the network and its specs, which are one model."""


def run_round_trips(names: Sequence[str]) -> dict[str, RoundTrip]:
    """The round trip of each network."""
    # A pool of concurrent.futures can wait forever if its processes are replaced.
    with get_context("spawn").Pool(PROCESSES, maxtasksperchild=5) as pool:
        return dict(zip(names, pool.map(round_trip, names, chunksize=1), strict=True))


def round_trip(name: str) -> RoundTrip:
    """Import a network and build it again."""
    import keras

    from cnnspec.backends.keras.building import build
    from cnnspec.frontends.files import read_config
    from cnnspec.importing import imported
    from conformance import diffs

    keras.backend.clear_session()
    known = getattr(keras.applications, name)(weights=None)
    document = read_config(known.to_json()).document
    spec = imported(document)
    compact = diffs.compiled(spec)
    plain = diffs.compiled(imported(document, compact=False))
    return RoundTrip(
        list(differences(known, build(compact).model)),
        list(diffs.differences(spec.checked, compact, plain)),
    )


def differences(known: Any, made: Any) -> Iterator[str]:
    """Yield the differences between two models, including their results."""
    known = _as_graph(known)
    found = list(_structure(known, made, ""))
    if _weights(made) != _weights(known):
        found.append("it has other weights")
    yield from found or _results(known, made)


def _as_graph(model: Any) -> Any:
    """Return a Sequential model as a Functional model with the same layers."""
    import keras

    if isinstance(model, keras.Sequential):
        (given,), (result,) = model.inputs, model.outputs
        return keras.Model(given, result, name=model.name)
    return model


def _weights(model: Any) -> list[tuple[str, tuple[int, ...]]]:
    """Return the names and shapes of the weights; Keras numbers unnamed ones."""
    return [(re.sub(r"^variable_\d+$", "variable", w.name), tuple(w.shape)) for w in model.weights]


def _structure(known: Any, made: Any, inside: str) -> Iterator[str]:
    """Yield the differences between two models that do not need running them.

    A Sequential model may become a graph, and a recorded operator may become the equivalent layer.
    """
    import keras

    known = _as_graph(known)
    if [each.name for each in made.operations] != [each.name for each in known.operations]:
        yield f"{inside}its layers differ, or are in another order"
        return
    for ours, theirs in zip(made.operations, known.operations, strict=True):
        if isinstance(theirs, keras.Model):
            yield from _structure(theirs, ours, f"{inside}{ours.name}: ")
        elif not isinstance(theirs, keras.layers.Layer):
            continue
        elif type(ours) is not type(theirs):
            kinds = f"{type(ours).__name__}, not a {type(theirs).__name__}"
            yield f"{inside}'{ours.name}' is a {kinds}"
        elif _plain(ours.get_config()) != _plain(theirs.get_config()):
            yield f"{inside}'{ours.name}' has other arguments"
    if _connections(made) != _connections(known):
        yield f"{inside}its layers are connected differently"


def _results(known: Any, made: Any) -> Iterator[str]:
    """Copy the weights by name, and compare the results for random inputs."""
    import keras
    import numpy as np

    for layer in known.layers:
        made.get_layer(layer.name).set_weights(layer.get_weights())
    random = np.random.default_rng(0)
    shapes = [(1, *(size or UNKNOWN for size in each.shape[1:])) for each in known.inputs]
    values = [
        random.uniform(0, 255, shape).astype(each.dtype)
        if each.dtype.startswith("float")
        else random.integers(0, 9, shape).astype(each.dtype)
        for each, shape in zip(known.inputs, shapes, strict=True)
    ]
    ours, theirs = (
        dict(zip(_outputs(model), keras.tree.flatten(called(model, values)), strict=True))
        for model in (made, known)
    )
    for name, result in theirs.items():
        if not np.array_equal(ours[name], result):
            most = np.abs(np.asarray(ours[name]) - np.asarray(result)).max()
            yield f"the results of '{name}' differ by up to {most:.2g}"


def called(model: Any, values: list[Any]) -> Any:
    """Call a model; older versions of Keras want one input as a list, if it was loaded from a file."""
    is_list = len(values) > 1 or isinstance(model._inputs_struct, list)
    return model(values if is_list else values[0])


def _outputs(model: Any) -> list[str]:
    """Return the outputs of a model, in the order in which results are flattened."""
    return [str(each) for each in _flat(model.get_config()["output_layers"])]


def _connections(model: Any) -> Any:
    """Return the inputs of the calls of each layer, and the inputs and outputs of the model."""
    config = model.get_config()
    nodes = [
        (
            layer["name"],
            [list(_read((node["args"], node["kwargs"]))) for node in layer["inbound_nodes"]],
        )
        for layer in config["layers"]
    ]
    return nodes, _flat(config["input_layers"]), _flat(config["output_layers"])


def _read(said: Any) -> Iterator[Any]:
    """Return the tensors in the arguments of a call: their sources, shapes and types."""
    if isinstance(said, dict) and said.get("class_name") == "__keras_tensor__":
        yield said["config"]
    elif isinstance(said, dict):
        yield from _read(list(said.values()))
    elif isinstance(said, list | tuple):
        for each in said:
            yield from _read(each)


def _flat(said: Any) -> list[Any]:
    """Return the tensors in `input_layers` or `output_layers`: one, a list, or a mapping by key."""
    if isinstance(said, dict):
        return [said[key] for key in sorted(said)]
    return [said] if said and isinstance(said[0], str) else list(said)


def _plain(config: Any) -> Any:
    """Return a configuration without its random parts, and without rounding errors in numbers."""
    if isinstance(config, float):
        return calculated(config)
    if isinstance(config, dict):
        return {key: _plain(value) for key, value in config.items() if key not in DRAWN}
    if isinstance(config, list | tuple):
        return [_plain(value) for value in config]
    return config
