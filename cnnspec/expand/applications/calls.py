"""Checks the call of a network, and the other keys of its submodel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from cnnspec.declarations.keras_versions import missing
from cnnspec.diagnostics.problems import At, Failure, Problem, Problems
from cnnspec.diagnostics.report import Note
from cnnspec.expand.loading import Loader
from cnnspec.ir.graph import Application
from cnnspec.language.calls import Call
from cnnspec.objects import applications
from cnnspec.objects.families import APPLICATIONS
from cnnspec.syntax.places import Place


def checked_application(
    keys: dict[str, Any], place: Place, loader: Loader, nulls: Callable[[At], tuple[Note, ...]]
) -> Application | None:
    """Return the network of a submodel; None after an error.

    `keys` are the keys of the submodel with parameters replaced, `place` is that of the submodel.
    `nulls` makes notes on the parameters that put a null at a path in the call.
    """
    here = place / "application"
    declaration = _declaration(keys["application"], here, loader, nulls)
    if declaration is None:
        return None
    here /= keys["application"].kind
    weights: Path | Literal["imagenet"] | None = None
    if keys["weights"] is not None:
        if declaration.given.get("weights") is not None:
            message = "both the submodel and its application set weights"
            (here / "weights").error(loader.report, "conflicting-arguments", message)
            return None
    elif declaration.weights == applications.IMAGENET:
        weights = "imagenet"
    elif declaration.weights is not None:
        located = loader.locate(declaration.weights, here / "weights")
        if isinstance(located, Failure):
            return None
        weights = located
    preprocess, scales = bool(keys["preprocess"]), declaration.mode is not None
    channels = declaration.shape[2]
    if preprocess and scales and channels != applications.CHANNELS:
        message = f"'preprocess' scales {applications.CHANNELS} channels, not {channels}"
        (place / "preprocess").error(loader.report, "conflicting-arguments", message, "key")
        return None
    return Application(declaration, weights, preprocess, scales)


def _declaration(
    call: Call, place: Place, loader: Loader, nulls: Callable[[At], tuple[Note, ...]]
) -> applications.Network | None:
    """Return the declaration of a call with its arguments; None after an error."""
    if call.kind in applications.NOT_YET:
        supported = ", ".join(sorted(APPLICATIONS.kinds))
        message = f"{call.kind} is not supported yet; choose from {supported}"
        place.error(loader.report, "not-supported-yet", message, "kind")
        return None
    try:
        declaration = APPLICATIONS.find(call.kind).of(call.arguments, word=call.kind)
        for each in missing(declaration, loader.keras):
            place.problem(loader.report, each)
    except Problem as problem:
        place.problem(loader.report, problem)
        return None
    except Problems as refused:
        for each in refused.problems:
            place.problem(loader.report, each, notes=nulls(each.at))
        return None
    assert isinstance(declaration, applications.Network)
    return declaration
