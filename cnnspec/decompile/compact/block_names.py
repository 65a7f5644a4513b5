"""Names blocks, after the names of their calls or after what they do."""

import re
from collections.abc import Collection, Iterable, Sequence

from cnnspec.decompile.compact.lines import Line
from cnnspec.language.document import Document

SECTIONS = frozenset(Document.spec_keys())
ATTENTION = frozenset(("AdditiveAttention", "Attention", "GroupQueryAttention"))
POOLING = re.compile(r"(Adaptive)?(Average|Max)Pooling\dD")
GLOBAL_POOLING = re.compile(r"Global(Average|Max)Pooling\dD")
CONVOLUTION = re.compile(r"Conv\dD|SeparableConv\dD|conv_block(_\d+)?|double_conv(_\d+)?")
UPSAMPLING = re.compile(r"Conv\dDTranspose|UpSampling\dD")
UNITS = frozenset(("dense_block", "inception", "projection", "residual", "transformer"))
"""The names of blocks that networks have many of."""
RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM2D"))


def block_name(prefixes: Sequence[str], lines: list[Line]) -> str:
    """Return a name for a block with these steps, whose calls have these names."""
    return _of_calls(prefixes) or _of_steps(lines)


def free_name(base: str, taken: Collection[str]) -> str:
    """Return a name that is not taken, with a number if need be."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _of_calls(prefixes: Sequence[str]) -> str | None:
    """Return the words that the names of all calls share, if they say anything."""
    if not prefixes:
        return None
    words = [[re.sub(r"\d+[a-z]?$", "", part) for part in each.split("_")] for each in prefixes]
    shared = [word for word in words[0] if word and all(word in other for other in words)]
    name = "_".join(dict.fromkeys(shared))
    says_nothing = all(len(word) < 2 for word in shared)
    return None if says_nothing or name in SECTIONS else name


def _of_steps(lines: list[Line]) -> str:
    """Return a word for what some steps compute."""
    kinds = [each.kind for line in lines for each in line.inner()]
    merging = [line for line in lines if line.branches]
    if UNITS.intersection(re.sub(r"_\d+$", "", kind) for kind in kinds) and len(lines) > 1:
        return "stage"
    if any("MultiHeadAttention" in kind for kind in kinds) or ATTENTION & {*kinds}:
        return "transformer" if "Dense" in kinds else "attention"
    if len(lines) <= 2 and any(map(_squeezes, merging)):
        return "squeeze_excite"
    if adding := [line for line in merging if line.kind.casefold().endswith("add")]:
        if len(adding) > 1:
            return "stage"
        return "projection" if all(map(_projects, adding)) else "residual"
    if joining := [line for line in merging if line.kind.casefold().endswith("concatenate")]:
        branches = joining[0].branches or []
        return "dense_block" if [] in branches and len(branches) == 2 else "inception"
    if RECURRENT & {*kinds}:
        return "recurrent"
    for pattern, word in ((UPSAMPLING, "upsample"), (POOLING, "downsample")):
        if _any(pattern, kinds):
            return word
    if any("Depthwise" in kind for kind in kinds):
        return "separable"
    if count := sum(bool(CONVOLUTION.fullmatch(kind)) for kind in kinds):
        return ("conv_block", "double_conv", "convolutions")[min(count, 3) - 1]
    if "Dense" in kinds:
        return "dense_block"
    if any("Normalization" in kind for kind in kinds):
        return "normalization"
    return next((kind for kind in kinds if kind.islower() and "." not in kind), "part")


def _projects(line: Line) -> bool:
    """Whether a sum has no shortcut that returns its input, but one with a layer in it."""
    branches = [
        [each.kind for step in branch for each in step.inner()] for branch in line.branches or ()
    ]
    return all(
        any(kind == "Dense" or CONVOLUTION.fullmatch(kind) for kind in each) for each in branches
    )


def _squeezes(line: Line) -> bool:
    """Whether a step scales its input by what a global pooling tells of it."""
    is_product = line.kind.casefold().endswith("multiply")
    return is_product and _any(GLOBAL_POOLING, (each.kind for each in line.inner()))


def _any(pattern: re.Pattern[str], kinds: Iterable[str]) -> bool:
    return any(pattern.fullmatch(kind) for kind in kinds)
