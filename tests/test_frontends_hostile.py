"""Files that were damaged or made to do harm: refused, or read, in little time and memory."""

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import h5py
import keras
import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from cnnspec import Spec
from cnnspec.frontends.files import read_config, read_model
from cnnspec.frontends.models import MAX_LAYERS
from cnnspec.hdf5.source import MAX_STRUCTURE
from cnnspec.keras_files.configuration import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from cnnspec.keras_files.problems import UnreadableModel

SECONDS = 30
"""No measure of speed: what takes longer has no bound."""
MEGABYTES = 500

READER = """
import json, os, re, sys, time
from pathlib import Path
import h5py
from cnnspec.compiler import compile_document
from cnnspec.frontends.files import read_model
from cnnspec.keras_files.problems import UnreadableModel
for line in sys.stdin:
    if os.fork():
        os.wait()
        continue
    started = time.process_time()
    try:
        said = str(compile_document(read_model(Path(line[:-1])).document).report.has_errors)
    except UnreadableModel as error:
        said = str(error)
    print(json.dumps([said, time.process_time() - started,
                      int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024,
                      sorted({"keras", "tensorflow"} & sys.modules.keys())]), flush=True)
    os._exit(0)
"""
"""Reads each file in a process of its own, which starts with the modules that reading imports."""


def layer(kind: str, name: str, reads: str, **config: Any) -> Any:
    """A layer as it stands in a file; none of the arguments need make sense."""
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [reads, 0, 0]}}
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True} | config,
        "registered_name": None,
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }


def functional(inner: list[Any], output: str = "last", shape: Any = (4,)) -> Any:
    """A model of one input `x`."""
    first = {
        "class_name": "InputLayer",
        "config": {"name": "x", "batch_shape": [None, *shape]},
        "inbound_nodes": [],
    }
    config = {
        "name": "model",
        "layers": [first, *inner],
        "input_layers": ["x", 0, 0],
        "output_layers": [output, 0, 0],
    }
    return {"class_name": "Functional", "config": config}


def chain(count: int) -> list[Any]:
    """Many layers, the last one first, so that none can be read before the one behind it."""
    names = ["x", *(f"layer_{number}" for number in range(1, count)), "last"]
    pairs = list(zip(names[1:], names, strict=False))
    return [layer("ReLU", name, reads) for name, reads in reversed(pairs)]


def nested(depth: int) -> Any:
    """A model in a model in a model, and so on."""
    model = functional([layer("ReLU", "last", "x")])
    for _ in range(depth):
        inner = layer("Functional", "last", "x") | model
        inner["config"] = {**model["config"], "name": "last"}
        model = functional([inner])
        model["config"]["output_layers"] = ["last", 1, 0]
    return model


def archived(config: Any, **entries: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "config.json", config if isinstance(config, bytes) else json.dumps(config)
            )
            for name, data in entries.items():
                archive.writestr(name, data)

    return make


def with_entries(count: int) -> Callable[[Path], None]:
    """An archive with many entries, some with names that lead out of it."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(count):
                archive.writestr(f"../../{number}", b"")
            archive.writestr("config.json", json.dumps(functional(chain(1))))

    return make


def lying(path: Path) -> None:
    """An archive whose entry states another size than it has."""
    archived(functional(chain(1)))(path)
    data = bytearray(path.read_bytes())
    for header, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(header) + offset
        data[at : at + 4] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(data)


def text(config: Any) -> Callable[[Path], Any]:
    return lambda path: path.write_text(config if isinstance(config, str) else json.dumps(config))


def hdf5(make: Callable[[Any], Any], **options: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with h5py.File(path, "w", **options) as file:
            make(file)

    return write


def attribute(value: Any) -> Callable[[Any], Any]:
    return lambda file: file.attrs.create("model_config", value)


def with_links(file: Any) -> None:
    """A file with links out of it, and to itself."""
    file.attrs["model_config"] = json.dumps(functional(chain(1)))
    file["model_weights"] = h5py.ExternalLink("/etc/passwd", "/")
    file["other"] = h5py.SoftLink("/other")


def with_a_lying_text(path: Path) -> None:
    """An HDF5 file whose text states that it has four gigabytes."""
    config = json.dumps(functional(chain(1))).encode()
    hdf5(attribute(config.decode()))(path)
    data = path.read_bytes()
    length = len(config).to_bytes(4, "little")
    assert data.count(length) > 0
    path.write_bytes(data.replace(length, b"\xf0\xff\xff\xff"))


NO_MODEL = "its configuration is not that of a Keras model"
NO_ARCHIVE = "this is not a .keras file"
NO_HDF5 = "this is not an HDF5 file of a Keras model"
NO_FILE = "it is not a .keras, .h5 or JSON file of a Keras model"
READ, WITH_ERRORS = "False", "True"
CODE = ["4wEAAAAAAAAA", None, None]

# What is large is made when it is needed.
HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a bomb": (
        lambda path: archived(b'{"class_name": "' + b"A" * 400_000_000 + b'"}')(path),
        f"its configuration has more than {MAX_BYTES} bytes",
    ),
    "a bomb of values": (
        lambda path: archived(b"[" + b"[]," * 8_000_000 + b"[]]")(path),
        f"its configuration has more than {MAX_VALUES} values",
    ),
    "as many values as there may be": (lambda path: archived(b"[" + b"[]," * (MAX_VALUES // 2 - 2) + b"[]]")(path), NO_MODEL),
    "text of another script": (lambda path: archived(b'{"a": "' + "\U0001f600".encode() * 8_000_000 + b'"}')(path), NO_MODEL),
    "thousands of entries": (with_entries(20_000), READ),
    "a lying size": (lying, READ),
    "deep text": (text('{"a": ' + "[" * 10_000 + "]" * 10_000 + "}"), NO_MODEL),
    "less deep text": (
        text('{"a": ' + "[" * 500 + "]" * 500 + "}"),
        f"its configuration is nested more than {MAX_DEPTH} levels deep",
    ),
    "deep models": (
        text(nested(80)),
        f"its configuration is nested more than {MAX_DEPTH} levels deep",
    ),
    "less deep models": (text(nested(60)), READ),
    "as many layers as there may be": (lambda path: text(functional(chain(MAX_LAYERS)))(path), READ),
    "more layers": (lambda path: text(functional(chain(MAX_LAYERS + 1)))(path), f"it has more than {MAX_LAYERS} layers"),
    "a circle": (
        text(functional([layer("ReLU", "a", "last"), layer("ReLU", "last", "a")])),
        "the layer 'a' (ReLU) uses a tensor that is not in the model; save the model with Keras again",
    ),
    "a layer that reads itself": (
        text(functional([layer("ReLU", "last", "last")])),
        "the layer 'last' (ReLU) uses a tensor that is not in the model; save the model with Keras again",
    ),
    "two layers of one name": (
        text(functional([layer("ReLU", "last", "x")] * 2)), "2 layers have the name 'last' (ReLU, ReLU); the names of layers must be unique, so save the model with others"
    ),
    "absurd sizes": (text(functional([layer("Dense", "last", "x", units=10**400)])), "'units' of 'last' (Dense) is a number of 401 digits; a spec takes up to 30"),
    "absurd shapes": (text(functional([layer("ReLU", "last", "x")], shape=[10**9] * 5000)), READ),
    "an absurd number": (lambda path: text(functional([layer("Reshape", "last", "x", target_shape=[1] * 500_000)]))(path), WITH_ERRORS),
    "no number": (text('{"class_name": "Sequential", "config": NaN}'), NO_MODEL),
    "not-a-number arguments": (text(functional([layer("Dropout", "last", "x", rate=float("nan"))])), "the layer 'last' (Dropout): 'rate' of Dropout must be a number from 0 to 1, not .nan"),
    "infinite arguments": (text(functional([layer("Dropout", "last", "x", rate=float("inf"))])), "the layer 'last' (Dropout): 'rate' of Dropout must be a number from 0 to 1, not .inf"),
    "keys that stand twice": (text('{"class_name": "Lambda", "class_name": "Model", "config": {}}'), NO_MODEL),
    "code in a layer": (
        text(functional([layer("Lambda", "last", "x", function=CODE)])),
        "the layer 'last' (Lambda): Lambda cannot be used in a spec: it runs Python code",
    ),
    "code in an argument": (
        text(functional([layer("Dense", "last", "x", units=2, activation={
            "class_name": "__lambda__", "config": {"value": CODE}})])),
        "the layer 'last' (Dense): 'activation' of Dense must be an activation such as 'relu', or null, not a mapping",
    ),
    "a foreign module": (
        text(functional([layer("system", "last", "x") | {"module": "os", "registered_name": "system"}])),
        READ,
    ),
    "a foreign module in an argument": (
        text(functional([layer("Dense", "last", "x", units=2, kernel_initializer={
            "module": "os", "class_name": "system", "config": {"command": "true"}})])),
        READ,
    ),
    "a huge text in HDF5": (
        lambda path: hdf5(attribute("x" * 100_000_000))(path),
        f"it is too large: a part of it has more than {MAX_STRUCTURE} bytes at byte 2048",
    ),
    "a huge fixed text in HDF5": (
        lambda path: hdf5(attribute(numpy.bytes_(b"x" * 40_000_000)), libver="latest")(path),
        f"its configuration has more than {MAX_BYTES} bytes",
    ),
    "a lying text in HDF5": (with_a_lying_text, "it is damaged: a structure is shorter than its fields"),
    "numbers in HDF5": (hdf5(attribute(numpy.zeros(10))), NO_HDF5),
    "many texts in HDF5": (hdf5(attribute(["{}"] * 3)), NO_HDF5),
    "links in HDF5": (hdf5(with_links), READ),
    "a pickle": (lambda path: path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR."), NO_FILE),
    "nothing": (lambda path: path.write_bytes(b""), NO_FILE),
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Iterator[Popen[str]]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", READER]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:
        yield process


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_takes_little_time_and_memory(
    reader: Popen[str], what: str, tmp_path: Path
) -> None:
    make, expected = HOSTILE[what]
    make(tmp_path / "model")
    assert reader.stdin
    assert reader.stdout
    print(tmp_path / "model", file=reader.stdin, flush=True)
    said, seconds, megabytes, imported = json.loads(reader.stdout.readline())
    assert (said, imported) == (expected, [])
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


# Files of Keras, damaged


def network() -> Any:
    x = keras.Input((8, 8, 3), name="x")
    y = keras.ops.relu6(layers.Conv2D(4, 3, kernel_regularizer="l2")(x) + 3.0)
    tail = keras.Sequential(
        [keras.Input((6, 6, 4)), layers.Flatten(), layers.Dense(2)], name="tail"
    )
    model = keras.Model(x, [tail(y), layers.LSTM(3)(layers.Reshape((-1, 4))(y))])
    model.compile("adam", loss=["mse", "mae"], metrics=[["accuracy"], None])
    return model


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A model in every form."""
    folder = tmp_path_factory.mktemp("files")
    model = network()
    for form in ("keras", "h5"):
        model.save(folder / f"model.{form}")
    (folder / "model.json").write_text(model.to_json(), encoding="utf-8")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.sampled_from([".keras", ".h5", ".json"]), damage=DAMAGE, kept=st.floats(0.2, 3))
def test_a_damaged_file_is_read_or_refused(
    files: dict[str, bytes], tmp_path: Path, form: str, damage: Any, kept: float
) -> None:
    data = bytearray(files[form])
    del data[int(len(data) * kept) :]
    for place, patch in damage:
        at = int(len(data) * place)
        data[at : at + len(patch)] = patch
    path = tmp_path / "model"
    path.write_bytes(data)
    with suppress(UnreadableModel):
        Spec.of(read_model(path).document)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a configuration."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in items:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
    return found


STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["x", "tail", "Dense", "keras.layers", "$(1)", "a/b", 10**30, -1, [], {}, [[]]]
    ),
    st.lists(st.one_of(st.none(), st.integers(-2, 5), st.text(max_size=3)), max_size=4),
    st.dictionaries(
        st.sampled_from(["class_name", "config", "module", "x"]), st.none(), max_size=3
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_configuration_with_other_values_is_read_or_refused(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    config = json.loads(files[".json"])
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(places(config)))
        parent = config
        for key in path:
            parent = parent[key]
        if data.draw(st.booleans()):
            parent[last] = data.draw(STRANGE)
        else:
            del parent[last]
    with suppress(UnreadableModel):
        Spec.of(read_config(config).document)
