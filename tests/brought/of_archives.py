"""Archives of arrays."""

import numpy

from tests.brought.case import FOUR, NPZ, Case, Gives, Says, X
from tests.brought.files import archive, table

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
    "an archive without arrays": Case(
        archive(), Says("file-not-found", "'./data.npz' contains no arrays", "npz"), data=NPZ
    ),
    "a table instead of an archive": Case(
        table(FOUR),
        Says("file-not-found", "'./data.csv' is not an npz archive: File is not a zip file", "npz"),
        data="{npz: data.csv}",
    ),
    "no rows": Case(
        archive(x=X[:0], label=X[:0]), Says("shape-mismatch", "the data has no rows", NPZ), data=NPZ
    ),
    "arrays in the order of Fortran": Case(
        archive(x=numpy.asfortranarray(numpy.arange(8.0).reshape(4, 2)), label=[0, 1, 0, 1]),
        Gives(inputs=[[0, 1], [2, 3], [4, 5], [6, 7]], targets=[0, 1, 0, 1]),
        data=NPZ,
        shape="[2]",
    ),
    "arrays of another machine": Case(
        archive(x=X.astype(">f8"), label=numpy.array([0, 1, 0, 1], ">i4")),
        Gives(inputs=[0, 1, 2, 3], targets=[0, 1, 0, 1]),
        data=NPZ,
    ),
    "arrays of true and false": Case(
        archive(x=X > 1, label=X > 2), Gives(inputs=[0, 0, 1, 1], targets=[0, 0, 0, 1]), data=NPZ
    ),
    "numbers of 128 bits": Case(
        archive(x=X.astype("longdouble"), label=[0, 1, 0, 1]),
        Says(
            "wrong-dtype",
            f"'x' in './data.npz' has numbers of more than 64 bits ({numpy.dtype('longdouble').name})",
            "x",
            'save it with another data type: `array.astype("float32")`',
        ),
        data=NPZ,
    ),
    "complex numbers": Case(
        archive(x=X + 1j, label=[0, 1, 0, 1]),
        Says("wrong-dtype", "'x' in './data.npz' must contain numbers, not complex128", "x"),
        data=NPZ,
    ),
    "numbers that do not fit the input": Case(
        archive(x=[0, 255, 256], label=[0, 1, 0]),
        Says(
            "out-of-range",
            "the input 'row' takes uint8, but row 2 of './data.npz' has 256",
            "x",
        ),
        data=NPZ,
        shape="{shape: [1], dtype: uint8}",
        layers="  - Rescaling: {scale: 0.1}\n"
        "  - Dense: {name: kind, units: 2, activation: softmax}",
    ),
    "numbers that are not true or false": Case(
        archive(x=[0, 1, 2], label=[0, 1, 0]),
        Says("out-of-range", "the input 'row' takes bool, but row 2 of './data.npz' has 2", "x"),
        data=NPZ,
        shape="{shape: [1], dtype: bool}",
    ),
    "validation arrays that do not exist": Case(
        archive(x=X, label=[0, 1, 0, 1], x_val=X, y_val=X),
        Says("unknown-name", "the data has no column 'x_vall'", "x_vall", "did you mean 'x_val'?"),
        data=NPZ,
        train="validation: {x: x_vall, label: y_val}",
    ),
}
