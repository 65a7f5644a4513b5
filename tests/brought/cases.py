"""Data as people bring it, each with what becomes of it: a message, or the values that come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from tests.brought.files import Maker, archive, both, folders, images, table

SPARSE = "sparse_categorical_crossentropy"
ONE_HOT = "categorical_crossentropy"
YES_OR_NO = "binary_crossentropy"


@dataclass(frozen=True)
class Says:
    """What is said of data that cannot be used."""

    code: str
    message: str
    at: str | None
    """The text of the spec that the message points at."""
    suggestion: str | None = None


@dataclass(frozen=True)
class Gives:
    """The values that come out of data."""

    inputs: Any = None
    targets: Any = None
    validation: Any = None
    """The targets of the validation data."""
    test: Any = None
    classes: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str, str | None], ...] = ()
    """Code, message and suggestion."""


@dataclass(frozen=True)
class Case:
    """Data and a spec that trains on it."""

    make: Maker
    gives: Says | Gives
    data: str = "{csv: data.csv}"
    inputs: str = "x"
    targets: str = "label"
    shape: str = "[1]"
    units: int = 2
    loss: str = SPARSE
    output: str = ""
    """More of the output."""
    train: str = ""
    """More of the `train` section, line by line."""
    layers: str = ""
    """The layers; by default a `Dense` layer."""


def spec_of(case: Case) -> str:
    """The spec of a case."""
    flatten = "" if case.shape.count(",") == 0 else "  - Flatten\n"
    activation = {SPARSE: "softmax", ONE_HOT: "softmax", YES_OR_NO: "sigmoid"}.get(case.loss)
    head = f"{{name: kind, units: {case.units}, activation: {activation or 'linear'}}}"
    layers = case.layers or f"{flatten}  - Dense: {head}"
    more = "".join(f"\n  {line}" for line in case.train.splitlines())
    return f"""cnnspec: 1
name: brought
inputs: {{row: {case.shape}}}
layers:
{layers}
outputs:
  kind: {{loss: {case.loss}{case.output}}}
train:
  data: {case.data}
  inputs: {{row: {case.inputs}}}
  targets: {{kind: {case.targets}}}{more}
"""


NPZ = "{npz: data.npz}"
FOLDER = "{images: {directory: data, size: [2, 2]}}"
PIXELS: Mapping[str, Any] = {"data": FOLDER, "inputs": "image", "shape": "[2, 2, 3]"}
MASKS: Mapping[str, Any] = {
    "data": NPZ,
    "shape": "[2, 3, 1]",
    "layers": "  - Conv2D: {name: kind, filters: 2, kernel_size: 1, activation: softmax}",
}
X = numpy.arange(4.0)
FOUR = "x,label\n1,0\n2,1\n3,0\n4,1\n"

COLUMNS = {
    "an empty cell": Case(
        table("x,label\n1,0\n,1\n3,0\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 3 is empty",
            "x",
        ),
    ),
    "an empty cell below an empty line": Case(
        table("x,label\n\n1,0\n,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 4 is empty",
            "x",
        ),
    ),
    "a word for what is missing": Case(
        table("x,label\n1,0\nn/a,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 3 has 'n/a'",
            "x",
        ),
    ),
    "a number that is missing": Case(
        table("x,label\n1,0\nnan,1\n"),
        Says("out-of-range", "a value of row 3 is nan", "x"),
    ),
    "true and false as an input": Case(
        table("x,label\nTrue,0\nFalse,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has 'True'",
            "x",
        ),
    ),
    "decimal commas": Case(
        table("x;label\n1,5;0\n2,5;1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has '1,5'",
            "x",
            "write a decimal point: 1.5",
        ),
        data='{csv: {path: data.csv, delimiter: ";"}}',
    ),
    "another delimiter": Case(
        table("x;label\n1;0\n2;1\n"),
        Says(
            "wrong-structure",
            "'./data.csv' has only one column, 'x;label'",
            "csv",
            'set `delimiter: ";"`',
        ),
    ),
    "two columns of one name": Case(
        table("x,label,x\n1,0,2\n"),
        Says("duplicate-name", "two columns of './data.csv' are called 'x'", "csv"),
    ),
    "a short row": Case(
        table("x,label\n1,0\n2\n"),
        Says("file-not-found", "row 3 of './data.csv' has 1 values, but the header has 2", "csv"),
    ),
    "a header and no rows": Case(
        table("x,label\n"),
        Says("file-not-found", "'./data.csv' has no rows after its header", "csv"),
    ),
    "nothing at all": Case(table(""), Says("file-not-found", "'./data.csv' is empty", "csv")),
    "a table from Excel": Case(
        table(f"\ufeff{FOUR}".replace("\n", "\r\n")),
        Gives(inputs=[1, 2, 3, 4], targets=[0, 1, 0, 1]),
    ),
    "a table in UTF-16": Case(
        table(FOUR, encoding="utf-16"),
        Says(
            "file-not-found",
            "'./data.csv' is not a CSV file: 'utf-8' codec can't decode byte 0xff in position 0: "
            "invalid start byte",
            "csv",
        ),
    ),
    "the numbers of rows without a name": Case(
        table(",x,label\n0,5,1\n1,6,0\n"), Gives(inputs=[5, 6], targets=[1, 0])
    ),
    "a label that is no class": Case(
        table("x,label\n1,0\n2,2\n"),
        Says("out-of-range", "'kind' has 2 classes, 0 to 1, but row 3 has 2", "label"),
    ),
}

LABELS = {
    "text labels": Case(
        table("x,label\n1,dog\n2,cat\n3,dog\n"),
        Gives(inputs=[1, 2, 3], targets=[1, 0, 1], classes=("cat", "dog")),
    ),
    "text labels in the order of the spec": Case(
        table("x,label\n1,dog\n2,cat\n3,dog\n"),
        Gives(targets=[0, 1, 0], classes=("dog", "cat")),
        output=", classes: [dog, cat]",
    ),
    "text labels with spaces around them": Case(
        table("x,label\n1, dog\n2,cat \n3,dog\n"), Gives(targets=[1, 0, 1], classes=("cat", "dog"))
    ),
    "true and false as labels": Case(
        table("x,label\n1,True\n2,False\n"),
        Gives(targets=[1, 0], classes=("False", "True")),
        loss=YES_OR_NO,
        units=1,
    ),
    "a label that is missing": Case(
        table("x,label\n1,dog\n2,\n3,cat\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' has labels, but row 3 is empty",
            "label",
        ),
    ),
    "labels that are numbers and text": Case(
        table("x,label\n1,0\n2,1\n3,unknown\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' has numbers and text: row 2 has '0', row 4 has 'unknown'",
            "label",
            "if all of them are classes, list them in `classes` of 'kind'",
        ),
    ),
    "a label that is not listed": Case(
        table("x,label\n1,dog\n2,cat\n3,dogs\n"),
        Says(
            "unknown-name",
            "the column 'label' of './data.csv' has 'dogs' in row 4, which is not one of the classes "
            "of 'kind': 'cat', 'dog'",
            "label",
            "did you mean 'dog'?",
        ),
        output=", classes: [cat, dog]",
    ),
    "a listed class that no row has": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Gives(
            targets=[1, 0],
            classes=("cat", "dog", "bird"),
            warnings=(("empty-class", "no row has one of these classes of 'kind': 'bird'", None),),
        ),
        units=3,
        output=", classes: [cat, dog, bird]",
    ),
    "more labels than units": Case(
        table("x,label\n1,dog\n2,cat\n3,bird\n"),
        Says(
            "out-of-range",
            "'kind' has 2 classes, but the column 'label' of './data.csv' has 3: 'bird', 'cat', 'dog'",
            "label",
        ),
    ),
    "fewer labels than units": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "out-of-range",
            "'kind' has 3 classes, but the column 'label' of './data.csv' has 2: 'cat', 'dog'",
            "label",
            "list all classes in `classes` of 'kind'",
        ),
        units=3,
    ),
    "text labels for a loss of one-hot labels": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "shape-mismatch",
            "a row has the shape (), but 'kind' needs labels of shape (2,)",
            "label",
            "SparseCategoricalCrossentropy takes class numbers; one_hot(y, 2) makes vectors of them",
        ),
        loss=ONE_HOT,
    ),
    "text labels made one-hot": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Gives(targets=[[0, 1], [1, 0]], classes=("cat", "dog")),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
    "text labels for numbers": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' must contain numbers, but row 2 has 'dog'",
            "label",
        ),
        loss="mse",
    ),
    "text labels in an archive": Case(
        archive(x=X, label=numpy.array(["b", "a", "b", "a"])),
        Gives(targets=[1, 0, 1, 0], classes=("a", "b")),
        data=NPZ,
    ),
    "text labels of bytes": Case(
        archive(x=X, label=numpy.array([b"b", b"a", b"b", b"a"])),
        Gives(targets=[1, 0, 1, 0], classes=("a", "b")),
        data=NPZ,
    ),
    "numbers as text in an archive": Case(
        archive(x=X, label=numpy.array(["1", "2", "10", "2"])),
        Gives(
            targets=[0, 2, 1, 2],
            classes=("1", "10", "2"),
            warnings=(
                (
                    "class-order",
                    "classes are sorted as text, so class 1 is '10', not '2'",
                    "list them in the output: `classes: [1, 2, 10, ...]`",
                ),
            ),
        ),
        data=NPZ,
        units=3,
    ),
    "the test data has a label that training has not": Case(
        archive(
            x_train=X, label_train=list("abab"), x_test=X[:2], label_test=numpy.array(["a", "c"])
        ),
        Says(
            "unknown-name",
            "the column 'label_test' of './data.npz' has 'c' in row 1, which is not one of the classes "
            "of 'kind': 'a', 'b'",
            "label",
        ),
        data=NPZ,
    ),
    "class numbers made one-hot": Case(
        table(FOUR),
        Gives(targets=[[1, 0], [0, 1], [1, 0], [0, 1]]),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
    "class numbers that are no vectors": Case(
        table("x,label\n1,0\n2,2\n"),
        Says(
            "out-of-range",
            "one_hot takes 2 classes, 0 to 1, but row 3 has 2",
            '"one_hot(label, 2)"',
        ),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
}

ARCHIVES = {
    "arrays that nothing uses": Case(
        archive(
            x=X,
            label=[0, 1, 0, 1],
            names=numpy.array(["a", "b"]),
            version=numpy.array(3),
            objects=numpy.array([{}], object),
            other=numpy.zeros(7),
            dates=numpy.array(["2026-01-01"], "datetime64[D]"),
        ),
        Gives(inputs=[0, 1, 2, 3], targets=[0, 1, 0, 1]),
        data=NPZ,
    ),
    "an array of text as an input": Case(
        archive(x=numpy.array(["1", "2"]), label=[0, 1]),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.npz' must contain numbers, but row 0 has '1'",
            "x",
            "save numbers instead of text",
        ),
        data=NPZ,
    ),
    "an array of Python objects": Case(
        archive(x=X, label=numpy.array(["a", "b", "a", "b"], object)),
        Says(
            "wrong-dtype",
            "'label' in './data.npz' contains Python objects, which are never unpickled",
            "label",
            "save it with another data type: `array.astype(str)` for text",
        ),
        data=NPZ,
    ),
    "a structured array": Case(
        archive(x=numpy.zeros(4, [("a", "f4"), ("b", "i4")]), label=[0, 1, 0, 1]),
        Says(
            "wrong-dtype",
            "'x' in './data.npz' is a structured array with the fields 'a', 'b'",
            "x",
            "save each field as an array",
        ),
        data=NPZ,
    ),
    "an array of dates": Case(
        archive(x=numpy.array(["2026-01-01"] * 2, "datetime64[D]"), label=[0, 1]),
        Says("wrong-dtype", "'x' in './data.npz' must contain numbers, not datetime64[D]", "x"),
        data=NPZ,
    ),
    "a single value": Case(
        archive(x=numpy.array(1.0), label=[0, 1]),
        Says("wrong-rank", "'x' in './data.npz' is a single value, not one per row", "x"),
        data=NPZ,
    ),
    "used arrays of different lengths": Case(
        archive(x=X, label=[0, 1]),
        Says("shape-mismatch", "columns with different lengths: 'x' 4, 'label' 2", NPZ),
        data=NPZ,
    ),
    "validation arrays of another length": Case(
        archive(x=X, label=[0, 1, 0, 1], x_val=X[:2], y_val=[1, 1]),
        Gives(targets=[0, 1, 0, 1], validation=[1, 1]),
        data=NPZ,
        train="validation: {x: x_val, label: y_val}",
    ),
    "test arrays by their names": Case(
        archive(x=X, label=[0, 1, 0, 1], x_hold=X[:2], y_hold=[1, 0]),
        Gives(targets=[0, 1, 0, 1], test=[1, 0]),
        data=NPZ,
        train="test: {x: x_hold, label: y_hold}",
    ),
    "test arrays without labels": Case(
        archive(x_train=X, label_train=[0, 1, 0, 1], x_test=X),
        Gives(
            targets=[0, 1, 0, 1],
            warnings=(
                ("unused-data", "the test data of the source is not used: it has no 'label'", None),
            ),
        ),
        data=NPZ,
    ),
    "validation arrays for some columns": Case(
        archive(x=X, label=[0, 1, 0, 1], x_val=X[:2]),
        Says(
            "missing-key",
            "'validation' names no column to use instead of 'label'",
            "{x: x_val}",
        ),
        data=NPZ,
        train="validation: {x: x_val}",
    ),
    "numbers for images of another rank": Case(
        archive(x=numpy.ones((3, 2, 2)), w=[1.0, 2.0, 3.0], label=[0, 1, 0]),
        Gives(inputs=[[[1, 1], [1, 1]], [[2, 2], [2, 2]], [[3, 3], [3, 3]]], targets=[0, 1, 0]),
        data=NPZ,
        inputs="x * w",
        shape="[2, 2]",
    ),
}

VECTORS = {
    "headers that are no identifiers": Case(
        table("sepal length (cm),petal.width,label\n1,2,0\n3,4,1\n"),
        Gives(inputs=[[0.5, 2], [1.5, 4]], targets=[0, 1]),
        inputs='[column("sepal length (cm)") / 2, column("petal.width")]',
        shape="[2]",
    ),
    "a run of columns for an image": Case(
        table("label,px0,px1,px2,px3\n1,0,51,102,255\n0,255,0,0,0\n"),
        Gives(
            inputs=[[[[0], [0.2]], [[0.4], [1]]], [[[1], [0]], [[0], [0]]]],
            targets=[1, 0],
        ),
        inputs="px0..px3 / 255",
        shape="[2, 2, 1]",
    ),
    "a run of columns with zeros in front": Case(
        table("px08,px09,px10,label\n1,2,3,0\n"),
        Gives(inputs=[[1, 2, 3]], targets=[0]),
        inputs="px08..px10",
        shape="[3]",
    ),
    "a run with a gap": Case(
        table("px0,px2,label\n1,2,0\n"),
        Says(
            "unknown-name",
            "the data has no column 'px1'",
            "px0..px2",
            "choose from 'px0', 'px2', 'label'",
        ),
        inputs="px0..px2",
        shape="[3]",
    ),
    "a vector with a class in it": Case(
        table("x,colour,label\n5,2,0\n6,0,1\n"),
        Gives(inputs=[[5, 0, 0, 1], [6, 1, 0, 0]], targets=[0, 1]),
        inputs='[x, "one_hot(colour, 3)"]',
        shape="[4]",
    ),
    "a vector that is too short": Case(
        table("a,b,label\n1,2,0\n"),
        Says(
            "shape-mismatch", "a row has the shape (2,), but the input 'row' takes (3,)", "[a, b]"
        ),
        inputs="[a, b]",
        shape="[3]",
    ),
    "a column of text in a vector": Case(
        table("a,b,label\n1,red,0\n"),
        Says(
            "wrong-dtype",
            "the column 'b' of './data.csv' must contain numbers, but row 2 has 'red'",
            "[a, b]",
        ),
        inputs="[a, b]",
        shape="[2]",
    ),
    "images named by a table": Case(
        both(
            table("file,weight,label\na.png,2,cat\nsub/b.png,3,dog\n"),
            images({"a.png": (0, 0, 0), "sub/b.png": (1, 2, 3)}),
        ),
        Gives(inputs=["a.png", "sub/b.png"], targets=[0, 1], classes=("cat", "dog")),
        inputs='"image(file, [2, 2]) / 255"',
        shape="[2, 2, 3]",
    ),
    "images that are missing": Case(
        both(table("file,label\na.png,0\nb.png,1\n"), images({"a.png": (0, 0, 0)})),
        Says(
            "file-not-found",
            "the column 'file' of './data.csv' names files that do not exist: row 3 'b.png'",
            '"image(file, [2, 2])"',
        ),
        inputs='"image(file, [2, 2])"',
        shape="[2, 2, 3]",
    ),
    "images named by numbers": Case(
        table("file,label\n1,0\n2,1\n"),
        Says(
            "wrong-dtype",
            "the column 'file' of './data.csv' must contain the paths of images, not int64",
            '"image(file, [2, 2])"',
        ),
        inputs='"image(file, [2, 2])"',
        shape="[2, 2, 3]",
    ),
}

PARTS = ("train/a/1.png", "train/b/2.png")
FOLDERS = {
    "hidden folders": Case(
        folders("a/1.png", "b/2.png", ".ipynb_checkpoints/1.png", "__MACOSX/a/1.png", "a/._1.png"),
        Gives(inputs=["a/1.png", "b/2.png"], targets=[0, 1], classes=("a", "b")),
        **PIXELS,
    ),
    "an empty folder of a class": Case(
        folders("a/1.png", "b/2.png", "c/"),
        Gives(
            targets=[0, 1],
            classes=("a", "b", "c"),
            warnings=(("empty-class", "'./data/c' contains no images", None),),
        ),
        **{**PIXELS, "units": 3},
    ),
    "validation data beside the training data": Case(
        folders(*PARTS, "val/a/3.png"),
        Gives(targets=[0, 1], validation=[0], classes=("a", "b")),
        **PIXELS,
    ),
    "parts of other names": Case(
        folders(
            "training_set/a/1.png", "training_set/b/2.png", "test_set/b/3.png", "Validation/b/4.png"
        ),
        Gives(targets=[0, 1], validation=[1], test=[1], classes=("a", "b")),
        **PIXELS,
    ),
    "a class that is called train": Case(
        folders("train/1.png", "tram/2.png"),
        Gives(targets=[1, 0], classes=("train", "tram")),
        **PIXELS,
    ),
    "test images without classes": Case(
        folders(*PARTS, "test/3.png"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                ("unused-data", "'./data/test' is not used: it has no folder for each class", None),
            ),
        ),
        **PIXELS,
    ),
    "a folder beside the parts": Case(
        folders(*PARTS, "extra/a/3.png"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                ("unused-data", "'./data/extra' is not used: it is not a part of the data", None),
            ),
        ),
        **PIXELS,
    ),
    "a class that only the test data has": Case(
        folders(*PARTS, "test/c/3.png"),
        Says("file-not-found", "'./data/test' has an additional class 'c'", "data"),
        **PIXELS,
    ),
    "files that are no images": Case(
        folders("a/1.png", "b/2.png", "b/3.tiff", "b/4.heic", "a/5.TIFF", "a/Thumbs.db", "6.jpg"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                (
                    "unused-data",
                    "files in './data' are left out because of their endings: 1 .heic, 2 .tiff",
                    "images end in .bmp, .gif, .jpeg, .jpg, .png, .webp",
                ),
                (
                    "unused-data",
                    "images directly in './data' are left out, because they have no class: 1",
                    None,
                ),
            ),
        ),
        **PIXELS,
    ),
    "classes in the order of the spec": Case(
        folders("a/1.png", "b/2.png"),
        Gives(targets=[1, 0], classes=("b", "a")),
        **{**PIXELS, "output": ", classes: [b, a]"},
    ),
    "a folder that is not listed": Case(
        folders("a/1.png", "b/2.png"),
        Says(
            "unknown-name",
            "'./data' has the class 'b', which is not one of the classes of 'kind': 'a', 'c'",
            "label",
        ),
        **{**PIXELS, "output": ", classes: [a, c]"},
    ),
    "numbers as names of classes": Case(
        folders("1/1.png", "2/2.png", "10/3.png"),
        Gives(
            targets=[2, 0, 1],
            classes=("1", "10", "2"),
            warnings=(
                (
                    "class-order",
                    "classes are sorted as text, so class 1 is '10', not '2'",
                    "list them in the output: `classes: [1, 2, 10, ...]`",
                ),
            ),
        ),
        **{**PIXELS, "units": 3},
    ),
    "no images": Case(
        folders("a/", "b/"),
        Says("file-not-found", "no subfolder of './data' contains images", "data"),
        **PIXELS,
    ),
    "a fraction instead of the validation folder": Case(
        folders(*PARTS, "train/a/4.png", "train/b/5.png", "val/a/3.png"),
        Gives(
            classes=("a", "b"),
            validation=[0],
            warnings=(
                (
                    "unused-data",
                    "the validation data of the source is not used, because 'validation' names other rows",
                    None,
                ),
            ),
        ),
        **{**PIXELS, "train": "validation: 0.25"},
    ),
    "validation images in another folder": Case(
        both(folders("a/1.png", "b/2.png"), images({"more/b/3.png": (0, 0, 0)})),
        Gives(targets=[0, 1], validation=[1], classes=("a", "b")),
        **{**PIXELS, "train": "validation: more"},
    ),
}

WEIGHTS = {
    "a fraction of sorted data": Case(
        table("x,label\n1,0\n2,0\n3,0\n4,1\n"),
        Gives(
            targets=[0, 0, 0],
            validation=[1],
            warnings=(
                (
                    "unseen-classes",
                    "training never sees classes of 'kind' that the validation data has: '1'",
                    "shuffle the rows: their last part is set aside",
                ),
            ),
        ),
        train="validation: 0.25",
    ),
    "fractions for validation and test": Case(
        table(FOUR),
        Gives(targets=[0, 1], validation=[0], test=[1]),
        train="validation: 0.25\ntest: 0.25",
    ),
    "weights of classes by name": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Gives(targets=[1, 0], classes=("cat", "dog")),
        train="class_weight: {kind: {cat: 2}}",
    ),
    "a weight of an unknown class": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "unknown-name",
            "'kind' has no class 'cats': 'cat', 'dog'",
            "cats",
            "did you mean 'cat'?",
        ),
        train="class_weight: {kind: {cats: 2}}",
    ),
    "a weight of a class beyond the last": Case(
        table(FOUR),
        Says("out-of-range", "'kind' has 2 classes, 0 to 1, not 2", "2"),
        train="class_weight: {kind: {2: 0.5}}",
    ),
    "weights of classes in a regression": Case(
        table(FOUR),
        Says(
            "conflicting-arguments",
            "'class_weight' needs one class for each value, but 'kind' has no classes",
            "{0: 2}",
            "weigh its rows with `sample_weight`",
        ),
        loss="mse",
        units=1,
        train="class_weight: {kind: {0: 2}}",
    ),
    "weights of classes for several labels at once": Case(
        table("x,a,b\n1,0,1\n2,1,1\n"),
        Says(
            "conflicting-arguments",
            "'class_weight' needs one class for each value, but 'kind' has several labels at once",
            "{0: 2}",
            "weigh its rows with `sample_weight`",
        ),
        loss=YES_OR_NO,
        targets="[a, b]",
        train="class_weight: {kind: {0: 2}}",
    ),
    "weights of samples of another shape": Case(
        archive(x=X, label=[0, 1, 0, 1], w=numpy.ones((4, 3))),
        Says(
            "shape-mismatch",
            "a row of weights has the shape (3,), but one for 'kind' is one number",
            "w",
        ),
        data=NPZ,
        train="sample_weight: {kind: w}",
    ),
    "weights of pixels of another shape": Case(
        archive(x=numpy.ones((2, 2, 3)), label=numpy.ones((2, 2, 3), int), w=numpy.ones((2, 3))),
        Says(
            "shape-mismatch",
            "a row of weights has the shape (3,), but one for 'kind' is one number or has the shape (2, 3)",
            "w",
        ),
        **{**MASKS, "train": "sample_weight: {kind: w}"},
    ),
}

CASES: dict[str, Case] = COLUMNS | LABELS | ARCHIVES | VECTORS | FOLDERS | WEIGHTS
