"""`cnnspec train`: train a model and write a run folder."""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from cnnspec.backends.keras.errors import BUILD_ERRORS
from cnnspec.cli.common import (
    code_option,
    parse_overrides,
    root_option,
    set_option,
    spec_arguments,
)
from cnnspec.cli.data import checked_data, data_option, refuse, training_of, with_whole_images
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import allowed_model, check_root, refuse_model_files
from cnnspec.cli.printing import echo, usage_error
from cnnspec.cli.quiet import import_quietly
from cnnspec.counts import counted
from cnnspec.data.problems import DataProblem, RunProblem
from cnnspec.declarations.keras_versions import Keras
from cnnspec.extras import how_to_install
from cnnspec.training.curves import can_draw


@click.command("train")
@spec_arguments(several=False)
@data_option
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="Total number of epochs. With phases, the last ones are cut off, or the very last is longer.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Run folder.  [default: runs/NAME/TIME]",
)
@click.option(
    "--resume",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Resume a run from its last completed epoch.",
)
@code_option
@click.option(
    "--feature-cache/--no-feature-cache",
    default=True,
    help="Compute the features of frozen parts only once, if that saves time.",
)
@click.option("--tensorboard", is_flag=True, help="Also write logs for TensorBoard.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@set_option
@keras_option
@root_option
def command(
    spec: str,
    data: Path | None,
    epochs: int | None,
    output: Path | None,
    resume: Path | None,
    allow_code: tuple[str, ...],
    feature_cache: bool,
    tensorboard: bool,
    quiet: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Train a model as specified by the `train` section of its spec.

    Weights, history and metrics are written to a run folder.

    \b
    Example:
      cnnspec train specs/mnist_multi_output.yaml --epochs 3
      cnnspec train specs/mnist_multi_output.yaml --resume runs/mnist/20260101-120000
    """
    if data is not None:
        check_root(root, data)
    if output is not None and resume is not None:
        usage_error(
            "--output cannot be used with --resume, which continues in the folder of the run"
        )
    values = parse_overrides(overrides)
    refuse_model_files((spec,), "train")
    compilation, checked = allowed_model(spec, allow_code, overrides=values, keras=keras, root=root)
    training = training_of(checked)
    found = checked_data(compilation, checked, training, data, doing="training")
    runs = import_quietly("cnnspec.training.run", "training")
    found = with_whole_images(compilation, checked, training, found, data, doing="training")
    folder = resume or output or runs.run_folder(checked.name)
    from cnnspec.cli.progress import progress

    total = training.total_epochs(epochs)
    try:
        with progress(total, quiet) as listener:
            run = runs.train(
                checked,
                training,
                found,
                folder,
                epochs=epochs,
                resume=resume is not None,
                allow_code=allow_code,
                feature_cache=feature_cache,
                tensorboard=tensorboard,
                listener=listener,
            )
    except DataProblem as problem:
        refuse(compilation, training, problem, data)
    except (RunProblem, *BUILD_ERRORS) as error:
        echo(f"error: {error}", err=True)
        sys.exit(1)
    if run.stopped:
        echo(f"training stopped: {run.stopped}", err=True)
    if not quiet:
        _tell_results(run, tensorboard)
    if run.interrupted:
        echo(f"interrupted; use --resume {run.folder} to continue", err=True)
        sys.exit(130)


def _tell_results(run: Any, tensorboard: bool) -> None:
    for part, metrics in run.metrics.items():
        echo(f"{part}: {measures(metrics)}")
    if run.frozen:
        verb = "is" if len(run.frozen) == 1 else "are"
        echo(f"{counted(len(run.frozen), 'frozen weight')} {verb} unchanged")
    if not can_draw():
        echo(f"no curves.svg: it needs Matplotlib ({how_to_install('matplotlib')})")
    if tensorboard:
        missing = "" if find_spec("tensorboard") else " (pip install tensorboard)"
        echo(f"view the curves with: tensorboard --logdir {run.folder / 'tensorboard'}{missing}")
    echo(f"{run.folder}: {', '.join(sorted(each.name for each in run.folder.iterdir()))}")


def measures(metrics: Mapping[str, float]) -> str:
    """Format losses and metrics in one line."""
    return ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
