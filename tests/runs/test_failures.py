"""Failures in Keras, TensorFlow and the code of layers are told in one line each, in our words."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import keras
import numpy
import pytest
import tensorflow as tf

from cnnspec.failures.cause import cause
from cnnspec.failures.wording import LONGEST
from tests.brought.pictures import FILES, IN_PIXELS
from tests.support.commands import Outcome, run_command
from tests.support.keras_versions import is_since

LAYERS = '''"""Layers of a user."""
import keras
import tensorflow as tf


class Mine(keras.layers.Layer):
    def __init__(self, when="never", **more):
        super().__init__(**more)
        self.when = when

    def build(self, shape):
        if self.when == "build":
            raise ZeroDivisionError("division by zero")  # build

    def call(self, x, training=False):
        if self.when == "call":
            return x["a"]  # call
        if self.when == "shape":
            return tf.matmul(x, tf.ones((3, 3)))  # shape
        if self.when == "file" and training:
            raise FileNotFoundError(2, "No such file or directory", "words.txt")  # file
        if self.when == "training" and training:
            raise KeyError("nothing here")  # training
        if self.when == "check":
            with tf.control_dependencies([tf.debugging.assert_less(x, -1.0)]):  # check
                return tf.identity(x)
        if self.when == "python":
            def inner(value):
                raise RuntimeError("inside\\nsecond line")  # python

            y = tf.py_function(inner, [x], tf.float32)
            y.set_shape(x.shape)
            return y
        if self.when == "infinite":
            return x * float("inf")
        return x

    def get_config(self):
        if self.when == "saving":
            raise NotImplementedError("no configuration")  # saving
        return {**super().get_config(), "when": self.when}
'''
PACKAGE = "layers_that_fail"
HEAD = "  - Dense: {name: kind, units: 2, activation: softmax}\n"
SPEC = """cnnspec: 1
name: failing
inputs: {{row: {shape}}}
layers:
{layers}outputs:
  kind: {{loss: {loss}}}
train:
  data: {{npz: data.npz}}
  inputs: {{row: {row}}}
  targets: {{kind: {target}}}
{more}"""


def spec(
    layers: str = "",
    *,
    shape: str = "[4]",
    row: str = "x",
    target: str = "y",
    loss: str = "sparse_categorical_crossentropy",
    head: str = HEAD,
    more: str = "",
) -> str:
    return SPEC.format(
        shape=shape, layers=layers + head, row=row, target=target, loss=loss, more=more
    )


def mine(when: str, **more: Any) -> str:
    return spec(f"  - {PACKAGE}:Mine: {{name: mine, when: {when}, output_shape: [4]}}\n", **more)


def line(comment: str) -> int:
    """The line of the layers that ends in a comment."""
    lines = LAYERS.splitlines()
    return next(at for at, text in enumerate(lines, start=1) if text.endswith(f"# {comment}"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with data and layers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    (tmp_path / f"{PACKAGE}.py").write_text(LAYERS, encoding="utf-8")
    numpy.savez(
        tmp_path / "data.npz",
        x=numpy.linspace(0, 1, 32, dtype="float32").reshape(8, 4),
        y=numpy.arange(8) % 2,
        big=numpy.full(8, 99),
        words=numpy.arange(32).reshape(8, 4),
        image=numpy.zeros((8, 5, 5, 1), "float32"),
    )
    yield tmp_path
    sys.modules.pop(PACKAGE, None)


def said(text: str, *arguments: object) -> Outcome:
    Path("spec.yaml").write_text(text, encoding="utf-8")
    given = arguments or ("train", "spec.yaml", "-o", "run", "-q")
    return run_command(*given, "--allow-code", PACKAGE)


def at(folder: Path, comment: str) -> str:
    return f"layer 'mine' ({folder / PACKAGE}.py:{line(comment)})"


# Training, with whole messages


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("build", "the model cannot be built: {at}: ZeroDivisionError: division by zero"),
        (
            "call",
            "the model cannot be built: {at}: TypeError: Only integers, slices (`:`), ellipsis (`...`), "
            "tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are valid indices, got 'a'",
        ),
        (
            "shape",
            "the model cannot be built: {at}: shapes do not fit together: (?, 4) and (3, 3)",
        ),
        ("training", "training failed: {at}: KeyError: nothing here"),
        (
            "file",
            "training failed: {at}: 'words.txt': No such file or directory",
        ),
        (
            "check",
            "training failed: {at}: a check failed: Condition x < y did not hold element-wise",
        ),
        ("python", "training failed: {at}: RuntimeError: inside"),
        ("saving", "the results cannot be written: {at}: NotImplementedError: no configuration"),
    ],
)
def test_the_code_of_a_layer_is_named_with_its_line(when: str, message: str, folder: Path) -> None:
    expected = message.format(at=at(folder, when))
    assert said(mine(when)) == Outcome(1, "", f"error: {expected}\n")
    if when != "saving":
        assert not Path("run").exists()


TRAINING = {
    "a label that is no class": (
        spec(
            f"  - Dense: {{units: 4}}\n  - {PACKAGE}:Mine: {{name: kind}}\n", head="", target="big"
        ),
        "training failed: loss 'sparse_categorical_crossentropy': "
        "the label 99 is not one of 4 classes, 0 to 3",
    ),
    "labels of another shape": (
        spec(
            f"  - Dense: {{units: 4}}\n  - {PACKAGE}:Mine: {{name: kind}}\n",
            head="",
            target="image",
            loss="mse",
        ),
        "training failed: loss 'mean_squared_error': "
        "shapes do not fit together: (8, 4) and (8, 5, 5, 1)",
    ),
    "a number that an embedding does not have": (
        spec(
            f"  - {PACKAGE}:Mine: {{name: mine, output_shape: [4]}}\n"
            "  - Embedding: {name: words, input_dim: 5, output_dim: 2}\n  - Flatten\n",
            row="words",
        ),
        "training failed: layer 'words': takes the numbers 0 to 4, but got {number}",
    ),
    "an image that is too small": (
        spec(
            "  - Conv2D: {name: wide, filters: 2, kernel_size: 7}\n  - GlobalAveragePooling2D\n",
            shape="[null, null, 1]",
            row="image",
        ),
        "training failed: layer 'wide': the kernel, 7, is larger than the input, 5",
    ),
    "an image of an odd size": (
        spec(
            "  - MaxPooling2D: {name: half}\n  - UpSampling2D: {name: whole}\n"
            "  - Add: {name: both, from: [whole, row]}\n  - GlobalAveragePooling2D\n",
            shape="[null, null, 1]",
            row="image",
        ),
        "training failed: layer 'both': shapes do not fit together: (?, 4, 4, 1) and (?, 5, 5, 1)",
    ),
    "a loss that is infinite": (
        mine("infinite", more="  callbacks: [{TerminateOnNaN: {raise_error: true}}]\n"),
        "training stopped: the loss is NaN in epoch 1",
    ),
}


@pytest.mark.parametrize(
    "name",
    [each for each in TRAINING if is_since("3.13.0") or "raise_error" not in TRAINING[each][0]],
)
def test_what_fails_in_training(name: str, folder: Path) -> None:
    text, expected = TRAINING[name]
    done = said(text)
    number = done.stderr.rpartition(" ")[2].strip()  # that of any row
    assert done == Outcome(1, "", f"error: {expected.format(number=number)}\n")
    assert not Path("run").exists()


def test_training_stops_at_a_loss_that_is_nan(folder: Path) -> None:
    text = mine("infinite", more="  epochs: 3\n  callbacks: [TerminateOnNaN]\n")
    assert said(text) == Outcome(0, "", "training stopped: the loss is NaN in epoch 1\n")
    assert Path("run/history.csv").read_text().count("\n") == 2


class Failing(keras.callbacks.Callback):
    """A callback that fails."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        raise AttributeError("no attribute 'lr'")


def test_a_callback_that_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnspec.training.fit.callbacks_of", lambda *_, **__: [Failing()])
    message = "training failed: callback 'Failing': AttributeError: no attribute 'lr'"
    assert said(spec()) == Outcome(1, "", f"error: {message}\n")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "training failed: out of memory"),
        (
            tf.errors.ResourceExhaustedError(None, None, "failed to allocate memory"),
            "training failed: out of memory",
        ),
        (LookupError("of a kind\nthat nobody foresaw"), "training failed: LookupError: of a kind"),
        (AssertionError(), "training failed: AssertionError"),
    ],
)
def test_what_nobody_foresaw_is_one_line(
    error: Exception, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(keras.Model, "fit", fit)
    assert said(spec()) == Outcome(1, "", f"error: {message}\n")


# Evaluation, prediction, building


def test_what_fails_in_other_commands(folder: Path) -> None:
    assert said(mine("never")) == Outcome(0, "", "")
    numpy.save("rows.npy", numpy.zeros((1, 4)))
    text = Path("run/spec.expanded.yaml").read_text()
    assert "when: never" in text
    whys = {
        "check": "a check failed: Condition x < y did not hold element-wise",
        "python": "RuntimeError: inside",
    }
    for when, why in whys.items():
        Path("run/spec.expanded.yaml").write_text(text.replace("when: never", f"when: {when}"))
        for command, doing in (
            (("evaluate", "run"), "the evaluation failed"),
            (("predict", "run", "rows.npy"), "the prediction for 'rows.npy' failed"),
        ):
            done = run_command(*command, "--allow-code", PACKAGE)
            assert done == Outcome(1, "", f"error: {doing}: {at(folder, when)}: {why}\n")


def test_a_model_that_cannot_be_saved(folder: Path) -> None:
    done = said(mine("saving"), "build", "spec.yaml", "-q")
    why = f"{at(folder, 'saving')}: NotImplementedError: no configuration"
    assert done == Outcome(1, "", f"error: the model cannot be saved: {why}\n")
    assert not [*Path("build").rglob("*.*")]


@pytest.mark.parametrize("place", [0, -1])
def test_a_damaged_checkpoint(place: int, folder: Path) -> None:
    assert said(spec()) == Outcome(0, "", "")
    file = Path("run/checkpoint.npz")
    content = file.read_bytes()
    with ZipFile(file) as archive:
        member = archive.infolist()[place]
    at = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    file.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
    done = said(spec(), "train", "spec.yaml", "--resume", "run", "--epochs", "2", "-q")
    assert done == Outcome(1, "", "error: 'run/checkpoint.npz' is damaged\n")


# Images


IMAGES = """cnnspec: 1
name: pictures
inputs: {image: [4, 5, 3]}
layers:
  - Flatten
  - Dense: {name: kind, units: 2, activation: softmax}
outputs:
  kind: {loss: sparse_categorical_crossentropy}
train:
  data: {images: {directory: pictures, size: [4, 5]}}
  targets: {kind: label}
"""
WHOLE = FILES["a.png"].content


def pictures(**more: bytes) -> None:
    for name, content in {"a/1": WHOLE, "b/2": WHOLE, "b/3": WHOLE, **more}.items():
        file = Path("pictures") / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def test_a_broken_image_in_the_middle_of_an_epoch(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large data is not decoded before training."""
    pictures()
    assert said(IMAGES) == Outcome(0, "", "")
    pictures(**{"a/cut": IN_PIXELS["cut.png"][0], "b/cut": IN_PIXELS["cut.jpg"][0]})
    monkeypatch.setattr("cnnspec.training.images.SMALL", -1)
    for command in (("train", "spec.yaml", "-o", "other", "-q"), ("evaluate", "run")):
        done = run_command(*command)
        assert (done.exit_code, done.stdout) == (1, "")
        head, _, rest = done.stderr.partition("\n")
        assert sorted(head.partition("broken: ")[2].split(", ")) == sorted(
            f"'{prefix}pictures/{name}/cut.png' is a damaged {form} file"
            for prefix in [head.partition("'")[2].partition("pictures")[0]]
            for name, form in (("a", "PNG"), ("b", "JPEG"))
        )
        assert "error[file-not-found]: 2 of 5 images are broken: " in head
        assert rest.endswith("leave broken images out with `skip_broken: true`\n")
    assert not Path("other").exists()


def test_predictions_name_all_broken_images(folder: Path) -> None:
    pictures()
    assert said(IMAGES) == Outcome(0, "", "")
    Path("empty.png").write_bytes(b"")
    Path("cut.png").write_bytes(IN_PIXELS["cut.png"][0])
    Path("a jpeg.dat").write_bytes(FILES["a.jpg"].content)
    files = ("pictures/a/1.png", "empty.png", "cut.png", "a jpeg.dat")
    done = run_command("predict", "run", *files)
    message = "2 of 4 images are broken: 'empty.png' is empty, 'cut.png' is a damaged PNG file"
    assert done == Outcome(1, "", f"error: {message}\n")
    assert run_command("predict", "run", "cut.png") == Outcome(
        1, "", "error: 'cut.png' is a damaged PNG file\n"
    )
    done = run_command("predict", "run", files[0], files[3])
    assert (done.exit_code, len(done.stdout.splitlines()), done.stderr) == (0, 2, "")


def test_predictions_leave_broken_images_out_if_the_spec_does(folder: Path) -> None:
    pictures()
    assert said(IMAGES.replace("size:", "skip_broken: true, size:")) == Outcome(0, "", "")
    Path("empty.png").write_bytes(b"")
    done = run_command("predict", "run", "empty.png", "pictures/a/1.png")
    message = "1 of 2 images is broken: 'empty.png' is empty; left out because of 'skip_broken'"
    assert (done.exit_code, done.stderr) == (0, f"warning[unused-data]: {message}\n")
    assert done.stdout.startswith("pictures/a/1.png: kind ")
    assert run_command("predict", "run", "empty.png") == Outcome(
        1, "", "error: 'empty.png' is empty\n"
    )


# What messages mean


GRAPH = """Graph execution error:

Detected at node failing_1/mine_1/Op defined at (most recent call last):
  File "/somewhere/else.py", line 9, in call

{cause}
\t [[{{{{node failing_1/mine_1/Op}}}}]] [Op:__inference_multi_step_on_iterator_341]"""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("indices[0,3] = -1 is not in [0, 10)", "takes the numbers 0 to 9, but got -1"),
        (
            "logits and labels must have the same first dimension, got logits shape [8,2] and labels shape [40]",
            "predictions and labels do not fit together: (8, 2) and (40,)",
        ),
        (
            "Matrix size-incompatible: In[0]: [8,3], In[1]: [4,2]",
            "shapes do not fit together: (8, 3) and (4, 2)",
        ),
        (
            "ConcatOp : Dimension 1 in both shapes must be equal: shape[0] = [1,4,4,1] vs. shape[1] = [1,5,5,1]",
            "shapes do not fit together: (1, 4, 4, 1) and (1, 5, 5, 1)",
        ),
        (
            "Computed output size would be negative: -1 [input_size: 3, effective_filter_size: 7, stride: 1]",
            "the kernel, 7, is larger than the input, 3",
        ),
        (
            "Input to reshape is a tensor with 48 values, but the requested shape requires a multiple of 36",
            "a tensor of 48 values cannot be reshaped: the shape requires a multiple of 36",
        ),
        ("Unknown image file format. One of JPEG, PNG required.", "an image cannot be decoded"),
        ("Cast string to float is not supported", "text where numbers are needed"),
        ("/tmp/run/model; No space left on device", "no space left on the device"),
        (
            "/tmp/x/variables.tempstate84; Disk quota exceeded",
            "a file cannot be written: Disk quota exceeded",
        ),
        (
            "add got incompatible shapes for broadcasting: (8, 4, 4, 1), (8, 5, 5, 1).",
            "shapes do not fit together: (8, 4, 4, 1) and (8, 5, 5, 1)",
        ),
        (
            "The convolution operation resulted in an empty output. This can happen",
            "the kernel is larger than the input",
        ),
        ("something else\nand more of it", "something else"),
        ("x" * 400, "x" * (LONGEST - 3) + "..."),
        ("", "InvalidArgumentError"),
    ],
)
def test_messages_of_tensorflow(message: str, expected: str) -> None:
    for text, head in ((message, ""), (GRAPH.format(cause=message), "layer 'mine': ")):
        found = cause(tf.errors.InvalidArgumentError(None, None, text), ["mine"])
        assert found == head + expected


def test_keras_says_what_a_layer_got(folder: Path) -> None:
    """Outside of a command, Keras adds the arguments of the call to the message."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="head")])
    with pytest.raises(ValueError, match="incompatible") as caught:
        model(numpy.zeros((1, 5)))
    assert cause(caught.value, ["head"]) == (
        "layer 'head': does not take its input: expected axis -1 of input shape to have value 4, "
        "but received input with shape (1, 5)"
    )


@pytest.mark.parametrize(
    "path", ["compile_loss/mse/sub", "gradient_tape/compile_loss/mse/sub/Args"]
)
def test_the_loss_is_said_whichever_node_fails_first(path: str) -> None:
    message = f"Incompatible shapes: [8,4] vs. [8,5]\n\t [[{{{{node {path}}}}}]]"
    said = cause(tf.errors.InvalidArgumentError(None, None, message))
    assert said == "loss 'mse': shapes do not fit together: (8, 4) and (8, 5)"
