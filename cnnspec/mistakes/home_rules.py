"""Keys that stand in another section than theirs: a loss at the top, a batch size in a layer."""

from collections.abc import Iterator

from cnnspec.language.document import Output
from cnnspec.language.train import Train
from cnnspec.mistakes.section_rules import last_name
from cnnspec.mistakes.written import Entry, Mistake, Written
from cnnspec.objects.families import LOSSES, OPTIMIZERS, USUAL_OPTIMIZER

OF_OUTPUTS = ("loss", "metrics", "loss_weight", "loss_weights", "classes")
OF_TRAIN = tuple(key for key in Train.spec_keys() if key not in ("inputs", "class_weight"))
OF_OPTIMIZERS = ("learning_rate", "lr", "momentum", "weight_decay", "clipnorm", "decay")
HOLDERS = ("compile", "fit", "training", "config", "hyperparameters")
"""Keys under which other formats have the settings of training."""


def misplaced(written: Written) -> Iterator[Mistake]:
    """Say where a key belongs, and propose to move it there."""
    for entry in written.entries:
        if entry.key is None or not isinstance(entry.path[-1], str):
            continue
        key, place = entry.path[-1], _place(entry)
        if place is None:
            continue
        if key in OF_OUTPUTS and place != "outputs":
            yield from _to_outputs(written, entry, key)
        elif key in OF_OPTIMIZERS and place != "optimizer":
            yield from _to_optimizer(written, entry, key)
        elif key in OF_TRAIN and place != "train":
            yield from _to_train(written, entry, key)
        elif key in HOLDERS and place == "top":
            what = "write the loss and metrics under `outputs`, and the rest under `train`"
            yield _stays(written, entry, f"there is no section '{key}'", what)


def _place(entry: Entry) -> str | None:
    """Return which part of a document an entry stands in, if it may be in the wrong one."""
    path = entry.path
    if len(path) == 1:
        return "top"
    if path[0] == "train" and len(path) == 2:
        return "train"
    if path[0] == "outputs" and len(path) == 3:
        return "outputs"
    if path[0] == "outputs" and len(path) == 2 and path[1] not in Output.spec_keys():
        return "outputs" if path[1] in OF_TRAIN or path[1] in OF_OPTIMIZERS else None
    is_argument = len(path) >= 3 and isinstance(path[-3], int)
    return "step" if is_argument and ("layers" in path or "branches" in path) else None


def _stays(written: Written, entry: Entry, message: str, suggestion: str) -> Mistake:
    assert entry.key is not None
    at = written.range(entry.key)
    return Mistake(_code(entry), message, at, (), at, suggestion)


def _code(entry: Entry) -> str:
    return "unknown-argument" if _place(entry) == "step" else "unknown-key"


def _moved(
    written: Written, entry: Entry, target: Entry | None, text: str, message: str, suggestion: str
) -> Mistake:
    """Propose to move an entry into a mapping, if that is certain."""
    assert entry.key is not None
    at = written.range(entry.key)
    if target is None or not written.is_one_line(entry.node):
        return _stays(written, entry, message, suggestion)
    edits = [*written.without(entry), *written.inserted(target.node, text)]
    return Mistake(_code(entry), message, at, tuple(edits), at, suggestion, is_outline=True)


def _to_outputs(written: Written, entry: Entry, key: str) -> Iterator[Mistake]:
    outputs = written.document.get("outputs")
    names = list(outputs) if isinstance(outputs, dict) else []
    name = str(names[0]) if len(names) == 1 else None
    target = written.entry("outputs", name) if name else None
    own = "loss_weight" if key == "loss_weights" else key
    has = target is not None and isinstance(target.value, dict) and own in target.value
    if target is not None and (has or not isinstance(target.value, dict | None)):
        target = None
    raw = written.raw(entry.node)
    if key == "metrics" and isinstance(entry.value, str):
        raw = f"[{raw}]"
    if key == "loss" and isinstance(entry.value, str) and entry.value not in LOSSES:
        target = None
    text = f"{own}: {raw}"
    if has:
        yield _stays(
            written, entry, f"'{key}' belongs to an output, which already has one", "remove it here"
        )
        return
    shown = name or last_name(written) or "digit"
    message = f"'{key}' belongs to an output"
    is_short = written.is_one_line(entry.node) and not isinstance(entry.value, dict)
    suggestion = f"write it under `outputs`: `{shown}: {{{text if is_short else f'{own}: ...'}}}`"
    yield _moved(written, entry, target, text, message, suggestion)


def _to_optimizer(written: Written, entry: Entry, key: str) -> Iterator[Mistake]:
    assert entry.key is not None
    argument = {"lr": "learning_rate", "decay": "weight_decay"}.get(key, key)
    raw, at = written.raw(entry.node), written.range(entry.key)
    train = written.entry("train")
    at_optimizer: tuple[str | int, ...] = ("train", "optimizer")
    there = written.entry(*at_optimizer)
    for scaler in ("LossScaleOptimizer", "lossscaleoptimizer"):
        inside = (*at_optimizer, scaler, "inner_optimizer")
        if (inner_optimizer := written.entry(*inside)) is not None:
            at_optimizer, there = inside, inner_optimizer
    message = f"'{key}' is an argument of the optimizer"
    code = _code(entry)
    if there is not None and isinstance(there.value, str) and there.value in OPTIMIZERS:
        kind = OPTIMIZERS.find(there.value).kind()
        new = f"{{{kind}: {{{argument}: {raw}}}}}"
        suggestion = f"write `{at_optimizer[-1]}: {new}`"
        if argument in OPTIMIZERS.find(there.value).arguments() and written.is_one_line(entry.node):
            edits = [*written.without(entry), (*written.range(there.node), new)]
            yield Mistake(code, message, at, tuple(edits), at, suggestion)
            return
        yield Mistake(code, message, at, (), at, suggestion)
        return
    inner = None
    if (
        there is not None
        and isinstance(there.node.children, dict)
        and len(there.node.children) == 1
    ):
        ((word, (_, node)),) = there.node.children.items()
        inner = Entry((*at_optimizer, word), node, None, None)
        if not isinstance(node.value, dict):
            inner = None
        elif argument in node.value:
            message = f"'{key}' is an argument of the optimizer, which already has one"
            yield _stays(written, entry, message, "remove it here")
            return
    usual = OPTIMIZERS.find(USUAL_OPTIMIZER).kind()
    shown = str(inner.path[-1]) if inner else usual
    suggestion = f"write it in `train`: `{at_optimizer[-1]}: {{{shown}: {{{argument}: {raw}}}}}`"
    if inner is None and there is None and entry.path[0] == "train" and train is not None:
        place = at[0], written.end(entry.node)
        new = f"optimizer: {{{usual}: {{{argument}: {raw}}}}}"
        yield Mistake(code, message, at, ((*place, new),), at, f"write `{new}`", is_safe=False)
        return
    yield _moved(written, entry, inner, f"{argument}: {raw}", message, suggestion)


def _to_train(written: Written, entry: Entry, key: str) -> Iterator[Mistake]:
    target = written.entry("train")
    has = target is not None and isinstance(target.value, dict) and key in target.value
    if has or (target is not None and not isinstance(target.value, dict)):
        target = None
    text = f"{key}: {written.raw(entry.node)}"
    is_short = written.is_one_line(entry.node) and len(text) < 60
    suggestion = f"write it under `train`: `{text if is_short else f'{key}: ...'}`"
    message = f"'{key}' belongs to the section 'train'"
    if has:
        message = f"'{key}' belongs to the section 'train', which already has one"
        suggestion = "remove it here"
    yield _moved(written, entry, target, text, message, suggestion)
