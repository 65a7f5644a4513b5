"""The command line of the fuzzers."""

import signal
import sys
from pathlib import Path

import click

from fuzz.inputs import Input
from fuzz.kinds import KINDS
from fuzz.running import corpus
from fuzz.running.answering import answered, made
from fuzz.running.fuzzing import Amount, Fuzzing
from fuzz.running.tallies import State

STATE = Path(".fuzz.json")
USUAL = tuple(name for name, kind in KINDS.items() if kind.share)


@click.command()
@click.option(
    "--count", type=click.IntRange(min=1), help="Number of inputs, of all kinds together."
)
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop after this time.")
@click.option(
    "--kinds",
    default=",".join(USUAL),
    show_default=True,
    help=f"Kinds of inputs, separated by commas; of {', '.join(KINDS)}.",
)
@click.option("--jobs", type=click.IntRange(1, 2), default=2, show_default=True, help="Processes.")
@click.option("--fresh", is_flag=True, help="Begin with the first input again.")
@click.option("--replay", metavar="KIND:NUMBER|FILE", help="Answer one input, and print it.")
def main(
    count: int | None, seconds: float | None, kinds: str, jobs: int, fresh: bool, replay: str | None
) -> None:
    """Feed random inputs to cnnspec, and exit with 1 if an answer is wrong.

    A run continues where the last one stopped, even if that was interrupted. Inputs that fail are
    kept in tests/fuzz_corpus, made smaller; if a later run finds that the corpus passes, they count
    as mended. Without --count or --seconds, it goes on until it is
    interrupted.
    """
    if replay is not None:
        sys.exit(_replayed(replay))
    names = kinds.split(",")
    if unknown := [name for name in names if name not in KINDS]:
        raise click.UsageError(f"unknown kinds: {', '.join(unknown)}")
    if fresh:
        STATE.unlink(missing_ok=True)
    state = State.read(STATE)
    for name, tally in state.tallies.items():
        if tally.failures and _passes(name):
            tally.mend()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    amount = Amount(count or float("inf"), seconds or float("inf"))
    Fuzzing("fuzz.kinds", KINDS, state).run(names, amount, jobs)
    click.echo(state.table())
    sys.exit(any(each.failures for each in state.tallies.values()))


def _passes(name: str) -> bool:
    """Whether the corpus of a kind, which has the failures of earlier runs, passes now."""
    files = [file for file in (corpus.CORPUS / name).glob("*") if file.is_file()]
    failing = [file for file in files if answered(KINDS[name], corpus.read(file)).answer.failures]
    for file in failing:
        click.echo(f"still failing: {file}", err=True)
    return bool(files) and not failing


def _replayed(which: str) -> int:
    """Answer one input, print it with what is wrong, and return the exit code."""
    name, given = _found(which)
    result = answered(KINDS[name], given)
    sys.stdout.buffer.write(given.data + b"\n")
    click.echo(
        f"{name}, {len(given.data)} bytes, {result.seconds:.2f} s, {result.megabytes:.0f} MB"
    )
    for failure in result.answer.failures:
        click.echo(failure)
    return int(bool(result.answer.failures))


def _found(which: str) -> tuple[str, Input]:
    """Return the kind and the input that are meant by a number or a file of the corpus."""
    file = Path(which)
    if file.is_file():
        return file.parent.name, corpus.read(file)
    name, _, number = which.partition(":")
    if name not in KINDS or not number.isdecimal():
        raise click.UsageError(f"--replay expects KIND:NUMBER or a file, got '{which}'")
    return name, made(KINDS[name], name, int(number))
