"""The fuzzers: the corpus passes, they reach the whole language, find what is wrong, and continue."""

import json
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest
from jsonschema import Draft7Validator

from cnnspec.language.calls import Call, Model
from fuzz.inputs import Input
from fuzz.kinds import KINDS
from fuzz.makers import documents, lines, material, seeds
from fuzz.makers.definitions import definitions
from fuzz.makers.growing import Grower
from fuzz.running.answering import answered, made
from fuzz.running.corpus import CORPUS, read, signature, smaller
from fuzz.running.fuzzing import Amount, Fuzzing
from fuzz.running.tallies import State, Tally
from tests.support import faulty_kinds

FILES = sorted(file for kind in KINDS for file in (CORPUS / kind).glob("*"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_corpus_passes(file: Path) -> None:
    result = answered(KINDS[file.parent.name], read(file))
    assert result.answer.failures == []


def test_every_kind_has_a_corpus() -> None:
    assert {file.parent.name for file in FILES} == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_an_input_is_made_from_its_number(name: str) -> None:
    inputs = [made(KINDS[name], name, number) for number in range(40)]
    assert [made(KINDS[name], name, number) for number in range(40)] == inputs
    assert len({each.data for each in inputs}) > 30


def words_in(data: Any) -> set[str]:
    """The keys and texts in nested data."""
    if isinstance(data, dict):
        return {*map(str, data)}.union(*map(words_in, data.values()))
    if isinstance(data, list):
        return set().union(*map(words_in, data))
    return {data} if isinstance(data, str) else set()


def test_documents_are_grown_with_every_key_and_kind() -> None:
    rng = Random(0)
    keys = {
        key for model in Model.__subclasses__() if model is not Call for key in model.spec_keys()
    }
    in_place = {"kind", "arguments", "named", "steps"}
    kinds = {kind.kind() for kind in material.kinds()}
    missing = (keys | kinds) - in_place
    for _ in range(20_000):
        missing -= words_in(documents.grown(rng))
        if not missing:
            break
    assert missing == set()


def test_command_lines_have_every_command_and_option() -> None:
    options = {
        (name, option)
        for name, command in lines.commands()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for number in range(20_000):
        command, *rest = json.loads(lines.command_line(Random(number)).data)["line"]
        options -= {(command, word) for word in rest}
        if not options:
            break
    assert options == set()


@pytest.mark.parametrize("name", definitions())
def test_what_is_grown_is_allowed_by_the_schema(name: str) -> None:
    grower = Grower(Random(name), foreign=0.0)
    validator = Draft7Validator({"$defs": definitions(), "$ref": f"#/$defs/{name}"})
    grown = [grower.named(name) for _ in range(12)]
    assert [each for each in grown if not validator.is_valid(each)] == []


def test_seeds_are_there() -> None:
    assert len(seeds.specs()) > 300
    assert {file.suffix for file in seeds.model_files()} == {".keras", ".h5"}


def run(folder: Path, count: int, name: str) -> Tally:
    state = State.read(folder / "state.json")
    fuzzing = Fuzzing("tests.support.faulty_kinds", faulty_kinds.KINDS, state, folder / "corpus")
    fuzzing.run([name], Amount(count), 1)
    return state.of(name)


def inputs(name: str, count: int) -> list[bytes]:
    return [made(faulty_kinds.KINDS[name], name, number).data for number in range(count)]


def test_a_run_continues_where_the_last_one_stopped(tmp_path: Path) -> None:
    run(tmp_path, 30, "sound")
    tally = run(tmp_path, 50, "sound")
    even = sum(int(each) % 2 == 0 for each in inputs("sound", 80))
    assert (tally.inputs, tally.failures, tally.checks) == (80, 0, {"even": even})
    assert State.read(tmp_path / "state.json").of("sound") == tally


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("wrong", "it is three"),
        ("raising", "ValueError: three"),
        ("slow", "it takes more than 0.2 s"),
        ("dying", "the process died: the process ended with -9"),
        ("hanging", "the process died: the process ended with 1"),
        ("hashing", "the answer differs with another seed of hashes"),
    ],
)
def test_a_failure_is_found_and_kept(
    name: str, failure: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = inputs(name, 24)
    bad = given if name == "hashing" else [each for each in given if each == faulty_kinds.BAD]
    tally = run(tmp_path, 24, name)
    assert (tally.inputs, tally.failures) == (24, len(bad))
    assert bad
    assert failure in capsys.readouterr().err
    assert [each.read_bytes() for each in (tmp_path / "corpus" / name).iterdir()] == [bad[0]]


def test_batches_count_in_order(tmp_path: Path) -> None:
    found = {
        "failures": [],
        "checks": {"places": 2},
        "digests": [],
        "slowest": (0.5, 7),
        "megabytes": 9.0,
    }
    state = State(tmp_path / "state.json")
    state.add("it", 5, 5, found)
    assert State.read(state.file).of("it") == Tally()
    state.add("it", 0, 5, found)
    assert State.read(state.file).of("it") == Tally(
        10, checks={"places": 4}, slowest=(0.5, 7), megabytes=9.0
    )


def test_an_input_that_fails_is_made_smaller() -> None:
    given = Input(b"one\ntwo\nbad\nthree\nfour\n")
    assert smaller(given, lambda each: b"a" in each.data) == Input(b"a")


def test_failures_of_one_cause_have_one_signature() -> None:
    first, other = "key is at 1:2 of 'a'\nmore", "key is at 3:4 of 'b'"
    assert signature(first) == signature(other) == "key is at #:# of #"


def test_failures_are_mended_once() -> None:
    tally = Tally(inputs=9, failures=2, mended=1)
    tally.mend()
    assert tally == Tally(inputs=9, failures=0, mended=3)
