"""Finds a trained model: a run folder, or a weights file and its spec."""

from pathlib import Path

import click

from cnnspec.cli.printing import usage_error
from cnnspec.keras_files.archive import WEIGHTS
from cnnspec.training.folder import SPEC

WITHOUT_WEIGHTS = (".json", ".yaml", ".yml")
"""The suffixes of files that describe a model without its weights."""
OF_NEW_MODELS = ("frozen-without-weights",)
"""Warnings that do not apply to a model whose weights are loaded from a file."""

spec_option = click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False),
    help="Spec of a model file; not needed for a run folder.",
)


def spec_and_weights(model: Path, spec: str | None) -> tuple[str, Path]:
    """Return the paths of the spec and the weights of a model; exit if one is missing."""
    if not model.is_dir():
        if model.suffix.lower() in WITHOUT_WEIGHTS:
            usage_error(f"'{model}' has no weights; pass a run folder, .keras or .weights.h5 file")
        if spec is None:
            usage_error(f"'{model}' is a model file; pass its spec with --spec")
        return spec, model
    for name in (SPEC, WEIGHTS):
        if not (model / name).exists():
            usage_error(f"'{model}' is not a completed run: it has no '{name}'")
    return spec or str(model / SPEC), model / WEIGHTS
