"""Columns, expressions over them, and what is found before TensorFlow starts."""

import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec.data.archives import open_archive
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.data.sources import open_columns
from cnnspec.data.values import expression
from cnnspec.language.column_expressions import parse_columns
from cnnspec.objects.data_sources import DataSource
from cnnspec.objects.families import DATA
from tests.support.commands import python_output
from tests.support.training import SPEC, Source, case, write_data


def refused(folder: Path, **changes: Any) -> tuple[str, str, tuple[str | int, ...]]:
    checked, training = case(folder, **changes)
    with pytest.raises(DataProblem) as caught:
        check_data(checked, training)
    problem = caught.value
    return problem.code, problem.message.replace(str(folder), "."), problem.at


def test_an_archive_of_keras_has_two_parts(tmp_path: Path) -> None:
    write_data(tmp_path, rows=4, other=numpy.zeros((4, 2), "float32"))
    _, training = case(tmp_path)
    columns = open_columns(training)
    shapes = {name: (each.rows, each.shape, each.dtype) for name, each in columns.train.items()}
    assert shapes == {
        "x": (4, (6, 6), "uint8"),
        "y": (4, (), "uint8"),
        "other": (4, (2,), "float32"),
    }
    assert sorted(columns.test) == ["x", "y"]


def test_a_table_has_its_header_s_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b;c\n1;2.5;u\n3;4;v\n", encoding="utf-8")
    source = Source("csv", {"path": "t.csv", "delimiter": ";"})
    columns = open_columns(case(tmp_path, data=source)[1]).train
    assert {name: each.read().tolist() for name, each in columns.items()} == {
        "a": [1, 3],
        "b": [2.5, 4.0],
        "c": ["u", "v"],
    }


def test_images_are_labelled_by_their_folders(tmp_path: Path) -> None:
    for name in ("b/2.png", "a/1.png", "a/text.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    source = Source("images", {"directory": ".", "size": [4, 5], "color_mode": "grayscale"})
    columns = open_columns(case(tmp_path, data=source)[1]).train
    assert columns["image"].shape == (4, 5, 1)
    assert columns["label"].read().tolist() == [0, 1]
    assert [Path(each).name for each in columns["image"].read()] == ["1.png", "2.png"]


@pytest.mark.parametrize(
    ("text", "values", "dtype"),
    [
        ("y", [0, 7, 255], "uint8"),
        ("y + 1", [1, 8, 256], "int64"),
        ("y % 2", [0, 1, 1], "int64"),
        ("y // 2", [0, 3, 127], "int64"),
        ("y / 2", [0, 3.5, 127.5], "float32"),
        ("0 < y <= 7", [0, 1, 0], "int64"),
        ("y == classes", [0, 0, 0], "int64"),
        ("min(y, classes)", [0, 7, 10], "int64"),
        ("round(y / 2)", [0, 4, 128], "int64"),
        ("-abs(y - 7) ** 2", [-49, 0, -61504], "float32"),
    ],
)
def test_expressions_are_computed_row_by_row(text: str, values: list[float], dtype: str) -> None:
    column = numpy.array([0, 7, 255], "uint8")
    found = expression(parse_columns(text), {"y": ()}, {"classes": 10}).value({"y": column})
    assert (found.tolist(), found.dtype.name) == (values, dtype)


@pytest.mark.parametrize(
    ("changes", "code", "message", "at"),
    [
        (
            {"targets": {"zdigit": "y + 1", "aodd": "y % 2"}},
            "out-of-range",
            "'zdigit' has 10 classes, 0 to 9, but row 4 of './data.npz' has 10",
            ("targets", "zdigit"),
        ),
        (
            {"targets": {"zdigit": "y", "aodd": "y"}},
            "out-of-range",
            "'aodd' takes labels of 0 to 1, but row 1 of './data.npz' has 2",
            ("targets", "aodd"),
        ),
        (
            {"targets": {"zdigit": "lable", "aodd": "y"}},
            "unknown-name",
            "the data has no column 'lable'",
            ("targets", "zdigit"),
        ),
        (
            {"targets": {"zdigit": "y"}},
            "missing-key",
            "no data for the output 'aodd', which has a loss",
            ("targets",),
        ),
        (
            {"targets": {"zdigit": "x", "aodd": "y % 2"}},
            "shape-mismatch",
            "a row has the shape (6, 6), but 'zdigit' needs labels of shape ()",
            ("targets", "zdigit"),
        ),
        (
            {"inputs": {"image": "y / 255"}},
            "shape-mismatch",
            "a row has the shape (), but the input 'image' takes (6, 6, 1)",
            ("inputs", "image"),
        ),
        (
            {"inputs": {"image": "x / (x - x)"}},
            "out-of-range",
            "the expression is inf in row 0 of './data.npz'",
            ("inputs", "image"),
        ),
        (
            {"inputs": {"image": "x / 0"}},
            "bad-expression",
            "the expression divides by zero",
            ("inputs", "image"),
        ),
        (
            {"data": Source("npz", {"path": "none.npz"})},
            "file-not-found",
            "'./none.npz' cannot be read: No such file or directory",
            ("data", "path"),
        ),
        (
            {"validation": 0.001},
            "out-of-range",
            "0.001 of 64 rows leaves one part empty",
            ("validation",),
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, Any], code: str, message: str, at: tuple[str, ...]
) -> None:
    assert refused(tmp_path, **changes) == (code, message, at)


def test_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    write_data(tmp_path, evil=numpy.array([{}] * 64, object))
    message = "'evil' in './data.npz' contains Python objects, which are never unpickled"
    changes = {"targets": {"zdigit": "evil", "aodd": "y % 2"}}
    assert refused(tmp_path, **changes) == ("wrong-dtype", message, ("targets", "zdigit"))
    check_data(*case(tmp_path))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }} ",
        "{'descr': ',', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': [()], 'fortran_order': False, 'shape': (3,), }",
        "(" * 60,
        "3",
        "",
    ],
)
def test_a_broken_header_of_an_array_is_refused(header: str, tmp_path: Path) -> None:
    content = b"\x93NUMPY\x01\x00\x76\x00" + header.encode().ljust(117) + b"\n" + bytes(12)
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x.npy", content)
    message = "'./data.npz' is not an npz archive: the header of 'x.npy' is damaged"
    assert refused(tmp_path) == ("file-not-found", message, ("data", "path"))


@pytest.mark.parametrize(("shape", "dtype"), [((64, 0), "U3"), ((64, 0, 2), "S3")])
def test_texts_without_values_are_no_numbers(
    shape: tuple[int, ...], dtype: str, tmp_path: Path
) -> None:
    write_data(tmp_path, none=numpy.zeros(shape, dtype))
    found = refused(tmp_path, targets={"zdigit": "none", "aodd": "y % 2"})
    message = "the column 'none' of './data.npz' must contain numbers, not text"
    assert found == ("wrong-dtype", message, ("targets", "zdigit"))


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.npz").write_bytes(b"nothing")
    message = "'./data.npz' is not an npz archive: File is not a zip file"
    assert refused(tmp_path) == ("file-not-found", message, ("data", "path"))


def test_columns_have_one_length(tmp_path: Path) -> None:
    write_data(tmp_path, rows=4, other=numpy.zeros(3))
    message = "columns with different lengths: 'x_train' 4, 'y_train' 4, 'other' 3"
    changes = {"sample_weight": {"zdigit": "other"}}
    assert refused(tmp_path, **changes) == ("shape-mismatch", message, ("data",))
    check_data(*case(tmp_path))


def test_validation_is_the_last_part(tmp_path: Path) -> None:
    data = check_data(*case(tmp_path, validation=0.25))
    assert data.validation is not None
    assert (data.train.rows, data.validation.rows) == (range(48), range(48, 64))


def test_tensorflow_is_not_imported_for_a_mistake(tmp_path: Path) -> None:
    write_data(tmp_path)
    code = f"""
import sys
import tracemalloc
from pathlib import Path
from cnnspec.diagnostics.report import Report
from cnnspec.objects.families import DATA
from cnnspec.objects.data_sources import DataSource
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from tests.support.training import SPEC, case
text = SPEC + "train:\\n  optimizer: adam\\n"
checked, training = case(Path({str(tmp_path)!r}), text, targets={{"zdigit": "y + 1", "aodd": "y % 2"}})
try:
    check_data(checked, training)
except DataProblem as problem:
    report = Report()
    training.place.problem(report, problem)
    (found,) = report
    print(found.code, found.span.line, "tensorflow" in sys.modules)
"""
    line = len(SPEC.splitlines()) + 2
    assert python_output("-c", code) == f"out-of-range {line} False\n"


def test_arrays_that_are_not_compressed_are_mapped(tmp_path: Path) -> None:
    arrays = {
        "c": numpy.arange(24, dtype="uint8").reshape(4, 6),
        "f": numpy.asfortranarray(numpy.arange(24.0).reshape(4, 6)),
        "big_endian": numpy.arange(4, dtype=">i4"),
        "text": numpy.array(["a", "bc", "", "ü"]),
    }
    for save, is_mapped in ((numpy.savez, True), (numpy.savez_compressed, False)):
        save(tmp_path / "a.npz", **arrays)
        for name, column in open_archive(tmp_path / "a.npz", ()).items():
            values = column.read()
            assert isinstance(values, numpy.memmap) == is_mapped
            assert (values.dtype, values.tolist()) == (arrays[name].dtype, arrays[name].tolist())


def test_no_row_is_read_before_it_is_looked_at(tmp_path: Path) -> None:
    """The file is larger than all memory that reading it may take."""
    rows = 2**15
    numpy.savez(tmp_path / "a.npz", x=numpy.zeros((rows, 1024), "uint8"))
    tracemalloc.start()
    try:
        values = open_archive(tmp_path / "a.npz", ())["x"].read()
        assert values[:2].shape == (2, 1024)
        assert tracemalloc.get_traced_memory()[1] < 2**25 + 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_a_damaged_array_is_refused(tmp_path: Path, save: Any) -> None:
    random = numpy.random.default_rng(0)
    save(tmp_path / "data.npz", x_train=random.integers(0, 256, (999, 99), "uint8"))
    content = bytearray((tmp_path / "data.npz").read_bytes())
    content[50_000] ^= 1
    (tmp_path / "data.npz").write_bytes(content)
    (column,) = open_archive(tmp_path / "data.npz", ()).values()
    with pytest.raises(DataProblem, match="is damaged"):
        column.read()


def test_a_source_says_which_of_its_arguments_are_paths() -> None:
    found = {}
    for word, source in DATA.kinds.items():
        assert issubclass(source, DataSource)
        found[word] = source.paths()
    assert found == {"npz": ("path",), "keras": (), "images": ("directory",), "csv": ("path",)}


def test_the_last_images_are_of_every_class(tmp_path: Path) -> None:
    for label in ("cats", "dogs"):
        (tmp_path / label).mkdir()
        for number in range(20):
            (tmp_path / label / f"{number}.png").write_bytes(b"")
    source = Source("images", {"directory": ".", "size": [6, 6]})
    training = case(tmp_path, data=source)[1]
    columns = open_columns(training).train
    labels = columns["label"].read().tolist()
    paths = [Path(each).parent.name for each in columns["image"].read()]
    assert paths == [("cats", "dogs")[label] for label in labels]
    assert sorted(labels) == [0] * 20 + [1] * 20
    assert {*labels[-8:]} == {0, 1}
