"""The command `make conformance`; for its options see `python -m conformance --help`."""

import sys
import time

import click

from cnnspec.layers.base import LAYERS
from cnnspec.layers.refusals import REFUSALS
from cnnspec.operations.base import OPERATIONS
from conformance.run import ENVIRONMENT, Amount, Outcome, run


@click.command()
@click.option("--seed", default=0, show_default=True, help="Seed of the random cases.")
@click.option("--kinds", default="", help="Check only these kinds, separated by commas.")
@click.option(
    "--configurations", default=300, show_default=True, help="Number of configurations per kind."
)
@click.option("--graphs", default=3000, show_default=True, help="Number of random graphs.")
@click.option(
    "--stepped-configurations",
    default=3,
    show_default=True,
    help="Number of configurations per kind that are trained for one step.",
)
@click.option(
    "--stepped-graphs",
    default=100,
    show_default=True,
    help="Number of random graphs that are trained for one step.",
)
@click.option(
    "--operations",
    default=3,
    show_default=True,
    help="Number of configurations per operation, which are trained, saved and loaded.",
)
@click.option(
    "--mixed-graphs",
    default=30,
    show_default=True,
    help="Number of random graphs with operations, which are trained, saved and loaded.",
)
@click.option(
    "--networks", default=40, show_default=True, help="Number of networks for round trips."
)
@click.option("--quiet", is_flag=True, help="Print only the totals.")
def main(
    seed: int,
    kinds: str,
    configurations: int,
    graphs: int,
    stepped_configurations: int,
    stepped_graphs: int,
    operations: int,
    mixed_graphs: int,
    networks: int,
    quiet: bool,
) -> None:
    """Compare the static analysis with Keras, and exit with 1 if they differ.

    The networks of keras.applications are imported and rebuilt, and must stay the same. One of them
    is exported, and must give the same.
    """
    known = [*LAYERS.kinds, *OPERATIONS.kinds]
    chosen = kinds.split(",") if kinds else known
    if unknown := [kind for kind in chosen if kind not in known]:
        raise click.UsageError(f"unknown kinds: {', '.join(unknown)}")
    amount = Amount(
        configurations,
        graphs,
        stepped_configurations,
        stepped_graphs,
        operations,
        mixed_graphs,
    )
    outcome = run(chosen, amount, seed)
    if not quiet:
        for found, times in sorted(outcome.found.items(), key=lambda item: str(item[0])):
            click.echo(f"{found}\n  met {times} times\n")
    for share in outcome.crashed:
        click.echo(f"Keras crashed the process in {share}\n")
    click.echo(totals(outcome))
    inexact = compare_networks(networks)
    unequal = compare_exports() if networks else {}
    sys.exit(1 if outcome.found or outcome.crashed or inexact or unequal else 0)


def compare_networks(count: int) -> list[str]:
    """Print how many networks of Keras survive a round trip, and how the others differ."""
    from conformance.round_trips import all_networks, run_round_trips

    start = time.monotonic()
    trips = run_round_trips(all_networks()[:count]) if count else {}
    inexact = [name for name, trip in trips.items() if trip.model]
    different = [name for name, trip in trips.items() if trip.diffs]
    for name in dict.fromkeys((*inexact, *different)):
        click.echo(f"{name}: {'; '.join((*trips[name].model[:3], *trips[name].diffs[:3]))}")
    click.echo(
        f"round trips of keras.applications: {len(trips) - len(inexact)} of {len(trips)} exact, "
        f"in {time.monotonic() - start:.0f} s"
    )
    click.echo(
        "diff of network, compact spec and plain spec, both ways: "
        f"no difference in {len(trips) - len(different)} of {len(trips)}"
    )
    return [*inexact, *different]


def compare_exports() -> dict[str, str]:
    """Print which formats give what Keras gives, and what is wrong with the others."""
    from conformance.exports import NETWORK, formats, unequal_exports

    unequal = unequal_exports()
    for form in formats():
        click.echo(f"{NETWORK.name} in {form}: {unequal.get(form, 'equal')}")
    return unequal


def totals(outcome: Outcome) -> str:
    """Print the summary of a run."""
    import os

    os.environ.update(ENVIRONMENT)
    from conformance.coverage import (
        groups_of_functions,
        public_classes,
        public_functions,
        unaccounted,
        unaccounted_functions,
    )

    public, missing = public_classes(), unaccounted()
    refused = [name for name in public if name in REFUSALS]
    functions, left = public_functions(), unaccounted_functions()
    counts = ", ".join(f"{len(found)} {name}" for name, found in groups_of_functions().items())
    lines = [
        f"kinds: {len(LAYERS.kinds)} declared, {len(refused)} refused, of "
        f"{len(public)} public classes of keras.layers",
        f"neither declared nor refused: {', '.join(missing)}" if missing else "",
        f"operations: {counts}, of {len(functions)} functions of keras.ops",
        f"neither declared nor refused: {', '.join(left)}" if left else "",
        f"configurations compared: {outcome.configurations} (both accept {outcome.accepted})",
        f"graphs compared: {outcome.graphs}",
        f"trained for one step: {outcome.trained_configurations} configurations and "
        f"{outcome.trained_graphs} graphs",
        f"disagreements: {len(outcome.found)}",
        f"took {outcome.seconds:.0f} s, at most {outcome.megabytes} MB per process",
    ]
    return "\n".join(line for line in lines if line)


if __name__ == "__main__":
    main()
