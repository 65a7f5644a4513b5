"""What a spec asks for is bounded: work grows as the text does, and what multiplies has a limit."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cnnspec.compiler import compile_file, compile_text
from cnnspec.diagnostics.budget import MAX_STEPS, MAX_VALUES
from cnnspec.diagnostics.report import MAX_FINDINGS, Diagnostic, Span

HEAD = "cnnspec: 1\ninputs: {x: [8, 8, 3]}\n"
STEPS = f"{HEAD}layers:\n"


def lines(count: int, line: str) -> str:
    return "".join(line.format(each) + "\n" for each in range(count))


def listed(count: int, item: str) -> str:
    return ", ".join(item.format(each) for each in range(count))


GROWING: dict[str, Callable[[int], str]] = {
    "steps": lambda n: STEPS + lines(n, "  - ReLU"),
    "named steps": lambda n: STEPS + lines(n, "  - ReLU: {{name: it{0}}}"),
    "references": lambda n: STEPS + lines(n, "  - ReLU: {{name: it{0}, from: x}}"),
    "an input of many": lambda n: STEPS + lines(n, "  - ReLU: {{name: it{0}, from: x}}")
    + f"  - Add: {{from: [{listed(n, 'it{0}')}]}}\n",
    "repetitions": lambda n: STEPS + f"  - ReLU: {{repeat: {n}}}\n",
    "branches": lambda n: STEPS + "  - Add:\n      branches:\n" + lines(n, "        - [ReLU]"),
    "nested branches": lambda n: STEPS + "  - Add: " + "{branches: [[ReLU], [Add: " * (n // 100)
    + "{branches: [[ReLU], [ReLU]]}" + "]]}" * (n // 100) + "\n",
    "blocks": lambda n: HEAD + "blocks:\n" + lines(n, "  b{0}: {{layers: [ReLU]}}")
    + "layers:\n" + lines(n, "  - b{0}"),
    "blocks that nothing calls": lambda n: HEAD + "blocks:\n"
    + lines(n, "  b{0}: {{layers: [ReLU: {{name: it{0}}}]}}") + "layers: [ReLU]\n",
    "parameters": lambda n: HEAD + "params:\n  p0: 1\n"
    + "".join(f"  p{each + 1}: $(p{each} + 1)\n" for each in range(n)) + "layers: [ReLU]\n",
    "outputs": lambda n: STEPS + lines(n, "  - ReLU: {{name: it{0}}}") + "outputs:\n" + lines(n, "  it{0}: {{}}"),
    "inputs": lambda n: "cnnspec: 1\ninputs:\n" + lines(n, "  x{0}: [4]")
    + f"layers:\n  - Add: {{from: [{listed(n, 'x{0}')}]}}\n",
    "submodels": lambda n: HEAD + "submodels:\n"
    + lines(n, "  s{0}: {{spec: {{inputs: {{y: [8, 8, 3]}}, layers: [ReLU]}}}}")
    + "layers:\n" + lines(n, "  - s{0}"),
    "a list of values": lambda n: STEPS + f"  - Normalization: {{mean: [{listed(n, '{0}')}], variance: [1]}}\n",
    "comments": lambda n: STEPS + "  - ReLU\n" + lines(n, "# {0}"),
    # mistakes
    "unknown keys": lambda n: STEPS + "  - ReLU\n" + lines(n, "key{0}: 1"),
    "keys of a line": lambda n: STEPS + f"  - ReLU\nmetadata: {{{listed(n, 'a{0}')}}}\n",
    "unknown arguments": lambda n: STEPS + f"  - Dense: {{{listed(n, 'unitz{0}: 1')}}}\n",
    "wrong arguments": lambda n: STEPS + lines(n, "  - Dense: {{units: a{0}}}"),
    "lacking arguments": lambda n: STEPS + lines(n, "  - Dense: {{name: it{0}}}"),
    "unknown kinds": lambda n: STEPS + lines(n, "  - Denze{0}"),
    "words of others": lambda n: STEPS + lines(n, "  - nn.Linear{0}: {{in_features: 3}}"),
    "wrong steps": lambda n: STEPS + lines(n, "  - {{a: 1, b: {0}}}"),
    "unknown names": lambda n: STEPS + lines(n, "  - ReLU: {{from: it{0}}}"),
    "names that are given twice": lambda n: STEPS + lines(n, "  - ReLU: {{name: it}}  # {0}"),
    "unknown parameters": lambda n: STEPS + lines(n, "  - Dense: {{units: $p{0}}}"),
    "wrong outputs": lambda n: STEPS
    + lines(n, "  - ReLU: {{name: y{0}}}")
    + "outputs:\n"
    + lines(n, "  y{0}: {{loss: msee}}"),
    "unknown outputs": lambda n: STEPS + "  - ReLU\noutputs:\n" + lines(n, "  y{0}: {{}}"),
    "wrong shapes": lambda n: STEPS + lines(n, "  - Conv2D: {{filters: 2, kernel_size: 9, from: x}}  # {0}"),
    "wrong blocks": lambda n: HEAD + "blocks:\n" + lines(n, "  b{0}: {{layers: [Denze]}}") + "layers: [ReLU]\n",
    "wrong parameters of blocks": lambda n: HEAD + "blocks: {b: {params: {p: 1}, layers: [ReLU]}}\nlayers:\n"
    + lines(n, "  - b: {{q{0}: 1}}"),
    "keys that stand twice": lambda n: HEAD + lines(n, "layers: [ReLU]  # {0}"),
    "steps without a dash": lambda n: STEPS + lines(n, "  ReLU{0}:"),
    "what is no YAML": lambda n: STEPS + lines(n, "  - ReLU") + "  - [\n",
}  # fmt: skip


def compile_watched(
    text: str, before: Any, watch: Callable[[Any], None], watcher: Callable[..., Any]
) -> None:
    """Compile a text while something watches the interpreter, then watch as before."""
    watch(watcher)
    try:
        compile_text(text.encode())
    finally:
        watch(before)


def counted(text: str) -> int:
    """How often a line runs in compiling a text, each turn of a loop counted."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    compile_watched(text, sys.gettrace(), sys.settrace, trace)
    return count


@pytest.mark.parametrize("what", GROWING)
def test_work_grows_as_the_text_does(what: str) -> None:
    """Twice as many more of something is at most twice the work, and a little; a square is four times."""
    write = GROWING[what]
    compile_text(write(10).encode())  # which imports what is needed
    few, some, many = (counted(write(count)) for count in (70, 140, 280))
    assert many - some < 2.7 * (some - few) + 1_000


MANY: dict[str, Callable[[int], str]] = {
    "unknown arguments": lambda n: STEPS + lines(n, "  - Dense: {{unitz{0}: 1}}"),
    "unknown arguments below their kinds": lambda n: STEPS + lines(n, "  - Dense:\n      unitz{0}: 1"),
    "unknown names beside known ones": lambda n: STEPS + lines(n, "  - ReLU: {{name: it{0}, from: that{0}}}"),
    "input for one of several": lambda n: "cnnspec: 1\ninputs: {a: [8], b: [8]}\nlayers:\n"
    + lines(n, "  - ReLU: {{name: it{0}, from: input}}"),
}  # fmt: skip
"""Where a little work for each pair only shows among many."""
MOST_CALLS = 1_500
"""The most calls that a line more may cost."""
OVER_WHOLE_TEXTS = ("splitlines", "split", "replace", "count", "find")
"""The methods of texts that look at all of their letters."""


def calls_in(text: str) -> int:
    """How many calls compiling a text makes; those that look at a whole text count each of its lines."""
    count = 0

    def profile(frame: FrameType, event: str, called: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")
        is_of_text = event == "c_call" and isinstance(getattr(called, "__self__", None), str)
        if is_of_text and called.__name__ in OVER_WHOLE_TEXTS:
            count += called.__self__.count("\n")

    compile_watched(text, sys.getprofile(), sys.setprofile, profile)
    return count


@pytest.mark.parametrize("what", MANY)
def test_calls_grow_as_the_text_does(what: str) -> None:
    """Each line more costs a bounded number of calls, however many there are."""
    some, many = (calls_in(MANY[what](count)) for count in (2_000, 3_000))
    assert many - some < 1_000 * MOST_CALLS


# What multiplies

TWICE = "submodels: {{a: {{spec: {0}}}, b: {{spec: {0}}}}}\nlayers: [a, b]\n"


def chained_files(count: int) -> dict[str, str]:
    """Specs of which each calls the next one twice."""
    last = {f"{count}.yaml": f"{HEAD}layers: [ReLU]\n"}
    return {f"{n}.yaml": HEAD + TWICE.format(f"{n + 1}.yaml") for n in range(count)} | last


def chained_parameters(count: int) -> str:
    """Lists of which each has the one before four times."""
    listed = (f"  p{each + 1}: [{', '.join([f'$p{each}'] * 4)}]\n" for each in range(count))
    return f"{HEAD}params:\n  p0: 1\n{''.join(listed)}layers: [ReLU]\n"


def chained_blocks(count: int) -> str:
    """Blocks of which each calls the one before twice."""
    calls = lines(count, "  b{0}: {{layers: [x{0}, x{0}]}}")
    calls = "".join(f"  b{n + 1}: {{layers: [b{n}, b{n}]}}\n" for n in range(count))
    return f"{HEAD}blocks:\n  b0: {{layers: [ReLU]}}\n{calls}layers: [b{count}]\n"


STEPS_LEFT = f"the spec expands to more than {MAX_STEPS} steps"
VALUES_LEFT = f"the arguments of all steps have more than {MAX_VALUES:,} values"
SIZES = "cnnspec: 1\ninputs: {x: [2000]}\n"
MEANS = f"params: {{means: [{listed(2000, '{0}')}]}}\n"
MULTIPLYING: dict[str, tuple[dict[str, str], str]] = {
    "submodels": (chained_files(25), STEPS_LEFT),
    "blocks": ({"0.yaml": chained_blocks(25)}, STEPS_LEFT),
    "parameters": ({"0.yaml": chained_parameters(25)}, "the parameter 'p9' has more than 100000 values"),
    "repetitions": ({"0.yaml": f"{STEPS}  - ReLU: {{repeat: 50001}}\n"}, STEPS_LEFT),
    "repetitions of blocks": (
        {"0.yaml": f"{HEAD}blocks: {{b: {{layers: [ReLU]}}}}\nlayers: [b: {{repeat: 30000}}]\n"},
        STEPS_LEFT,
    ),
    "values of repeated steps": (
        {
            "0.yaml": f"{SIZES}{MEANS}layers:\n"
            "  - Normalization: {mean: $means, variance: $means, repeat: 5000}\n"
        },
        VALUES_LEFT,
    ),
    "values of blocks": (
        {
            "0.yaml": f"{SIZES}{MEANS}blocks:\n  b: {{params: {{given: null}}, layers: [ReLU]}}\n"
            "layers:\n  - b: {given: $means, repeat: 5000}\n"
        },
        VALUES_LEFT,
    ),
    "defaults": (
        {
            "0.yaml": f"{SIZES}{MEANS}defaults: {{Normalization: {{mean: $means, variance: $means}}}}\n"
            "layers:\n  - Normalization: {repeat: 5000}\n"
        },
        VALUES_LEFT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MULTIPLYING)
def test_what_multiplies_is_one_error_at_the_place_that_grows(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, message = MULTIPLYING[what]
    monkeypatch.chdir(tmp_path)
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    found = [each for each in compile_file(Path("0.yaml")).report if each.severity == "error"]
    assert [(each.code, each.message) for each in found] == [("too-large", message)]
    assert found[0].span is not None


def test_a_submodel_of_many_uses_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16,384 layers in 15 files."""
    monkeypatch.chdir(tmp_path)
    for name, text in chained_files(14).items():
        Path(name).write_text(text, encoding="utf-8")
    compiled = compile_file(Path("0.yaml"))
    assert list(compiled.report) == []
    assert compiled.report.budget.steps == 3 * 2**14 - 2


# Findings


@pytest.mark.parametrize("count", [MAX_FINDINGS, MAX_FINDINGS + 1, 5 * MAX_FINDINGS])
def test_findings_beyond_those_that_are_told_are_counted(count: int) -> None:
    text = STEPS + lines(count, "  - Denze{0}")
    found = list(compile_text(text.encode(), "spec.yaml").report)
    more = count - MAX_FINDINGS
    assert [(each.code, each.message) for each in found[:MAX_FINDINGS]] == [
        ("unknown-kind", f"unknown layer, block or submodel 'Denze{each}'")
        for each in range(MAX_FINDINGS)
    ]
    message = f"there are {more} more errors; {MAX_FINDINGS} of a file are told"
    line = MAX_FINDINGS + 4
    place = Span("spec.yaml", line, 5, line, 5 + len(f"Denze{MAX_FINDINGS}"))
    counted = Diagnostic("error", "more-findings", message, place)
    assert found[MAX_FINDINGS:] == ([counted] if more else [])
