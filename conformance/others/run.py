"""Tries all networks, a few in each process, and prints what became of them."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from typing import TYPE_CHECKING

from conformance.others.networks import Network, all_networks

if TYPE_CHECKING:
    from conformance.others.trial import Outcome

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONWARNINGS": "ignore",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
"""Without oneDNN, results do not depend on where in memory the values are."""
NETWORKS_A_PROCESS = 15
EXACT, EXACT_WITHOUT_LAMBDA = 0.85, 0.95
"""The least shares of networks that must be exact."""


def run(words: Sequence[str]) -> int:
    """Try networks and print the outcome of each; return 1 if any is wrong, or too many are refused."""
    os.environ.update(ENVIRONMENT)
    networks = [
        each for each in all_networks() if not words or any(word in each.title for word in words)
    ]
    start = time.monotonic()
    outcomes = []
    with get_context("spawn").Pool(1, maxtasksperchild=NETWORKS_A_PROCESS) as pool:
        for outcome in pool.imap(_tried, [each.title for each in networks]):
            print(_line(outcome), flush=True)
            outcomes.append(outcome)
    print(f"\n{time.monotonic() - start:.0f} s")
    left_out = sum(bool(each.missing) for each in outcomes)
    print(f"{left_out} not counted, because their own packages cannot make or save them")
    return _summary([each for each in outcomes if not each.missing])


def _tried(title: str) -> "Outcome":
    """Try the network of a title, in a process that keeps Keras."""
    from conformance.others.trial import tried

    return tried(_by_title()[title])


def _by_title() -> dict[str, Network]:
    return {each.title: each for each in all_networks()}


def _line(outcome: "Outcome") -> str:
    """Return what became of a network, with the reasons."""
    if outcome.missing:
        return f"{outcome.title}: not counted, the package itself {outcome.missing}"
    lines = [f"{outcome.title}: {outcome.kind}{' (Lambda)' if outcome.has_lambda else ''}"]
    for each in outcome.verdicts:
        if each.kind in ("refused", "wrong"):
            lines.append(f"    {each.way}: {each.kind}: {each.said}")
        elif each.kind == "exact" and each.said:
            lines.append(f"    {each.way}: results differ by {each.said} in the last bits")
    return "\n".join(lines)


def _summary(outcomes: Iterable["Outcome"]) -> int:
    """Print the totals; return 1 if they are not what they must be."""
    found = list(outcomes)
    plain = [each for each in found if not each.has_lambda]
    packages = Counter(each.title.partition(":")[0] for each in found)
    exact = Counter(each.title.partition(":")[0] for each in found if each.kind == "exact")
    for package, count in packages.items():
        print(f"{package}: {exact[package]} of {count} exact")
    shares = []
    for what, group in ((f"{len(found)} networks", found), (f"{len(plain)} without Lambda", plain)):
        kinds = Counter(each.kind for each in group)
        shares.append(kinds["exact"] / max(len(group), 1))
        print(
            f"{what}: {kinds['exact']} exact ({shares[-1]:.1%}), {kinds['refused']} refused, "
            f"{kinds['wrong']} wrong"
        )
    is_wrong = any(each.kind == "wrong" for each in found)
    return int(is_wrong or shares[0] < EXACT or shares[1] < EXACT_WITHOUT_LAMBDA)
