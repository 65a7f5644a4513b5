"""Operations that move values: what they refuse, and where; the table of their modules."""

import pkgutil
from importlib import import_module

import pytest

import cnnspec.operations
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import FAMILIES

X = (None, 26, 28, 8)
REFUSED = [
    ("get_item", {"key": ":, 26"}, [X], "out-of-range", "key"),
    ("get_item", {"key": ":, -27"}, [X], "out-of-range", "key"),
    ("get_item", {"key": "0, 0, 0, 0, 0"}, [X], "wrong-rank", "key"),
    ("get_item", {"key": ":, 3:3"}, [X], "no-output-shape", "key"),
    ("get_item", {"key": "..., 0, ..."}, [X], "conflicting-arguments", "key"),
    ("get_item", {"key": ":, ::0"}, [X], "out-of-range", "key"),
    ("get_item", {"key": "__import__('os')"}, [X], "unknown-value", "key"),
    ("get_item", {"key": ":, x"}, [X], "unknown-value", "key"),
    ("get_item", {"key": "1 + 1"}, [X], "unknown-value", "key"),
    ("get_item", {"key": "9" * 30}, [X], "out-of-range", "key"),
    ("reshape", {"newshape": [-1, 7]}, [(4, 6)], "shape-mismatch", "newshape"),
    ("reshape", {"newshape": [-1, -1]}, [X], "conflicting-arguments", "newshape"),
    ("transpose", {"axes": [0, 1]}, [X], "wrong-rank", "axes"),
    ("transpose", {"axes": [0, 1, 1, 2]}, [X], "conflicting-arguments", "axes"),
    ("swapaxes", {"axis1": 0, "axis2": 4}, [X], "out-of-range", "axis2"),
    ("expand_dims", {"axis": 5}, [X], "out-of-range", "axis"),
    ("squeeze", {"axis": 1}, [X], "shape-mismatch", "axis"),
    ("split", {"indices_or_sections": 3, "axis": 1}, [X], "shape-mismatch", "indices_or_sections"),
    (
        "split",
        {"indices_or_sections": [5, 2], "axis": 1},
        [X],
        "out-of-range",
        "indices_or_sections",
    ),
    ("unstack", {"num": 3, "axis": 1}, [X], "shape-mismatch", "num"),
    ("pad", {"pad_width": [[1, 1]]}, [X], "wrong-rank", "pad_width"),
    ("pad", {"pad_width": 1}, [X], "wrong-type", "pad_width"),
    ("take", {"indices": [0, 26], "axis": 1}, [X], "out-of-range", "indices"),
    ("concatenate", {"axis": 1}, [X, (None, 26, 27, 8)], "shape-mismatch", None),
    ("stack", {}, [X, (None, 26, 27, 8)], "shape-mismatch", None),
    ("matmul", {}, [X, (7, 2)], "shape-mismatch", None),
    (
        "einsum",
        {"subscripts": "ab,bc->ad"},
        [(2, 3), (3, 4)],
        "conflicting-arguments",
        "subscripts",
    ),
    ("einsum", {"subscripts": "ab,bc->ac"}, [(2, 3), (4, 5)], "shape-mismatch", "subscripts"),
    ("einsum", {"subscripts": "ab->ba"}, [(2, 3), (4, 5)], "wrong-input-count", "subscripts"),
    ("depth_to_space", {"block_size": 3}, [X], "shape-mismatch", "block_size"),
    ("max_pool", {"pool_size": [2, 2, 2]}, [X], "wrong-rank", "pool_size"),
    ("conv", {}, [X, (3, 3, 3, 4)], "shape-mismatch", None),
    ("image.resize", {"size": [24]}, [X], "wrong-type", "size"),
    ("image.rgb_to_grayscale", {}, [X], "shape-mismatch", None),
]


def check(function, arguments, shapes):
    operation = OPERATIONS.find(f"ops.{function}").of(arguments)
    operation.check_count(len(shapes))
    operation.shape(*shapes)


@pytest.mark.parametrize(
    ("function", "arguments", "shapes", "code", "argument"),
    REFUSED,
    ids=[f"{function} {arguments}" for function, arguments, *_ in REFUSED],
)
def test_what_does_not_fit_is_refused_at_its_argument(function, arguments, shapes, code, argument):
    with pytest.raises((Problem, Problems)) as refused:
        check(function, arguments, shapes)
    problems = getattr(refused.value, "problems", (refused.value,))
    assert [(each.code, each.at[:1]) for each in problems] == [
        (code, () if argument is None else (argument,))
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (":, 0, 1:-1", (slice(None), 0, slice(1, -1))),
        ("..., None, ::-1", (..., None, slice(None, None, -1))),
        ("[newaxis,1:]", (None, slice(1, None))),
        (" 3 ", (3,)),
        (-1, (-1,)),
        (":2:, +1,", (slice(None, 2), 1)),
    ],
)
def test_keys_are_read_as_in_python(written, told):
    operation = OPERATIONS.find("ops.get_item").of({"key": written})
    assert operation.keras_value("key", operation.checked("key")) == told


def test_the_table_of_words_is_that_of_the_declarations():
    for module in pkgutil.iter_modules(cnnspec.operations.__path__):
        import_module(f"cnnspec.operations.{module.name}")
    found: dict[str, set[str]] = {}
    for word, kind in OPERATIONS.kinds.items():
        module = kind.__module__.rpartition(".")[2]
        found.setdefault(module, set()).add(word.removeprefix("ops."))
    assert found == {module: set(words) for module, words in FAMILIES.items()}


@pytest.mark.parametrize("word", sorted(OPERATIONS.kinds))
def test_examples_have_the_shapes_they_state(word):
    for example in OPERATIONS.find(word).examples:
        operation = OPERATIONS.find(word).of(example.arguments)
        operation.check_count(len(example.shapes))
        assert operation.shape(*example.shapes) == example.output
