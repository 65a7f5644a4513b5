"""What differs between versions of Keras: the table against the installed one, and the check."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import pytest

from cnnspec.backends.keras.objects import keras_class
from cnnspec.backends.lowering import keras_call
from cnnspec.compiler import compile_text
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import (
    NEWEST,
    OLDEST,
    asked,
    installed,
    missing,
    of_release,
)
from cnnspec.objects.families import OPTIMIZERS
from keras_versions.scan import DECLARED
from keras_versions.table import committed, text
from tests.support.commands import python_output
from tests.support.keras_versions import RUNNING, each_minor, is_in
from tests.support.paths import ROOT

BY_NAMESPACE = {family.namespace: family for family in DECLARED}
DECLARATIONS = [
    pytest.param(declaration, id=f"{family.namespace}.{kind}")
    for family in DECLARED
    for kind, declaration in family.kinds.items()
]


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_the_installed_keras_has_what_the_table_says(declaration: type[Declaration]) -> None:
    namespace, kind = declaration.family.namespace, declaration.kind()
    if not is_in(RUNNING, namespace, kind):
        with pytest.raises(AttributeError):
            keras_class(declaration)
        return
    there = arguments_in_keras(keras_class(declaration))
    assert {name for name in declaration.arguments() if name in there} == {
        name for name in declaration.arguments() if is_in(RUNNING, namespace, kind, name)
    }
    of_kind = table.DEFAULTS.get(namespace, {}).get(kind, {})
    current = {
        name: [value for since, value in changes.items() if RUNNING.has((since, None))]
        for name, changes in of_kind.items()
    }
    assert {name: there[name] for name in current} == {
        name: values[-1] for name, values in current.items()
    }


def arguments_in_keras(called: Any) -> dict[str, Any]:
    """The arguments of a class or function with their defaults, those of its parents included."""
    found: dict[str, Any] = {}
    inits = (
        [vars(each).get("__init__") for each in inspect.getmro(called)]
        if inspect.isclass(called)
        else [called]
    )
    for each in (init for init in inits if inspect.isfunction(init)):
        parameters = inspect.signature(each).parameters
        found = {name: one.default for name, one in parameters.items()} | found
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
            break
    return found


def test_the_table_is_as_the_generator_writes_it() -> None:
    path = ROOT / "cnnspec" / "declarations" / "keras_table.py"
    assert path.read_text("utf-8") == text(committed())


def test_the_installed_keras_is_found_without_importing_it() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed;"
        "print(installed(), 'keras' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    assert python_output("-c", code) == f"{keras.__version__} False False\n"
    assert installed() == of_release(keras.__version__)


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("3.10.0", (3, 10, 0)),
        ("3.16.0.dev2026010203", (3, 16, 0)),
        ("3.12.0rc1", (3, 12, 0)),
    ],
)
def test_releases_as_keras_states_them(stated: str, version: tuple[int, ...]) -> None:
    assert of_release(stated).version == version


def test_without_keras_the_newest_known_counts() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed, usual;"
        "sys.path[:] = [each for each in sys.path if 'site-packages' not in each];"
        "print(installed(), usual())"
    )
    assert python_output("-c", code) == f"None {table.RELEASES[-1]}\n"


def call(family: str, kind: str, arguments: Mapping[str, Any]) -> Declaration:
    """A checked call."""
    found = BY_NAMESPACE[family].check({kind: dict(arguments)})
    assert isinstance(found, Declaration)
    return found


LEAST: dict[str, dict[str, Any]] = {
    "AdaptiveAveragePooling1D": {"output_size": 2},
    "AdaptiveAveragePooling2D": {"output_size": 2},
    "AdaptiveAveragePooling3D": {"output_size": 2},
    "AdaptiveMaxPooling1D": {"output_size": 2},
    "AdaptiveMaxPooling2D": {"output_size": 2},
    "AdaptiveMaxPooling3D": {"output_size": 2},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 2},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "ReversibleEmbedding": {"input_dim": 3, "output_dim": 2},
    "StringLookup": {"vocabulary": ["a"]},
    "IntegerLookup": {"vocabulary": [1]},
}
"""The arguments that the kinds in the table need."""

OTHER: dict[str, dict[str, Any]] = {
    "adam_weight_decay": {"adam_weight_decay": 0.1},
    "ignore_class": {"ignore_class": 1},
    "input_axes": {"input_axes": 0},
    "oov_method": {"oov_method": "farmhash"},
    "output_axes": {"output_axes": 0},
    "raise_error": {"raise_error": True},
    "renorm": {"renorm": True},
    "renorm_clipping": {"renorm_clipping": {"rmax": 2.0}},
    "renorm_momentum": {"renorm_momentum": 0.5},
    "rms_rate": {"rms_rate": 0.3},
    "salt": {"salt": 7},
    "sliding_window": {"sliding_window": 3},
    "use_gate": {"use_gate": True},
}
"""For each argument in the table: a value that older versions cannot express."""


def facts() -> Iterator[Any]:
    """Every fact about a kind or an argument: its call, the subject of the message, the place."""
    for family, kinds in table.KINDS.items():
        for kind, (since, _) in kinds.items():
            yield pytest.param(family, kind, {}, since, kind, (), id=f"{family}.{kind}")
    for family, by_kind in table.ARGUMENTS.items():
        for kind, arguments in by_kind.items():
            for name, (since, _) in arguments.items():
                what = f"'{name}' of {kind}"
                id_ = f"{family}.{kind}.{name}"
                yield pytest.param(family, kind, OTHER[name], since, what, (name,), id=id_)


WITH = {("IntegerLookup", ("salt",)): {"oov_method": "farmhash"}}
"""What a value needs beside it, which is a fact of its own."""
WITHOUT = {"Muon": {"rms_rate": None}}
"""What a call says so that it does not need the defaults that are new."""


@pytest.mark.parametrize(("family", "kind", "given", "since", "what", "at"), [*facts()])
def test_each_fact_is_one_problem_before_and_none_after(
    family: str, kind: str, given: dict[str, Any], since: str, what: str, at: tuple[str, ...]
) -> None:
    needed = WITH.get((kind, at), {})
    made = call(family, kind, LEAST.get(kind, {}) | WITHOUT.get(kind, {}) | needed | given)
    for version in each_minor():
        problems = [
            each for each in missing(made, version) if each.at not in {(at,) for at in needed}
        ]
        found = [(each.code, each.message, each.at) for each in problems]
        short, here = since.removesuffix(".0"), str(version).removesuffix(".0")
        message = (
            f"{what} requires Keras {short} or later, but the spec is checked for Keras {here}"
        )
        is_older = version.version < asked(since).version
        assert found == ([("not-in-this-keras", message, at)] if is_older else [])


@pytest.mark.parametrize(("family", "kind", "given", "since", "what", "at"), [*facts()])
def test_no_fact_counts_where_older_versions_do_the_same(
    family: str, kind: str, given: dict[str, Any], since: str, what: str, at: tuple[str, ...]
) -> None:
    """An argument that says what older versions do without it is neither refused nor passed."""
    if not at:
        return
    made = call(family, kind, LEAST.get(kind, {}) | WITHOUT.get(kind, {}))
    value = BEFORE.get(at[0], made.checked(at[0]))
    made = call(family, kind, {**made.given, at[0]: value})
    assert (list(missing(made, OLDEST)), at[0] in keras_call(made, OLDEST).arguments) == ([], False)


BEFORE = {"rms_rate": None, "adam_weight_decay": 0.004}


def test_a_default_that_differs_is_always_passed() -> None:
    wanted = {"weight_decay": 0.004, "adam_lr_ratio": 1, "ns_steps": 5}
    assert keras_call(OPTIMIZERS.check("Muon")).arguments == wanted
    old = OPTIMIZERS.check(
        {"Muon": {"rms_rate": None, "weight_decay": 0.1, "adam_weight_decay": 0.1}}
    )
    assert list(missing(old, OLDEST)) == []
    assert keras_call(old, OLDEST).arguments == wanted | {"weight_decay": 0.1}


SPEC = """\
cnnspec: 1
inputs: {image: [28, 28, 1]}
layers:
  - %s
  - Flatten
  - Dense: {units: 2}
outputs: {label: {from: dense_1, loss: mse}}
train: {optimizer: %s}
"""


@pytest.mark.parametrize(
    ("layer", "optimizer", "message", "line", "column"),
    [
        (
            "AdaptiveMaxPooling2D: {output_size: 7}",
            "adam",
            "AdaptiveMaxPooling2D requires Keras 3.13 or later",
            4,
            5,
        ),
        (
            "BatchNormalization: {renorm: true}",
            "adam",
            "'renorm' of BatchNormalization requires Keras 3.14 or later",
            4,
            26,
        ),
        (
            "TimeDistributed: {layer: {Conv1D: {filters: 2, kernel_size: 3, kernel_initializer: {HeNormal: {input_axes: 0}}}}}",
            "adam",
            "'input_axes' of HeNormal requires Keras 3.15 or later",
            4,
            100,
        ),
        (
            "Flatten",
            "ScheduleFreeAdamW",
            "ScheduleFreeAdamW requires Keras 3.14 or later",
            8,
            20,
        ),
        (
            "Flatten",
            "Muon",
            "Muon with rms_rate 0.2, its default, requires Keras 3.13 or later",
            8,
            20,
        ),
    ],
)
def test_a_spec_is_refused_at_the_place_and_accepted_by_the_newest(
    layer: str, optimizer: str, message: str, line: int, column: int
) -> None:
    written = (SPEC % (layer, optimizer)).encode()
    (found,) = compile_text(written, keras=OLDEST).report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        f"{message}, but the spec is checked for Keras 3.10",
        line,
        column,
    )
    newest = compile_text(written, keras=NEWEST)
    assert [each.message for each in newest.report if each.severity == "error"] == []
