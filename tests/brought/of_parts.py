"""Parts of the data, and weights."""

import numpy

from tests.brought.case import FOUR, MASKS, NPZ, YES_OR_NO, Case, Gives, Says, X
from tests.brought.files import archive, both, table

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
    "a class that only other data has": Case(
        both(table("x,label\n1,0\n2,0\n"), table("x,label\n1,1\n", "more.csv")),
        Gives(
            targets=[0, 0],
            validation=[1],
            warnings=(
                (
                    "unseen-classes",
                    "training never sees classes of 'kind' that the validation data has: '1'",
                    None,
                ),
            ),
        ),
        train="validation: more.csv",
    ),
    "other data without a column": Case(
        both(table(FOUR), table("x,y\n1,1\n", "more.csv")),
        Says("unknown-name", "'./more.csv' has no column 'label'", "label", "choose from 'x', 'y'"),
        train="validation: more.csv",
    ),
    "other data that is missing": Case(
        table(FOUR),
        Says(
            "file-not-found", "'./more.csv' cannot be read: No such file or directory", "more.csv"
        ),
        train="test: more.csv",
    ),
    "a fraction that leaves nothing": Case(
        table(FOUR),
        Says("out-of-range", "0.1 of 4 rows leaves one part empty", "0.1"),
        train="validation: 0.1",
    ),
    "a weight below 0": Case(
        table("x,label,w\n1,0,1\n2,1,-1\n"),
        Says("out-of-range", "a weight must be at least 0, but row 3 of './data.csv' has -1", "w"),
        train="sample_weight: {kind: w}",
    ),
}
