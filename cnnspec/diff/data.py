"""Converts a difference to plain data for other programs, always with the same keys."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from cnnspec.declarations.wording import written
from cnnspec.diff.changes import Change, Difference, Member, Pair
from cnnspec.diff.renames import is_counted
from cnnspec.ir.graph import Output

Data = dict[str, Any]


def as_data(difference: Difference) -> Data:
    """The difference as JSON values.

    `added` and `removed` are layers with the arguments of their calls; `renamed`, `moved`,
    `replaced` and `changed` are layers of both models, with their names `old` and `new`; `affected`
    are layers of both models that other edits have an effect on. A change has `what`, `old` and
    `new`.
    """
    pairs = difference.pairs
    outputs = difference.outputs
    return {
        "same": difference.is_empty,
        "old": {"name": difference.old_name, **asdict(difference.old)},
        "new": {"name": difference.new_name, **asdict(difference.new)},
        "added": [*map(_member, difference.added)],
        "removed": [*map(_member, difference.removed)],
        "renamed": [
            {**_names(pair), "counted": is_counted(pair)} for pair in pairs if pair.is_renamed
        ],
        "moved": [{**_names(pair), "inputs": _change(pair.moved)} for pair in pairs if pair.moved],
        "replaced": [
            {"old": _member(pair.old), "new": _member(pair.new)}
            for pair in pairs
            if pair.is_replaced
        ],
        "changed": [
            {**_names(pair), "changes": _changes(pair.changes), "effects": _changes(pair.effects)}
            for pair in difference.changed
        ],
        "affected": [
            {**_names(pair), "effects": _changes(pair.effects)} for pair in difference.affected
        ],
        "outputs": {
            "added": [*map(_output, outputs.added)],
            "removed": [*map(_output, outputs.removed)],
            "changed": [
                {"old": pair.old, "new": pair.new, "changes": _changes(pair.changes)}
                for pair in outputs.pairs
            ],
        },
        "model": _changes(difference.model),
    }


def _names(pair: Pair) -> Data:
    return {"old": pair.old.shown, "new": pair.new.shown, "kind": pair.new.part.kind}


def _member(member: Member) -> Data:
    part = member.part
    return {
        "name": member.shown,
        "kind": part.kind,
        "arguments": part.given,
        "frozen": part.frozen,
        "layers": part.layers,
        "params": part.params,
        "macs": part.macs,
    }


def _output(output: Output) -> Data:
    return {
        "name": output.name,
        "from": str(output.ref),
        "loss": written(output.loss),
        "loss_weight": output.loss_weight,
        "metrics": [*map(written, output.metrics)],
        "classes": [*output.classes],
    }


def _changes(changes: Iterable[Change]) -> list[Data]:
    return [*map(_change, changes)]


def _change(change: Change) -> Data:
    return {"what": change.what, "old": change.old, "new": change.new}
