"""The table of words of other frameworks: its targets exist, and what it suggests is valid."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cnnspec.declarations.conversions import CONVERSIONS
from cnnspec.declarations.family import Family
from cnnspec.declarations.foreign import of_kind
from cnnspec.declarations.foreign_table import Entry, Rule, worlds
from cnnspec.declarations.hints import argument_problem
from cnnspec.diagnostics.rewrites import KEPT, Rewrite
from cnnspec.diagnostics.suggestions import closest, folded
from cnnspec.language.document import STEP_KEYS, Block, Document, Input, Output, Submodel
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.language.train import Phase, Train
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.objects.families import (
    APPLICATIONS,
)

FAMILIES: dict[str, Family[Any]] = {
    family.namespace: family for family in ALL_FAMILIES if family is not APPLICATIONS
}

EXAMPLES: dict[str, Any] = {
    "affine": True, "align_corners": False, "alpha": 1, "approximate": "none", "batch_first": True, "beta": 1,
    "betas": [0.9, 0.99], "bidirectional": False, "ceil_mode": False, "count_include_pad": False, "dampening": 0,
    "decay": 0, "dilation": 1, "dim": 1, "drop_prob": 0.1, "dropout_ratio": 0.5, "elementwise_affine": True,
    "embed_dim": 8, "embedding_dim": 4, "end_dim": -1, "global_pooling": False, "gamma": 0.1, "groups": 1,
    "hidden_size": 4, "ignore_index": 0, "in_channels": 4, "in_features": 4, "init": "uniform", "input_size": 4,
    "kernel_h": 3, "kernel_size": 3, "kernel_w": 3, "lr_decay": 0, "maximize": False, "milestones": [10, 20],
    "momentum": 0.1, "nonlinearity": "tanh", "normalized_shape": 4, "num_embeddings": 9, "num_features": 4,
    "num_channels": 4, "num_groups": 2, "num_layers": 1, "num_output": 4, "out_channels": 4, "out_features": 4,
    "output": 4, "output_padding": 0, "p": 0.1, "pad": 0, "padding": 0, "padding_mode": "zeros", "proj_size": 0,
    "reduction": "mean", "return_indices": False, "scale_factor": 2, "size": 3, "start_dim": 1, "step_size": 10,
    "theta": 0.5, "threshold": 0.1, "track_running_stats": True, "unflattened_size": [4], "T_0": 10, "T_max": 10,
    "T_mult": 2.0, "total_iters": 10, "epsilon": 0.1, "W_regularizer": "l2", "W_constraint": "non_neg",
    "add_bias_kv": False, "add_zero_attn": False, "nb_filter": 4, "output_dim": 4, "beta2_decay": -0.8,
}  # fmt: skip
"""Values of foreign arguments that Keras has, too."""
WITHOUT = {
    "InstanceNorm1d": ("track_running_stats",),
    "InstanceNorm2d": ("track_running_stats",),
    "InstanceNorm3d": ("track_running_stats",),
    "StochasticDepth": ("mode",),
    "Upsample": ("size", "mode"),
    "interpolate": ("size", "mode"),
    "UpsamplingNearest2d": ("size", "mode"),
    "convolutional": ("pad",),
}
"""Arguments of words that have other values there, which `tests/brought/words` has."""
SPECIAL: dict[str, dict[str, Any]] = {
    "num_heads": {"MultiheadAttention": 2},
    "alpha": {"RMSprop": 0.9},
}
"""Values of arguments that only some words have."""
REQUIRED: dict[str, Any] = {
    "axes": 1, "cell": {"LSTMCell": {"units": 4}}, "decay_rate": 0.1, "decay_steps": 10, "filters": 4, "groups": 2,
    "initial_learning_rate": 0.1, "input_dim": 9, "kernel_size": 3, "num_classes": 3, "output_dim": 4, "output_size": 4,
    "pool_size": 2, "units": 4, "values": [1.0, 0.1, 0.01], "boundaries": [10, 20], "num_heads": 2, "key_dim": 4, "target_shape": [4],
    "first_decay_steps": 10, "inner_optimizer": "adam", "size": 2, "rate": 0.5, "alpha": 0.1, "drop_path_rate": 0.1, "max_value": 2,
}  # fmt: skip

ENTRIES = [
    (world.name, family, word, entry)
    for world in worlds()
    for family, entries in world.entries.items()
    for word, entry in entries.items()
]
KINDS = [each for each in ENTRIES if each[1] != "activations"]
EACH_KIND = pytest.mark.parametrize(
    ("family", "word", "entry"),
    [each[1:] for each in KINDS],
    ids=[f"{world}-{family}-{word}" for world, family, word, _ in KINDS],
)


def kinds_of(entry: Entry) -> list[str]:
    """The kinds that a word may be."""
    cases = (case for values in entry.cases.values() for case in values.values())
    return [each.kind for each in (entry, *cases) if each.kind is not None]


def targets(rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    """The arguments that arguments become."""
    for name, rule in rules.items():
        if rule.to is not None and rule.by != "affine":
            yield name, rule.to


@EACH_KIND
def test_its_kinds_and_arguments_exist(family: str, word: str, entry: Entry) -> None:
    kinds = kinds_of(entry)
    assert bool(kinds) is not bool(entry.none)
    assert [kind for kind in kinds if kind not in FAMILIES[family]] == []
    known = [{*FAMILIES[family].find(kind).arguments()} for kind in kinds]
    everywhere = set.union(*known) if known else set()
    given = {*entry.fixed, *entry.defaults}
    assert given - everywhere == set()
    assert {name: to for name, to in targets(entry.arguments) if to not in everywhere} == {}


def test_arguments_of_all_words_exist() -> None:
    known = {
        name
        for family in FAMILIES.values()
        for kind in family.kinds.values()
        for name in kind.arguments()
    }
    rules = [each for world in worlds() for each in targets(world.arguments)]
    assert [each for each in rules if each[1] not in known] == []


def test_every_conversion_is_used() -> None:
    rules = [rule for world in worlds() for rule in world.arguments.values()]
    rules += [rule for *_, entry in ENTRIES for rule in entry.arguments.values()]
    assert {rule.by for rule in rules if rule.by is not None} == CONVERSIONS.keys()


def test_activations_exist() -> None:
    entries = [entry for _, family, _, entry in ENTRIES if family == "activations"]
    assert {each.kind for each in entries if each.none is None} - {*ACTIVATIONS} == set()


def test_keys_exist() -> None:
    models = (Document, Input, Output, Submodel, Block, Train, Phase)
    known = {model.__name__.lower(): {*model.spec_keys()} for model in models}
    known["step"] = {*STEP_KEYS}
    known["monitor"] = {"accuracy", "val_accuracy"}
    tables = [(part, keys) for world in worlds() for part, keys in world.keys.items()]
    assert {part for part, _ in tables} == known.keys()
    for part, keys in tables:
        assert {*keys.values()} - known[part] == set()
        assert {*keys} & known[part] == set()


def rewritten(arguments: Mapping[str, Any], rewrite: Rewrite) -> dict[str, Any]:
    """The arguments with the changes of a call."""
    changed: dict[str, Any] = {}
    for name, value in arguments.items():
        for to, new in rewrite.replaced.get(name, ((name, KEPT),)):
            changed[to] = value if new is KEPT else new
    return changed | dict(rewrite.added)


@EACH_KIND
def test_what_it_suggests_is_valid(family: str, word: str, entry: Entry) -> None:
    members = FAMILIES[family]
    if entry.kind is None:
        return
    known = [*members.kinds, *members.aliases]
    left_out = WITHOUT.get(word, ())
    given = {
        name: EXAMPLES[name]
        for name, rule in entry.arguments.items()
        if name in EXAMPLES and name not in left_out and rule.to not in entry.fixed
        if rule.drop is not None or rule.to in (*members.find(entry.kind).arguments(), "affine")
    }
    if "kernel_h" in given:
        given.pop("kernel_size", None)
    given |= {name: each[word] for name, each in SPECIAL.items() if word in each}
    path = "nn.functional." if entry.after_modules else ""
    meaning = of_kind(family, path + word, given, members.declared, known)
    assert meaning is not None
    if entry.but is not None:
        assert (meaning.rewrite, meaning.is_certain) == (None, False)
        return
    assert meaning.is_certain, meaning.text
    rewrite = meaning.rewrite
    assert rewrite is not None
    assert rewrite.kind is not None
    call = rewritten(given, rewrite)
    required = members.find(rewrite.kind).required()
    call |= {name: REQUIRED[name] for name in required if name not in call}
    members.check({rewrite.kind: call})


def test_no_word_of_the_language_has_another_meaning_in_the_table() -> None:
    """`RNN` is a layer of Keras that runs any cell, so only `nn.RNN` is `SimpleRNN`."""
    other = {
        (family, word, entry.kind)
        for _, family, word, entry in KINDS
        for known in (*FAMILIES[family].kinds, *FAMILIES[family].aliases)
        if folded(known) == folded(word) and entry.kind is not None and not entry.after_modules
        if FAMILIES[family].canonical(known) != FAMILIES[family].canonical(entry.kind)
    }
    assert other == {("layers", "RNN", "SimpleRNN")}


SLIPS = {
    ("dropout_U", "dropout"): ("recurrent_dropout",),
    ("factor", "y_factor"): ("x_factor",),
}
"""Foreign arguments that are nearly another argument, or two, with what they are."""


def test_no_argument_is_suggested_where_a_nearer_one_fits() -> None:
    names = {name for world in worlds() for name in world.arguments}
    names |= {name for *_, entry in ENTRIES for name in entry.arguments}
    kinds = [(key, kind) for key, each in FAMILIES.items() for kind in each.kinds.values()]
    known = {argument for _, kind in kinds for argument in kind.arguments()}
    slips = [
        (name, near.word)
        for name in sorted(names)
        for argument in sorted(known - {name})
        if (near := closest(name, [argument])) is not None and near.is_certain
    ]
    other = {}
    for family, kind in kinds:
        for name, near in slips:
            if near in kind.arguments() and name not in kind.arguments():
                _, meant = argument_problem(family, kind, name, {name: 1}, "")
                if near not in meant:
                    other[name, near] = meant
    assert other == SLIPS
