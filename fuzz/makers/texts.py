"""Specs of the project with some of their bytes changed."""

from random import Random

from fuzz.inputs import Input
from fuzz.makers import seeds
from fuzz.makers.mutations import OF_TEXTS
from fuzz.makers.mutations import mutated as with_mutations

MAX_BYTES = 20_000
CHOICES = 3
"""The number of specs of which the smallest is changed, because small ones are answered sooner."""


def mutated(rng: Random) -> Input:
    """Return a spec with some bytes changed, moved, doubled or replaced by those of another one."""
    seed = min((rng.choice(seeds.specs()) for _ in range(CHOICES)), key=len)
    data = with_mutations(rng, seed, seeds.specs(), OF_TEXTS)
    return Input(data[:MAX_BYTES], ".yaml")
