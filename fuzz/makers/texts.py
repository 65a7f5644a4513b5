"""Specs of the project with some of their bytes changed."""

from random import Random

from fuzz.inputs import Input
from fuzz.makers import seeds
from fuzz.makers.mutations import OF_TEXTS
from fuzz.makers.mutations import mutated as with_mutations

MAX_BYTES = 20_000


def mutated(rng: Random) -> Input:
    """Return a spec with some bytes changed, moved, doubled or replaced by those of another one."""
    data = with_mutations(rng, rng.choice(seeds.specs()), seeds.specs(), OF_TEXTS)
    return Input(data[:MAX_BYTES], ".yaml")
