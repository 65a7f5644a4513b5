"""Words of another family than the one whose place they stand in: a loss `accuracy`, a step `Adam`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cnnspec.declarations.family import Family
from cnnspec.declarations.foreign_table import entry_of
from cnnspec.diagnostics.problems import with_article
from cnnspec.diagnostics.suggestions import closest, folded
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.base import LAYERS
from cnnspec.mistakes.python_calls import family_of
from cnnspec.mistakes.section_rules import last_name
from cnnspec.mistakes.written import Mistake, Range, Written
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.operations.families import PREFIX
from cnnspec.operations.steps import family_of_step

PLACES = {
    "layers": "it is a step under `layers`: `- {bare}`",
    "ops": "it is a step under `layers`: `- {bare}`",
    "losses": "it stands under `outputs`: `{output}: {{loss: {call}}}`",
    "metrics": "it stands under `outputs`: `{output}: {{loss: ..., metrics: [{call}]}}`",
    "optimizers": "it stands in `train`: `optimizer: {call}`",
    "optimizers.schedules": "it is the learning rate of an optimizer: `optimizer: {{Adam: {{learning_rate: {call}}}}}`",
    "callbacks": "it stands in `train`: `callbacks: [{call}]`",
    "initializers": "it is an argument of layers: `kernel_initializer: {call}`",
    "regularizers": "it is an argument of layers: `kernel_regularizer: {call}`",
    "constraints": "it is an argument of layers: `kernel_constraint: {call}`",
    "data": "it stands in `train`: `data: {call}`",
    "applications": "write `submodels: {{base: {{application: {call}}}}}`, and `- base` as the step",
    "activations": "it is an argument of layers: `activation: {call}`",
}
"""Where a call of a family stands, by the namespace of the family."""


def words_of_others(written: Written) -> Iterator[Mistake]:
    """Say of a word what it is, and where it belongs."""
    for word, path, at in _calls(written):
        wanted = _wanted(path)
        if wanted is None or _is_known(wanted, word):
            continue
        is_nearly_a_layer = wanted is LAYERS and closest(word, [*LAYERS.kinds, *LAYERS.aliases])
        for namespace, noun, call in _meanings(word):
            if namespace == "ops" and is_nearly_a_layer:
                continue
            place = PLACES[namespace].format(
                call=f"{{{call}}}" if ":" in call else call,
                bare=call,
                output=last_name(written) or "digit",
            )
            suggestion = f"{word} is {with_article(noun)}; {place}"
            yield Mistake("unknown-kind", None, at, (), at, suggestion)
            break


def _calls(written: Written) -> Iterator[tuple[str, tuple[str | int, ...], Range]]:
    """Yield the words that stand where a call may stand, with their places."""
    for entry in written.entries:
        node, value = entry.node, entry.value
        if isinstance(value, str):
            yield value, entry.path, written.range(node)
        elif isinstance(node.children, dict) and len(node.children) == 1:
            ((word, (key, _)),) = node.children.items()
            if isinstance(word, str):
                yield word, entry.path, written.range(key)


def _wanted(path: Sequence[str | int]) -> "Family[Any] | str | None":
    """Return the family of the calls at a place; None if there are none."""
    last = path[-1] if path else ""
    if isinstance(last, str) and last.endswith("activation"):
        return "activations"
    return family_of(path)


def _is_known(wanted: "Family[Any] | str", word: str) -> bool:
    """Whether a word needs no explanation in a place: it is right there, or nearly so."""
    if isinstance(wanted, str):
        namespace, known = wanted, [*ACTIVATIONS]
    else:
        wanted = family_of_step(word) if wanted is LAYERS else wanted
        namespace, known = wanted.namespace, [*wanted.kinds, *wanted.aliases, *wanted.refusals]
    if word in known:
        return True
    near = closest(word, known)
    return (near is not None and near.is_certain) or entry_of(namespace, word, known) is not None


def _meanings(word: str) -> Iterator[tuple[str, str, str]]:
    """Yield the families that have a word, with their nouns and a call of the word there.

    Those that have it letter by letter are first: `relu` is an activation rather than a layer.
    """
    found = [
        (meant, each)
        for each in (*ALL_FAMILIES, None)
        if (meant := _same(word, [*each.kinds, *each.aliases] if each else ACTIVATIONS))
    ]
    for meant, family in sorted(found, key=lambda each: each[0] != word):
        if family is None:
            yield "activations", "activation", meant
            continue
        needed = ", ".join(f"{name}: ..." for name in family.find(meant).required())
        yield family.namespace, family.noun, f"{meant}: {{{needed}}}" if needed else meant


def _same(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is a word but for case and separators."""
    bare = folded(word.removeprefix("keras.").removeprefix(PREFIX))
    same = [each for each in known if folded(each.removeprefix(PREFIX)) == bare]
    return word if word in same else next(iter(same), None)
