"""What a spec says is checked, whether or not it uses it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import pytest

from cnnspec.compiler import compile_file, compile_text
from cnnspec.declarations.keras_versions import OLDEST
from cnnspec.declarations.partial import argument_problems
from cnnspec.diagnostics.codes import WARNINGS
from cnnspec.diagnostics.problems import Problems
from cnnspec.diagnostics.report import Diagnostic
from cnnspec.language.document import STEP_KEYS
from cnnspec.language.dump import dump_data
from cnnspec.layers.base import LAYERS, Layer
from conformance.documents import Drafter
from tests.support.moved_specs import NAMES, OUTER, Moved, in_block, in_no_repetition, note
from tests.support.paths import BAD

HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"


@pytest.fixture(autouse=True)
def _in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


def found_in(text: str, **options: Any) -> list[Diagnostic]:
    return list(compile_text(text.encode(), OUTER, folder=BAD, **options).report)


def errors_in(text: str, **options: Any) -> list[str]:
    return [
        f"{each.span.line}:{each.span.column} {each.code}: {each.message}"
        for each in found_in(text, **options)
        if each.severity == "error" and each.span
    ]


# each spec of tests/bad, with its mistake where nothing reads it

BY_VALUES = {
    "kernel-too-large", "no-output-shape", "shape-mismatch", "unknown-size", "wrong-dtype",
    "wrong-input-count", "wrong-rank", *WARNINGS,
}  # fmt: skip
"""The codes of what depends on the tensors, which are unknown where nothing is computed."""
OTHER = {
    "constraint_axis.yaml": "it depends on the axes of a weight",
    "expression_float.yaml": "it depends on the value of a parameter",
    "expression_text.yaml": "as expression_float.yaml",
    "layers_empty.yaml": "blocks and branches may have no steps",
    "name_twice_input.yaml": "names in a block may be those of inputs",
    "needs_from.yaml": "it is the first step of a model that needs 'from'",
    "operation_axis.yaml": "it depends on the axes of a tensor",
    "operation_index_out_of_size.yaml": "as operation_axis.yaml",
    "operation_missing_all_tensors.yaml": "what a call gets is counted where its tensors are known",
    "output_last_several.yaml": "a block may give several tensors",
}
"""What is no mistake, or another one, where its steps are not those of a model."""
OTHER_IN_BLOCKS = {
    **OTHER,
    "shared_input.yaml": "a block may be called where the name is that of a layer",
    "submodel_frozen_call.yaml": "its calls read a name outside the block",
}
OTHER_IN_REPETITIONS = {
    **OTHER,
    "index_outside.yaml": "there is an index inside a repeated step",
    "name_counted_outside.yaml": "as index_outside.yaml",
}


def in_an_uncalled_block(name: str) -> Moved | None:
    return in_block(name, called=False)


@pytest.mark.parametrize(
    ("move", "others"),
    [(in_an_uncalled_block, OTHER_IN_BLOCKS), (in_no_repetition, OTHER_IN_REPETITIONS)],
)
def test_a_mistake_is_found_where_nothing_reads_it(
    move: Callable[[str], Moved | None], others: dict[str, str]
) -> None:
    moved = {name: spec for name in NAMES if (spec := move(name)) is not None}
    found, wanted = {}, {}
    for name, spec in moved.items():
        expected = spec.findings(note(1, 1, "it"))
        if name in others or expected[0].code in BY_VALUES:
            continue
        wanted[name] = [(each.code, each.message, each.span) for each in expected]
        found[name] = [
            (each.code, each.message, each.span)
            for each in found_in(spec.text)
            if each.severity == "error"
        ]
    assert found == wanted
    assert len(found) > 60


# each argument of each kind

VALUES = "-", {}, None, 10**20


def refused_values(declaration: type[Layer]) -> Iterator[tuple[str, object, str, str]]:
    """Values that arguments of a kind do not take, each with code and message."""
    for name in declaration.arguments():
        for value in VALUES:
            try:
                declaration.of({**example(declaration), name: value})
            except Problems as refused:
                for each in refused.problems:
                    if each.at[:1] == (name,):
                        yield name, value, each.code, each.message


def example(declaration: type[Layer]) -> dict[str, Any]:
    return dict(declaration.examples[0].arguments)


def errors_by_line(entries: list[str], before: str, after: str) -> list[set[tuple[str, str]]]:
    """Codes and messages of each of the entries of a mapping in a spec."""
    head = '{"cnnspec": 1, "inputs": {"image": [8, 8, 1]}, "layers": ["Identity"], '
    text = "\n".join([head + before, *(entry + "," for entry in entries[:-1]), entries[-1], after])
    found: list[set[tuple[str, str]]] = [set() for _ in entries]
    for each in found_in(text):
        if each.severity == "error":
            assert each.span
            found[each.span.line - 2].add((each.code, each.message))
    return found


def errors_in_blocks(steps: list[Any]) -> list[set[tuple[str, str]]]:
    blocks = [{"params": {"open": None}, "layers": [step]} for step in steps]
    entries = [f'"it{index}": {json.dumps(block)}' for index, block in enumerate(blocks)]
    return errors_by_line(entries, '"blocks": {', "}}")


@pytest.mark.parametrize("kind", sorted(LAYERS.kinds))
def test_a_wrong_argument_is_found_where_nothing_reads_it(kind: str) -> None:
    """In a block that nothing calls, beside arguments that are not known, and in a default."""
    declaration = LAYERS.find(kind)
    refused = list(refused_values(declaration))
    if not refused:
        return
    calls = [{**example(declaration), name: value} for name, value, _, _ in refused]
    opened = [
        {name: said if name == wrong else "$open" for name, said in call.items()}
        for call, (wrong, *_) in zip(calls, refused, strict=True)
    ]
    in_blocks = errors_in_blocks([{kind: call} for call in calls])
    beside = errors_in_blocks([{kind: call} for call in opened])
    for (name, value, code, message), found, by_itself in zip(
        refused, in_blocks, beside, strict=True
    ):
        own = {(each.code, each.message) for each in argument_problems(declaration, name, value)}
        assert (code, message) in found
        assert own <= by_itself
    for value in VALUES:
        names = [
            name for name, given, *_ in refused if (given, type(given)) == (value, type(value))
        ]
        own_of = [
            {(each.code, each.message) for each in argument_problems(declaration, name, value)}
            for name in dict.fromkeys(names)
        ]
        entries = [f'"{name}": {json.dumps(value)}' for name in dict.fromkeys(names)]
        if entries:
            assert errors_by_line(entries, f'"defaults": {{"{kind}": {{', "}}}") == own_of


# valid specs stay valid


@pytest.mark.usefixtures("newest_keras")
@pytest.mark.parametrize("seed", range(20))
def test_what_is_valid_is_so_where_nothing_reads_it(seed: int) -> None:
    """The blocks, defaults and submodels of a random model without its steps."""
    data = Drafter(Random(seed)).document()
    names = [*data["inputs"]]
    last = {"Identity": {"from": names[0]}}
    steps = [*data["layers"], last]
    branch = {"Concatenate": {"from": names[0], "repeat": 0, "branches": {"it": steps}}}
    rest = {key: said for key, said in data.items() if key not in ("outputs", "layers")}
    unknown = {"it": {"params": {"open": None}, "layers": opened(data["layers"])}}
    for sections in (
        {"layers": [last]},
        {"layers": [branch, last]},
        {"layers": [last], "blocks": {**rest.get("blocks", {}), **unknown}},
    ):
        text = dump_data({**rest, **sections})
        assert errors_in(text) == [], text


def opened(steps: Any) -> Any:
    """Steps of which no argument is known; those with `shared` and `branches` stay as they are."""
    found = []
    for step in steps:
        kind, given = next(iter(step.items())) if isinstance(step, dict) else (step, {})
        if kind in LAYERS:
            given = {
                key: said if key in STEP_KEYS or isinstance(said, dict | list) else "$open"
                for key, said in given.items()
            }
        found.append({kind: given})
    return found


VALID = {
    "names of the scope that calls": """
        blocks: {it: {layers: [Add: {from: [previous, image]}, ReLU: {from: a}, ReLU: {from: re_lu_7}]}}
        layers: [ReLU: {name: a}]
    """,
    "values that only fit where there is no repetition": """
        params: {n: 0}
        layers: [Dense: {units: $n, repeat: $n}, Dense: {units: $(8 // index), repeat: $n}, ReLU]
    """,
    "parameters of a block that take anything": """
        blocks:
          it:
            params: {a: null, b: $a, c: $(a * 2)}
            layers:
              - Conv2D: {filters: $a, kernel_size: [$b, 3], strides: $c, dilation_rate: 2, padding: $a}
              - ReLU: {name: $a, from: $b, frozen: $c, repeat: $a}
              - ReLU: {name: "a$(b)"}
              - ReLU: {from: anything}
              - shared: {layer: $a}
              - Bidirectional: {layer: $a, backward_layer: {LSTM: {units: $b}}}
              - TimeDistributed: {layer: {Dense: {units: $a}}}
              - RNN: {cell: [{LSTMCell: {units: $a}}, $b]}
              - Dense: {units: $c, kernel_initializer: {HeNormal: {seed: $a}}}
              - Normalization: {mean: $a, variance: 3}
              - Normalization: {variance: 3, mean: $a, axis: $b}
        layers: [ReLU]
    """,
    "calls of other blocks": """
        blocks:
          inner: {params: {a: null}, layers: [ReLU: {name: deep, max_value: $a}]}
          it: {layers: [inner: {name: x, a: 1}, ReLU: {from: x/deep}, shared: {layer: x/deep}]}
        layers: [ReLU]
    """,
    "a kind of a newer Keras": """
        blocks: {it: {layers: [AdaptiveMaxPooling2D: {output_size: 3}]}}
        layers: [ReLU]
    """,
    "defaults that others take precedence over": """
        imports: [parts/blocks.yaml]
        defaults: {Conv2D: {padding: same, kernel_initializer: {HeNormal: {seed: $n}}}}
        params: {n: null}
        layers: [ReLU]
    """,
}


@pytest.mark.parametrize("name", VALID)
def test_valid(name: str) -> None:
    assert errors_in(HEAD + dedent(VALID[name]), keras=OLDEST) == []


# by hand

INVALID = {
    "the case of the issue": (
        "blocks: {res: {layers: [{Conv2D: {filterz: 3}}, NoSuchLayer]}}\nlayers: [ReLU]",
        [
            "3:26 missing-argument: Conv2D needs 'kernel_size',"
            " a whole number of at least 1, or a list of 2 of them",
            "3:35 unknown-argument: Conv2D has no argument 'filterz'",
            "3:49 unknown-kind: unknown layer, block or submodel 'NoSuchLayer'",
        ],
    ),
    "a default of a block that is always given": (
        "blocks: {it: {params: {a: $no}, layers: [Dense: {units: $a}]}}\nlayers: [it: {a: 3}]",
        ["3:27 unknown-parameter: unknown parameter 'no'"],
    ),
    "beside a parameter": (
        "blocks: {it: {params: {a: 3}, layers: [Dense: {units: $(a + b), activation: rleu}]}}\n"
        "layers: [ReLU]",
        [
            "3:55 unknown-parameter: unknown parameter 'b'",
            "3:77 unknown-value: unknown activation 'rleu'",
        ],
    ),
    "a step that is repeated in one call only, and has one error": (
        "blocks: {it: {params: {n: 0}, layers: [Dense: {units: 0, repeat: $n}]}}\n"
        "layers: [it, it: {n: 2}, it: {n: 0}]",
        ["3:55 out-of-range: 'units' of Dense must be a whole number of at least 1, not 0"],
    ),
    "a step that is never repeated": (
        "params: {n: 0}\nlayers: [Conv2D: {filters: 3, kernel_size: 0, repeat: $n}, ReLU]",
        [
            "4:44 out-of-range: 'kernel_size' of Conv2D must be a whole number of at least 1,"
            " or a list of 2 of them, not 0"
        ],
    ),
    "a block that only another unused one calls": (
        "blocks: {a: {layers: [Flaten]}, b: {layers: [a: {c: 3}]}}\nlayers: [ReLU]",
        [
            "3:23 unknown-kind: unknown layer, block or submodel 'Flaten'",
            "3:50 unknown-parameter: the block 'a' has no parameter 'c'",
        ],
    ),
    "unused blocks that call each other": (
        "blocks: {a: {layers: [b]}, b: {layers: [c]}, c: {layers: [b, ReLU]}}\nlayers: [ReLU]",
        ["3:59 recursive-block: the block 'b' calls itself (b -> c -> b)"],
    ),
    "names in an unused block": (
        "blocks: {it: {layers: [ReLU: {from: b}, ReLU: {name: b}, ReLU: {name: b}, ReLU: {from: c}]}}\n"
        "layers: [ReLU]",
        [
            "3:37 defined-later: 'b' is not defined yet; a layer can use only names defined above it",
            "3:71 duplicate-name: the name 'b' is defined twice",
            "3:88 unknown-name: unknown name 'c'",
        ],
    ),
    "an unused submodel": (
        "submodels: {it: {spec: {cnnspec: 1, inputs: {x: [3, 3, 1]},"
        " layers: [Conv2D: {filters: 1, kernel_size: 5}]}}}\nlayers: [ReLU]",
        [
            "3:104 kernel-too-large: Conv2D needs at least 5 x 5 values, but its input has only 3 x 3"
        ],
    ),
    "the unused block of an unused submodel": (
        "submodels: {it: {spec: {cnnspec: 1, inputs: {x: [3]}, layers: [ReLU],"
        " blocks: {b: {layers: [Flaten]}}}}}\nlayers: [ReLU]",
        ["3:93 unknown-kind: unknown layer, block or submodel 'Flaten'"],
    ),
    "a default that a call overrides": (
        "defaults: {Dense: {activation: rleu}}\nlayers: [Dense: {units: 3, activation: relu}]",
        ["3:32 unknown-value: unknown activation 'rleu'"],
    ),
    "a default with a parameter in it": (
        "params: {n: 3}\ndefaults: {Dense: {bias_initializer: {Constant: {valeu: $n}}}}\n"
        "layers: [ReLU]",
        ["4:50 unknown-argument: Constant has no argument 'valeu'"],
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_by_hand(name: str) -> None:
    text, wanted = INVALID[name]
    assert errors_in(f"{HEAD}{text}\n") == wanted


def test_an_imported_default_that_is_replaced(tmp_path: Path) -> None:
    library = "cnnspec: 1\ndefaults: {Conv2D: {padding: smae}}\nblocks: {it: {layers: [Flaten]}}\n"
    (tmp_path / "it.yaml").write_text(library)
    text = f"{HEAD}imports: [it.yaml]\ndefaults: {{Conv2D: {{padding: same}}}}\nlayers: [ReLU]\n"
    report = compile_text(text.encode(), OUTER, folder=tmp_path).report
    alone = compile_file(tmp_path / "it.yaml").report
    codes = ["unknown-value", "unknown-kind"]
    assert [each.code for each in report] == codes
    assert [each.code for each in alone] == codes
    assert {each.notes for each in report} == {(note(3, 11, "it.yaml"),)}
