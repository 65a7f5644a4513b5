"""Rows of several values: words, vectors and images that a table names."""

from collections.abc import Mapping
from typing import Any

import numpy

from tests.brought.case import NPZ, Case, Gives, Says, X
from tests.brought.files import archive, both, images, table

WORDS: Mapping[str, Any] = {
    "shape": "{shape: [1], dtype: string}",
    "layers": """  - StringLookup: {vocabulary: [red], output_mode: multi_hot}
  - Dense: {name: kind, units: 2, activation: softmax}""",
}
PAIRS = {**WORDS, "shape": "{shape: [2], dtype: string}"}
TEXTS = {
    "words": Case(
        table("x,label\nred,0\n dark blue,1\ncafé,0\n,1\n"),
        Gives(inputs=["red", "dark blue", "café", ""], targets=[0, 1, 0, 1]),
        **WORDS,
    ),
    "numbers as words": Case(
        table("x,label\n007,0\n1.50,1\nNaN,1\n"),
        Gives(inputs=["007", "1.50", "NaN"], targets=[0, 1, 1]),
        **WORDS,
    ),
    "words of several columns": Case(
        table("a,b,label\nred,1,0\nblue,02,1\n"),
        Gives(inputs=[["red", "1"], ["blue", "02"]], targets=[0, 1]),
        **{**PAIRS, "inputs": "[a, b]"},
    ),
    "words of a run of columns": Case(
        table("c1,c2,label\nred,blue,0\nblue,red,1\n"),
        Gives(inputs=[["red", "blue"], ["blue", "red"]], targets=[0, 1]),
        **{**PAIRS, "inputs": "c1..c2"},
    ),
    "words of an archive": Case(
        archive(x=numpy.array(["red", "café"]), label=[0, 1]),
        Gives(inputs=["red", "café"], targets=[0, 1]),
        **{**WORDS, "data": NPZ},
    ),
    "words of bytes": Case(
        archive(x=numpy.char.encode([["red", "blue"], ["café", ""]], "utf-8"), label=[0, 1]),
        Gives(inputs=[["red", "blue"], ["café", ""]], targets=[0, 1]),
        **{**PAIRS, "data": NPZ},
    ),
    "numbers where words are needed": Case(
        archive(x=X, label=[0, 1, 0, 1]),
        Says("wrong-dtype", "the column 'x' of './data.npz' must contain text, not float64", "x"),
        **{**WORDS, "data": NPZ},
    ),
    "a calculation with words": Case(
        table("x,label\nred,0\n"),
        Says(
            "bad-expression",
            "'row' takes text, which is a column or a list of columns, not 'x + 1'",
            "x + 1",
        ),
        **{**WORDS, "inputs": "x + 1"},
    ),
    "a row of too many words": Case(
        archive(x=numpy.array([["red", "blue"]]), label=[0]),
        Says("shape-mismatch", "a row has the shape (2,), but the input 'row' takes (1,)", "x"),
        **{**WORDS, "data": NPZ},
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
