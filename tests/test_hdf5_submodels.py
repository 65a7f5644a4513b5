"""Whole models in HDF5 files: their architecture and weights as submodels and in specs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnnspec import load
from cnnspec.keras_files.stored import UnreadableWeights
from cnnspec.keras_files.weights import open_weights
from tests.support.commands import run_command

SPEC = """\
cnnspec: 1
submodels: {{base: {{{base}}}}}
inputs: {{image: [8, 8, 3]}}
layers: [base]
"""


def plain() -> Any:
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((8, 8, 3), name="image"),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(name="flat"),
            layers.Dense(2, name="head"),
        ],
        name="plain",
    )


def nested() -> Any:
    """Return a model with models in it, some of whose layers are not trained."""
    from keras import Input, Model, Sequential, layers

    inner = Sequential(
        [
            Input((8, 8, 3), name="inner_image"),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Conv2D(4, 3, name="fixed", trainable=False),
            layers.BatchNormalization(name="fixed_norm", trainable=False),
            Sequential(
                [Input((4, 4, 4)), layers.BatchNormalization(name="deep")], name="innermost"
            ),
        ],
        name="inner",
    )
    frozen = Sequential(
        [
            Input((4, 4, 4)),
            layers.BatchNormalization(name="first"),
            layers.Conv2D(4, 1, name="second"),
        ],
        name="frozen",
    )
    frozen.trainable = False
    image = Input((8, 8, 3), name="image")
    x = frozen(inner(image))
    x = layers.Add(name="twice")([x, frozen(x)])
    x = layers.SpectralNormalization(layers.Conv2D(3, 2), name="spectral")(x)
    x = layers.BatchNormalization(name="outer_norm", trainable=False)(x)
    x = layers.Reshape((9, 3), name="steps")(x)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="both")(x)
    x = layers.TimeDistributed(layers.BatchNormalization(), name="every")(x)
    return Model(image, layers.Dense(2, name="head")(x), name="nested")


MODELS = {"plain": plain, "nested": nested}
EACH = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


def saved(make: Callable[[], Any], path: Path) -> Any:
    model = make()
    random = np.random.default_rng(0)
    model.set_weights([random.random(each.shape) + 0.5 for each in model.get_weights()])
    model.save(path)
    return model


def data() -> Any:
    return np.random.default_rng(1).random((2, 8, 8, 3)).astype("float32")


def built(folder: Path, base: str) -> Any:
    (folder / "outer.yaml").write_text(SPEC.format(base=base), encoding="utf-8")
    return load(folder / "outer.yaml").build()


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5", "model.bin"])
@pytest.mark.parametrize(
    ("make", "rest"),
    [(plain, ""), (plain, ", frozen: true"), (nested, "")],
    ids=["plain", "frozen", "nested"],
)
def test_a_submodel_has_the_layers_and_weights_of_its_file(
    tmp_path: Path, make: Callable[[], Any], name: str, rest: str
) -> None:
    model = saved(make, tmp_path / "model.h5")
    (tmp_path / "model.h5").rename(tmp_path / name)
    outer = built(tmp_path, f"keras: {name}{rest}")
    np.testing.assert_array_equal(outer(data()), model(data()))
    assert [layer.name for layer in outer.get_layer("base_1").layers[1:]] == [
        layer.name for layer in model.layers if layer.name != "image"
    ]
    assert bool(outer.trainable_weights) == (not rest)


def test_a_file_may_be_cut_at_several_layers(tmp_path: Path) -> None:
    import keras

    model = saved(plain, tmp_path / "model.h5")
    text = SPEC.format(base="keras: model.h5, until: [flat, norm]")
    outputs = "outputs: {a: {from: base_1/norm}, b: {from: base_1/flat}}\n"
    (tmp_path / "outer.yaml").write_text(text + outputs, encoding="utf-8")
    found = load(tmp_path / "outer.yaml").build()(data())
    parts = [model.get_layer(name).output for name in ("norm", "flat")]
    expected = keras.Model(model.inputs[0], parts)(data())
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@EACH
def test_an_imported_file_names_its_weights(tmp_path: Path, make: Callable[[], Any]) -> None:
    model = saved(make, tmp_path / "model.h5")
    target = tmp_path / "model.yaml"
    code, _, stderr = run_command("import", tmp_path / "model.h5", "-o", target)
    assert (code, stderr) == (0, "")
    spec = load(target)
    assert spec.document is not None
    assert spec.document.weights == "model.h5"
    np.testing.assert_array_equal(spec.build()(data()), model(data()))


@EACH
def test_a_script_has_the_weights_too(tmp_path: Path, make: Callable[[], Any]) -> None:
    model = saved(make, tmp_path / "model.h5")
    (tmp_path / "outer.yaml").write_text(SPEC.format(base="keras: model.h5"), encoding="utf-8")
    script = tmp_path / "script.py"
    code, _, stderr = run_command("code", tmp_path / "outer.yaml", "-o", script)
    assert (code, stderr) == (0, "")
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(script.read_text(encoding="utf-8"), script, "exec"), names)
    np.testing.assert_array_equal(names["outer"]()(data()), model(data()))


OTHER = """\
cnnspec: 1
name: other
inputs: {image: [8, 8, 3]}
layers:
  - Conv2D: {name: conv, filters: 5, kernel_size: 3}
  - Flatten: {name: flat}
  - Dense: {name: last, units: 2}
"""


def test_weights_that_do_not_fit_are_errors_of_each_layer(tmp_path: Path) -> None:
    saved(plain, tmp_path / "model.h5")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    text = SPEC.format(base=f"spec: {tmp_path / 'other.yaml'}, weights: {tmp_path / 'model.h5'}")
    (tmp_path / "outer.yaml").write_text(text, encoding="utf-8")
    (found,) = load(tmp_path / "outer.yaml").report
    assert found.code == "weights-do-not-fit"
    assert found.message.partition("does not match ")[2] == (
        "'base': 'conv' has a kernel with shape (3, 3, 3, 5), but the file has (3, 3, 3, 4)"
    )
    assert [note.message for note in found.notes] == [
        "the file has no weights for 'last'",
        "the file has weights for 'norm', which is not a layer of the model",
        "the file has weights for 'head', which is not a layer of the model",
    ]


def without_weights(file: Any) -> None:
    del file["model_weights"]


def with_a_link(file: Any) -> None:
    del file["model_weights/conv"]
    file["model_weights/conv"] = h5py.ExternalLink("other.h5", "/model_weights/conv")


def with_too_many(file: Any) -> None:
    group = file["model_weights/inner"]
    group.attrs["weight_names"] = group.attrs["weight_names"][:-1]


def with_text(file: Any) -> None:
    path = f"model_weights/head/{file['model_weights/head'].attrs['weight_names'][0]}"
    del file[path]
    file[path] = "text"


DAMAGED = {
    "no weights": (plain, without_weights, "it contains a model without its weights"),
    "a link": (plain, with_a_link, "'conv' is a link"),
    "text": (plain, with_text, "contains numbers"),
    "too few": (
        nested,
        with_too_many,
        "it contains 15 weights for 'inner', which has 16 in the model",
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged_weights_are_an_error(tmp_path: Path, what: str) -> None:
    make, damage, message = DAMAGED[what]
    saved(make, tmp_path / "whole.h5")
    (tmp_path / "whole.yaml").write_text(SPEC.format(base="keras: whole.h5"), encoding="utf-8")
    checked = load(tmp_path / "whole.yaml").compile().nodes[0].submodel
    with h5py.File(tmp_path / "whole.h5", "r+") as file:
        damage(file)
    with pytest.raises(UnreadableWeights) as raised, open_weights(tmp_path / "whole.h5", checked):
        pass
    if what == "text":
        assert str(raised.value).endswith("does not contain numbers")
    else:
        assert str(raised.value) == message


def with_normalization() -> Any:
    from keras import Input, Sequential, layers

    norm = layers.Normalization(name="scaled")
    return Sequential([Input((8, 8, 3)), norm, layers.Flatten(), layers.Dense(2)], name="scaling")


def test_the_weights_of_keras_2_are_read(tmp_path: Path) -> None:
    import keras

    saved(with_normalization, tmp_path / "model.h5")
    model = keras.models.load_model(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        weights = file["model_weights"]
        weights.attrs["keras_version"] = b"2.15.0"
        names = [*map(str, weights["scaled"].attrs["weight_names"]), "count:0"]
        weights["scaled"].attrs["weight_names"] = [name.encode() for name in names]
        weights["scaled"]["count:0"] = 3
    np.testing.assert_array_equal(built(tmp_path, "keras: model.h5")(data()), model(data()))


def test_a_link_to_the_weights_of_another_file_is_not_followed(tmp_path: Path) -> None:
    saved(plain, tmp_path / "other.h5")
    saved(plain, tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/model_weights")
    with pytest.raises(UnreadableWeights) as raised, open_weights(tmp_path / "model.h5"):
        pass
    assert str(raised.value) == "'model_weights' is a link"


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    plain().save_weights(tmp_path / "only.weights.h5")
    text = SPEC.format(base=f"keras: {tmp_path / 'only.weights.h5'}")
    (tmp_path / "outer.yaml").write_text(text, encoding="utf-8")
    (found,) = load(tmp_path / "outer.yaml").report
    assert (found.code, found.message.rpartition("': ")[2]) == (
        "unreadable-model",
        "it contains weights but no model; it was written by `save_weights`",
    )
