"""Weights files: read by layer name, compared strictly, and never trusted."""

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy
import pytest

from cnnspec import Spec, load, loads
from cnnspec.backends.keras.building import build
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.backends.keras.loading import LoadedWeights
from cnnspec.compiler import compile_document
from cnnspec.decompile.flat import written_out
from cnnspec.keras_files.archive import WEIGHTS
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights
from cnnspec.keras_files.weights import open_weights
from tests.support.commands import python_output
from tests.support.models import are_identical, save, with_random_weights

TRAINED = """
cnnspec: 1
name: trained
inputs: {x: [4]}
layers:
  - Dense: {name: first, units: 4}
  - BatchNormalization: {name: norm}
  - ReLU: {name: act}
  - Dense: {name: second, units: 4}
"""


def by_hand(*order: str) -> Any:
    """The trained model as Keras code, its two dense layers in an order, every weight random."""
    first, second = (keras.layers.Dense(4, name=name) for name in order or ("first", "second"))
    x = keras.Input((4,), name="x")
    norm = keras.layers.BatchNormalization(name="norm")
    outputs = second(keras.layers.ReLU(name="act")(norm(first(x))))
    return with_random_weights(keras.Model(x, outputs, name="trained"))


def nested_by_hand() -> Any:
    """The trained model, and a Sequential one, inside another."""
    y = keras.Input((4,), name="y")
    tail = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="last")], name="tail")
    return keras.Model(y, tail(by_hand()(y)), name="outer")


NESTED = f"""
cnnspec: 1
name: outer
inputs: {{y: [4]}}
submodels:
  part:
    spec:
      inputs: {{x: [4]}}
      layers: {TRAINED.partition("layers:")[2].replace("  -", "        -")}
  end:
    spec:
      inputs: {{z: [4]}}
      layers: [{{Dense: {{name: last, units: 2}}}}]
layers:
  - part: {{name: trained}}
  - end: {{name: tail}}
"""


def data() -> Any:
    return numpy.random.default_rng(1).random((5, 4), "float32")


# Reading


def shapes(stored: StoredLayer) -> dict[str, Any]:
    """What a stored layer holds: the shapes of its variables, and the layers inside it."""
    inner = {name: shapes(layer) for name, layer in stored.layers.items() if not layer.is_empty()}
    return {key: tuple(each.shape) for key, each in stored.variables.items()} | inner


PARTS = {
    "first": {"0": (4, 4), "1": (4,)},
    "norm": {"0": (4,), "1": (4,), "2": (4,), "3": (4,)},
    "second": {"0": (4, 4), "1": (4,)},
}


@pytest.mark.parametrize("file", ["model.weights.h5", "model.keras"])
@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (by_hand, PARTS),
        (nested_by_hand, {"trained": PARTS, "tail": {"last": {"0": (4, 2), "1": (2,)}}}),
    ],
    ids=["flat", "nested"],
)
def test_a_file_is_read_by_layer_name(
    folder: Path, file: str, model: Callable[[], Any], expected: dict[str, Any]
) -> None:
    save(model(), folder / file)
    with open_weights(folder / file) as stored:
        assert shapes(stored) == expected


# Loading


@pytest.mark.parametrize("file", ["model.weights.h5", "model.keras"])
@pytest.mark.parametrize(
    ("text", "model", "layers"),
    [
        (TRAINED, by_hand, ("first", "norm", "second")),
        (NESTED, nested_by_hand, ("trained/first", "trained/norm", "trained/second", "tail/last")),
    ],
    ids=["flat", "nested"],
)
def test_weights_that_keras_saved_are_loaded(
    folder: Path, file: str, text: str, model: Callable[[], Any], layers: tuple[str, ...]
) -> None:
    expected = model()
    path = save(expected, folder / file)
    built = build(loads(text).compile(), weights=path)
    assert built.loaded == [LoadedWeights(path, layers)]
    assert are_identical(built.model(data()), expected(data()))


def test_weights_that_keras_saved_in_training_are_loaded(folder: Path) -> None:
    trained = by_hand()
    trained.compile("adam", "mse", metrics=["mae"])
    trained.fit(data(), data(), verbose=0)
    model = loads(TRAINED).build(weights=save(trained, folder / "model.keras"))
    assert are_identical(model(data()), trained(data()))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "mixed_bfloat16"])
def test_weights_of_every_data_type_are_loaded(folder: Path, dtype: str) -> None:
    text = TRAINED.replace("units: 4}", f"units: 4, dtype: {dtype}}}")
    first = loads(text).build()
    model = loads(text).build(weights=save(first, folder / "model.weights.h5"))
    pairs = zip(model.get_weights(), first.get_weights(), strict=True)
    assert [are_identical(*pair) for pair in pairs] == [True for _ in first.weights]


def test_layers_whose_names_keras_does_not_take_keep_their_weights(folder: Path) -> None:
    text = TRAINED.replace("first", '"the first"').replace("second", "둘째")
    first = loads(text).build()
    path = save(first, folder / "model.weights.h5")
    again = build(loads(text).compile(), weights=path)
    assert again.loaded == [LoadedWeights(path, ("the first", "norm", "둘째"))]
    assert are_identical(again.model(data()), first(data()))


SWAPPED = (
    TRAINED.replace("first", "tmp").replace("second", "first").replace("tmp", "second")
)  # fmt: skip


def test_keras_loads_layers_of_another_order_into_the_wrong_place(folder: Path) -> None:
    trained, swapped = by_hand(), by_hand("second", "first")
    swapped.load_weights(save(trained, folder / "model.weights.h5"))
    assert are_identical(swapped.get_layer("second").kernel, trained.get_layer("first").kernel)


def test_layers_of_another_order_are_loaded_by_name(folder: Path) -> None:
    trained = by_hand()
    model = loads(SWAPPED).build(weights=save(trained, folder / "model.weights.h5"))
    assert [layer.name for layer in model.layers] == ["x", "second", "norm", "act", "first"]
    for layer in ("first", "norm", "second"):
        pairs = zip(model.get_layer(layer).weights, trained.get_layer(layer).weights, strict=True)
        assert [are_identical(*pair) for pair in pairs] == [
            True for _ in model.get_layer(layer).weights
        ]


def test_names_of_layers_without_weights_do_not_matter(folder: Path) -> None:
    trained = by_hand()
    text = TRAINED.replace("name: act", "name: other").replace("x: [4]", "z: [4]")
    model = loads(text).build(weights=save(trained, folder / "model.weights.h5"))
    assert are_identical(model(data()), trained(data()))


NO_LAYER = "which is not a layer of the model"
MISFITS: dict[str, tuple[Callable[[], Any], str, list[str]]] = {
    "a missing layer": (
        by_hand,
        TRAINED + "  - Dense: {name: third, units: 4}",
        ["the file has no weights for 'third'"],
    ),
    "a missing submodel": (
        nested_by_hand,
        NESTED.replace("part: {name: trained}", "part: {name: other}"),
        [
            "the file has no weights for 'other'",
            f"the file has weights for 'trained', {NO_LAYER}",
        ],
    ),
    "an extra layer": (
        by_hand,
        TRAINED.replace("  - Dense: {name: second, units: 4}\n", ""),
        [f"the file has weights for 'second', {NO_LAYER}"],
    ),
    "another name": (
        by_hand,
        TRAINED.replace("second", "third"),
        ["the file has no weights for 'third'", f"the file has weights for 'second', {NO_LAYER}"],
    ),
    "another shape": (
        by_hand,
        TRAINED.replace("second, units: 4", "second, units: 5"),
        ["'second' has a kernel with shape (4, 5), but the file has (4, 4)"],
    ),
    "fewer weights": (
        by_hand,
        TRAINED.replace("second, units: 4", "second, units: 4, use_bias: false"),
        ["'second' has 1 weight, but the file has 2"],
    ),
    "weights where the file has none": (
        by_hand,
        TRAINED.replace("ReLU: {name: act}", "PReLU: {name: act}"),
        ["the file has no weights for 'act'"],
    ),
    "several": (
        by_hand,
        TRAINED.replace("BatchNormalization: {name: norm}", "LayerNormalization: {name: norm}")
        .replace("first, units: 4", "first, units: 4, use_bias: false")
        .replace("second", "third"),
        [
            "'first' has 1 weight, but the file has 2",
            "'norm' has 2 weights, but the file has 4",
            "the file has no weights for 'third'",
            f"the file has weights for 'second', {NO_LAYER}",
        ],
    ),
    "inside submodels": (
        nested_by_hand,
        NESTED.replace("last, units: 2", "last, units: 3").replace("second", "third"),
        [
            "the file has no weights for 'trained/third'",
            f"the file has weights for 'trained/second', {NO_LAYER}",
            "'tail/last' has a kernel with shape (4, 3), but the file has (4, 2)",
        ],
    ),
    "a layer where the file has a model": (
        nested_by_hand,
        NESTED.replace("end: {name: tail}", "Dense: {name: tail, units: 2}"),
        ["the file has no weights for 'tail'"],
    ),
    "a layer without weights where the file has a model": (
        nested_by_hand,
        NESTED.replace("end: {name: tail}", "ReLU: {name: tail}"),
        [f"the file has weights for 'tail/last', {NO_LAYER}"],
    ),
}


@pytest.mark.parametrize(
    ("layer", "moves", "misfit"),
    [
        ("dense", {"0": "zero"}, "the file has no weight '0' for 'first', but 'zero'"),
        ("dense", {"1": "01"}, "the file has no weight '1' for 'first', but '01'"),
        ("batch_normalization", {"0": "4"}, "the file has no weight '0' for 'norm', but '4'"),
        ("batch_normalization", {"2": "x"}, "the file has no weight '2' for 'norm', but 'x'"),
    ],
)
def test_variables_with_other_keys_are_not_those_of_the_layer(
    folder: Path, layer: str, moves: dict[str, str], misfit: str
) -> None:
    path = save(by_hand(), folder / "model.weights.h5")
    with h5py.File(path, "a") as file:
        for old, new in moves.items():
            file[f"layers/{layer}/vars"].move(old, new)
    with pytest.raises(WeightsDoNotFit) as raised:
        loads(TRAINED).build(weights=path)
    assert str(raised.value) == f"'model.weights.h5' does not match 'trained': {misfit}"


@pytest.mark.parametrize("what", MISFITS)
def test_what_does_not_fit_is_told_layer_by_layer(folder: Path, what: str) -> None:
    model, text, misfits = MISFITS[what]
    path = save(model(), folder / "model.weights.h5")
    checked = loads(text).compile()
    with pytest.raises(WeightsDoNotFit) as raised:
        build(checked, weights=path)
    expected = f"'model.weights.h5' does not match '{checked.name}': {'; '.join(misfits)}"
    assert str(raised.value) == expected


# Submodels with weights of their own

TRANSFER = """cnnspec: 1
name: transfer
submodels:
  base:
    spec: trained.yaml
    UNTIL
    weights: model.weights.h5
inputs: {y: [4]}
layers:
  - base: {name: base_model}
  - Dense: {name: head, units: 2}
"""


def transfer(folder: Path, until: str = "", **arguments: Any) -> Spec:
    """A spec that reuses the trained one, with weights from a file."""
    (folder / "trained.yaml").write_text(TRAINED, encoding="utf-8")
    text = TRANSFER.replace("UNTIL", f"until: {until}" if until else "frozen: false")
    (folder / "transfer.yaml").write_text(text, encoding="utf-8")
    return load(folder / "transfer.yaml", **arguments)


@pytest.mark.parametrize(
    ("until", "layers"),
    [
        ("", ("first", "norm", "second")),
        ("second", ("first", "norm", "second")),
        ("act", ("first", "norm")),
        ("first", ("first",)),
    ],
)
def test_a_submodel_loads_only_what_it_needs(
    folder: Path, until: str, layers: tuple[str, ...]
) -> None:
    trained = by_hand()
    file = save(trained, folder / "model.weights.h5")
    spec = transfer(folder, until)
    built = build(spec.compile())
    part = keras.Model(trained.input, trained.get_layer(until or "second").output)
    assert list(spec.report) == []
    assert built.loaded == [LoadedWeights(file, layers)]
    assert are_identical(built.model.get_layer("base_model")(data()), part(data()))


def test_weights_of_the_whole_model_come_instead_of_those_of_its_parts(folder: Path) -> None:
    save(by_hand(), folder / "model.weights.h5")
    whole = transfer(folder, "act").build()
    whole.set_weights([weight + 1 for weight in whole.get_weights()])
    file = save(whole, folder / "whole.weights.h5")
    built = build(transfer(folder, "act").compile(), weights=file)
    layers = ("base_model/first", "base_model/norm", "head")
    assert built.loaded == [LoadedWeights(file, layers)]
    assert are_identical(built.model(data()), whole(data()))


OWN = TRAINED.replace("name: trained", "name: trained\nweights: model.weights.h5")


def test_a_spec_starts_from_the_weights_that_it_names(folder: Path) -> None:
    trained = by_hand()
    file = save(trained, folder / "model.weights.h5")
    checked = loads(OWN).compile()
    built = build(checked)
    assert built.loaded == [LoadedWeights(file, ("first", "norm", "second"))]
    assert are_identical(built.model(data()), trained(data()))
    assert written_out(checked.graph).weights == "model.weights.h5"
    assert written_out(checked.graph, Path("runs")).weights == "../model.weights.h5"
    assert written_out(checked.graph, inline=True).weights is None


@pytest.mark.parametrize("inline", [False, True])
def test_a_submodel_brings_the_weights_that_its_spec_names(folder: Path, inline: bool) -> None:
    trained = by_hand()
    file = save(trained, folder / "model.weights.h5")
    (folder / "trained.yaml").write_text(OWN, encoding="utf-8")
    text = TRANSFER.replace("    UNTIL\n    weights: model.weights.h5\n", "")
    if inline:
        said = "\n".join(f"      {line}" for line in OWN.splitlines())
        text = text.replace(" trained.yaml", said)
    checked = loads(text).compile()
    again = compile_document(written_out(checked.graph)).checked
    assert again is not None
    for each in (checked, again):
        built = build(each)
        assert built.loaded == [LoadedWeights(file, ("first", "norm", "second"))]
        assert are_identical(built.model.get_layer("base_model")(data()), trained(data()))


def findings(spec: Spec) -> list[tuple[Any, ...]]:
    """Everything found in a spec: severity, code, message, line and column, notes."""
    return [
        (
            found.severity,
            found.code,
            found.message,
            (found.span.line, found.span.column) if found.span else None,
            tuple(note.message for note in found.notes),
        )
        for found in spec.report
    ]


WEIGHTS_VALUE = (7, 14)
"""Where `model.weights.h5` stands in the spec."""
NO_FILE_OF_KERAS = "this is not a Keras weights file"


def test_weights_that_do_not_fit_are_found_where_they_are_named(folder: Path) -> None:
    save(nested_by_hand(), folder / "model.weights.h5")
    assert findings(transfer(folder)) == [
        (
            "error",
            "weights-do-not-fit",
            "'model.weights.h5' does not match 'base': the file has no weights for 'first'",
            WEIGHTS_VALUE,
            (
                "the file has no weights for 'norm'",
                "the file has no weights for 'second'",
                "the file has weights for 'trained', which is not a layer of the model",
                "the file has weights for 'tail', which is not a layer of the model",
            ),
        )
    ]


def test_weights_of_the_whole_spec_that_do_not_fit_are_found(folder: Path) -> None:
    save(nested_by_hand(), folder / "model.weights.h5")
    (found,) = findings(loads(OWN))
    message = "'model.weights.h5' does not match 'trained': the file has no weights for 'first'"
    assert found[:4] == ("error", "weights-do-not-fit", message, (4, 10))
    (found,) = findings(loads(OWN.replace("model.weights.h5", "$(1 + 1)")))
    assert found[:4] == ("error", "wrong-type", "'weights' cannot be 2", (4, 10))


def test_a_keras_file_without_its_weights_is_found_where_it_is_named(folder: Path) -> None:
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("config.json", by_hand().to_json())
    text = TRANSFER.replace("    UNTIL\n    weights: model.weights.h5\n", "")
    spec = loads(text.replace("spec: trained.yaml", "keras: model.keras"))
    assert findings(spec) == [
        (
            "error",
            "weights-do-not-fit",
            "'model.keras' does not match 'base': the archive has no readable 'model.weights.h5'",
            (5, 12),
            (),
        )
    ]


def test_a_missing_weights_file_is_found_where_it_is_named(folder: Path) -> None:
    assert findings(transfer(folder)) == [
        (
            "error",
            "file-not-found",
            "the file 'model.weights.h5' does not exist",
            WEIGHTS_VALUE,
            (),
        )
    ]


def test_checking_weights_imports_none_of_the_packages_that_made_them(folder: Path) -> None:
    save(by_hand(), folder / "model.weights.h5")
    transfer(folder)
    code = """
import json, sys
from cnnspec import load
findings = [found.code for found in load("transfer.yaml").report]
print(json.dumps([findings, sorted({"h5py", "keras", "numpy", "tensorflow"} & sys.modules.keys())]))
"""
    assert json.loads(python_output("-c", code)) == [[], []]


# Files that are not to be trusted

VARIABLES = "layers/dense/vars"


def in_h5(change: Callable[[Any], None]) -> Callable[[Path], None]:
    """Save the trained weights, and change the file."""

    def make(path: Path) -> None:
        save(by_hand(), path)
        with h5py.File(path, "a") as file:
            change(file)

    return make


def replaced(
    place: str, put: Callable[[Any, str], None], inside: str = VARIABLES
) -> Callable[[Path], None]:
    """The trained weights with something else in one place."""

    def change(file: Any) -> None:
        group = file[inside]
        del group[place]
        put(group, place)

    return in_h5(change)


def linked(link: Any) -> Callable[[Any, str], None]:
    return lambda group, key: group.__setitem__(key, link)


def dataset(**arguments: Any) -> Callable[[Any, str], None]:
    return lambda group, key: group.create_dataset(key, shape=(4, 4), **arguments)


def virtual(group: Any, key: str) -> None:
    layout = h5py.VirtualLayout(shape=(4, 4), dtype="float32")
    layout[:] = h5py.VirtualSource("other.weights.h5", "layers/dense/vars/0", shape=(4, 4))
    group.create_virtual_dataset(key, layout)


def in_zip(
    content: bytes, method: int = zipfile.ZIP_STORED, *, name: str = WEIGHTS
) -> Callable[[Path], None]:
    """An archive with one file."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(name, content)

    return make


def broken_zip(method: int) -> Callable[[Path], None]:
    """An archive whose compressed data were damaged."""

    def make(path: Path) -> None:
        in_zip(numpy.random.default_rng(0).bytes(500) * 3, method)(path)
        data = bytearray(path.read_bytes())
        start = data.index(WEIGHTS.encode()) + len(WEIGHTS) + 5
        data[start : start + 100] = b"\xff" * 100
        path.write_bytes(data)

    return make


def encrypted_zip(path: Path) -> None:
    """An archive that says that it needs a password."""
    in_zip(b"secret")(path)
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(header) + flags, 1)
    path.write_bytes(data)


def part_of(share: float) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        save(by_hand(), path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return make


def damaged(start: int) -> Callable[[Path], None]:
    """The trained weights with a stretch of the file's own structure overwritten."""

    def make(path: Path) -> None:
        save(by_hand(), path)
        data = bytearray(path.read_bytes())
        data[start : start + 200] = b"\xff" * 200
        path.write_bytes(data)

    return make


NOT_IN_THE_FILE = "the variable '0' is not stored in the file"
NO_NUMBERS = "the variable '0' does not contain numbers"
NOT_READABLE = "the archive has no readable 'model.weights.h5'"
LINK = "is a link"

HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), NO_FILE_OF_KERAS),
    "a text": (lambda path: path.write_text("hello"), NO_FILE_OF_KERAS),
    "half an h5 file": (part_of(0.5), "it is damaged: it has 10712 bytes instead of 21424"),
    "an h5 file without its end": (
        part_of(0.999),
        "it is damaged: it has 21402 bytes instead of 21424",
    ),
    "a damaged heap": (damaged(600), "it is damaged: there is no heap at byte 680"),
    "a damaged table": (damaged(1500), "it is damaged: there is no symbol table at byte 1504"),
    "a variable in another file": (
        replaced("0", linked(h5py.ExternalLink("other.weights.h5", f"{VARIABLES}/0"))),
        f"'0' {LINK}",
    ),
    "a variable in another place": (
        replaced("0", linked(h5py.SoftLink("/layers/dense_1/vars/0"))),
        f"'0' {LINK}",
    ),
    "variables in another file": (
        replaced("vars", linked(h5py.ExternalLink("other.weights.h5", VARIABLES)), "layers/dense"),
        f"'vars' {LINK}",
    ),
    "a layer in another file": (
        replaced("dense", linked(h5py.ExternalLink("other.weights.h5", "layers/dense")), "layers"),
        f"'dense' {LINK}",
    ),
    "layers in another file": (
        replaced("layers", linked(h5py.ExternalLink("other.weights.h5", "layers")), "/"),
        f"'layers' {LINK}",
    ),
    "a virtual variable": (replaced("0", virtual), NOT_IN_THE_FILE),
    "a variable outside of the file": (
        replaced("0", dataset(dtype="float32", external=[("raw.bin", 0, 64)])),
        NOT_IN_THE_FILE,
    ),
    "a group for a variable": (
        replaced("0", lambda group, key: group.create_group(key)),
        NOT_IN_THE_FILE,
    ),
    "texts": (replaced("0", dataset(dtype=h5py.string_dtype())), NO_NUMBERS),
    "bytes": (replaced("0", dataset(dtype="S3")), NO_NUMBERS),
    "complex numbers": (replaced("0", dataset(dtype="complex64")), NO_NUMBERS),
    "pairs": (replaced("0", dataset(dtype=[("a", "f4"), ("b", "f4")])), NO_NUMBERS),
    "references": (replaced("0", dataset(dtype=h5py.ref_dtype)), NO_NUMBERS),
    "numbers for variables": (replaced("vars", dataset(), "layers/dense"), NO_FILE_OF_KERAS),
    "numbers for a layer": (replaced("dense", dataset(), "layers"), NO_FILE_OF_KERAS),
    "a layer inside itself": (
        in_h5(lambda file: file["layers/dense"].__setitem__("layers", file["layers"])),
        NO_FILE_OF_KERAS,
    ),
    "a layer in two places": (  # nested thirty times, that would be a billion layers
        in_h5(lambda file: file.__setitem__("layers/b", file.create_group("layers/a"))),
        NO_FILE_OF_KERAS,
    ),
    "two layers of a name": (
        in_h5(lambda file: file[VARIABLES].attrs.__setitem__("name", "second")),
        "it contains two layers with the name 'second'",
    ),
    "layers in layers": (
        in_h5(lambda file: file.create_group("layers/a" + "/b" * 500)),
        "it is nested more than 100 levels deep",
    ),
    "an empty archive": (in_zip(b"", name="config.json"), NOT_READABLE),
    "an archive with a text": (in_zip(b"hello"), NO_FILE_OF_KERAS),
    "an archive that grows": (
        in_zip(bytes(1_000_000), zipfile.ZIP_DEFLATED),
        "its compression ratio is suspiciously high",
    ),
    "an archive with a password": (encrypted_zip, NOT_READABLE),
    "a damaged archive": (broken_zip(zipfile.ZIP_STORED), NOT_READABLE),
    "a damaged deflated archive": (broken_zip(zipfile.ZIP_DEFLATED), NOT_READABLE),
    "a damaged bzip2 archive": (broken_zip(zipfile.ZIP_BZIP2), NOT_READABLE),
    "a damaged lzma archive": (broken_zip(zipfile.ZIP_LZMA), NOT_READABLE),
}
"""How to make a file, and what is said of it."""


@pytest.fixture
def hostile(folder: Path, request: pytest.FixtureRequest) -> tuple[Path, str]:
    """A file that is not to be trusted, and what is said of it; what it points at is there."""
    save(by_hand(), folder / "other.weights.h5")
    (folder / "raw.bin").write_bytes(bytes(64))
    make, message = HOSTILE[request.param]
    path = folder / "model.weights.h5"
    make(path)
    return path, message


EACH_HOSTILE = pytest.mark.parametrize("hostile", HOSTILE, indirect=True)


@EACH_HOSTILE
def test_a_hostile_file_cannot_be_opened(hostile: tuple[Path, str]) -> None:
    path, message = hostile
    with pytest.raises(UnreadableWeights) as raised, open_weights(path):
        pass
    assert str(raised.value) == message


@EACH_HOSTILE
def test_a_hostile_file_cannot_be_loaded(hostile: tuple[Path, str]) -> None:
    path, message = hostile
    with pytest.raises(WeightsDoNotFit) as raised:
        loads(TRAINED).build(weights=path)
    assert str(raised.value) == f"'model.weights.h5': {message}"


@EACH_HOSTILE
def test_a_hostile_file_is_found_where_it_is_named(hostile: tuple[Path, str]) -> None:
    path, message = hostile
    assert findings(transfer(path.parent)) == [
        (
            "error",
            "weights-do-not-fit",
            f"'model.weights.h5' does not match 'base': {message}",
            WEIGHTS_VALUE,
            (),
        )
    ]
