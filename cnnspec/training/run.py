"""A run: trains a checked spec, and writes the results to a folder."""

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnnspec.backends.keras import building
from cnnspec.data.checked import Data
from cnnspec.data.problems import RunProblem
from cnnspec.decompile.flat import written_out
from cnnspec.files.locks import locked
from cnnspec.files.writing import make_folder, missing_folders, sweep
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.history import by_output
from cnnspec.ir.training import Training
from cnnspec.keras_files.archive import WEIGHTS
from cnnspec.language.dump import dumps
from cnnspec.records import replace
from cnnspec.training.curves import draw_curves
from cnnspec.training.environment import check_backend, check_same, is_run, write_environment
from cnnspec.training.events import FOLDER, Events
from cnnspec.training.failing import failing, reading
from cnnspec.training.files import unwritable, write, write_text, write_weights
from cnnspec.training.fit import Trained, fit
from cnnspec.training.folder import (
    CHECKPOINT,
    CURVES,
    ENVIRONMENT,
    HISTORY,
    METRICS,
    MODEL,
    SPEC,
)
from cnnspec.training.listening import Listener, Teller, following
from cnnspec.training.phases import stages
from cnnspec.training.pipeline import Pipeline

BEGUN = (ENVIRONMENT, SPEC, FOLDER)
"""What the folder of a run contains before its first checkpoint."""


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """The result of a training."""

    folder: Path
    model: Any
    """The trained `keras.Model`."""
    history: tuple[Mapping[str, float], ...]
    """The losses and metrics of each epoch, by name."""
    metrics: Mapping[str, Mapping[str, float]]
    """The final losses and metrics for each part of the data (`test`, `validation`)."""
    frozen: Mapping[str, str]
    """The sha256 of every frozen weight, verified to be unchanged."""
    interrupted: bool
    stopped: str | None = None
    """Why training stopped before the last epoch, if its loss is NaN."""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the classes of the outputs that have some."""

    def __repr__(self) -> str:
        """Return one line, which a notebook displays."""
        epochs = "1 epoch" if len(self.history) == 1 else f"{len(self.history)} epochs"
        return f"Run({str(self.folder)!r}, {epochs}{', interrupted' if self.interrupted else ''})"


def run_folder(name: str, parent: Path = Path("runs")) -> Path:
    """Return a folder for a new run of a model."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    return parent / name / now


def train(
    checked: CheckedGraph,
    training: Training,
    data: Data,
    folder: Path,
    *,
    epochs: int | None = None,
    resume: bool = False,
    allow_code: Collection[str] = (),
    feature_cache: bool = True,
    tensorboard: bool = False,
    listener: Listener | None = None,
) -> Run:
    """Train a checked spec on data that fits it, and write the run folder.

    With `tensorboard`, it also contains logs for TensorBoard.

    Raises:
        DataProblem: a phase unfreezes a layer that does not exist, or an image is broken.
        RunProblem: the folder cannot be written, or does not belong to this spec, or Keras cannot
            train with its backend, or training fails.

    """
    check_backend()
    checked = _with_classes(checked, data)
    digest = _digest(checked, training)

    def build_model() -> Any:
        built = building.build(checked, allow_code=allow_code, seed=training.seed)
        if isinstance(listener, Teller) and not resume:  # which has the weights of its checkpoint
            for loaded in built.loaded:
                listener.tell(str(loaded))
        return built.model

    if tensorboard:
        listener = Events(folder / FOLDER, listener)
    with _resumed(folder, digest) if resume else _begun(checked, training, folder, digest):
        parts = data.train, data.validation
        with failing(checked, "training failed"), reading(training, *parts):
            trained = fit(
                checked,
                training,
                data,
                folder / CHECKPOINT,
                build_model,
                epochs=epochs,
                resume=resume,
                feature_cache=feature_cache,
                listener=listener,
            )
        metrics: dict[str, dict[str, float]] = {}
        for name, part in (("validation", data.validation), ("test", data.test)):
            if part is not None and not trained.interrupted:
                pipeline = Pipeline(checked, training, part)
                what = f"evaluating the {name} data"
                metrics[name] = measured(trained.model, pipeline, what, listener)
        with failing(checked, "the results cannot be written"):
            _write_results(trained, checked, metrics, folder)
            begins = [each.first for each in stages(training, epochs)]
            draw_curves(trained.history, checked.graph.outputs, begins, folder / CURVES)
    return Run(
        folder,
        trained.model,
        tuple(trained.history),
        metrics,
        trained.frozen,
        trained.interrupted,
        trained.stopped,
        {each.name: each.classes for each in checked.graph.outputs if each.classes},
    )


def measured(
    model: Any, pipeline: Pipeline, what: str = "evaluating", listener: object = None
) -> dict[str, float]:
    """Compute the losses and metrics of a compiled model on a part of the data.

    The listener may follow it, as what `what` says.

    Raises:
        DataProblem: an image is broken.
        RunProblem: something else fails.

    """
    checked, training = pipeline.checked, pipeline.training
    with failing(checked, "the evaluation failed"), reading(training, pipeline.part):
        callbacks = following(what, pipeline.steps, listener)
        batches = pipeline.in_order()
        found = model.evaluate(batches, verbose=0, return_dict=True, callbacks=callbacks)
    return by_output(found, pipeline.checked.graph.outputs)


def _digest(checked: CheckedGraph, training: Training) -> str:
    """Return what identifies the spec of a run, without the length of training."""
    graph = replace(checked.graph, training=None)
    declarations = [
        (each.word, each.given) if each else None
        for each in (
            training.data,
            *training.callbacks,
            *(one.optimizer for one in training.phases),
        )
    ]
    phases = [(each.epochs, each.unfreeze, each.unfreeze_last) for each in training.phases]
    settings = [
        training.inputs,
        training.targets,
        training.parameters,
        training.validation,
        training.test,
        training.batch_size,
        training.seed,
        training.class_weight,
        training.sample_weight,
        phases,
        declarations[1:],
    ]
    text = dumps(written_out(graph, training.folder)) + json.dumps(settings, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _with_classes(checked: CheckedGraph, data: Data) -> CheckedGraph:
    """Return a graph whose outputs have the names of the classes that the data has."""
    outputs = tuple(
        replace(each, classes=data.classes.get(each.name, each.classes))
        for each in checked.graph.outputs
    )
    return replace(checked, graph=replace(checked.graph, outputs=outputs))


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Keep other processes from writing to the folder of a run; yield whether that is possible.

    Raises:
        RunProblem: another process writes to it.

    """
    with ExitStack() as stack:
        try:
            is_locked = stack.enter_context(locked(folder))
        except BlockingIOError:
            raise RunProblem(f"another process is training in '{folder}'") from None
        except OSError as error:
            raise unwritable(folder, error) from None
        yield is_locked


@contextmanager
def _resumed(folder: Path, digest: str) -> Iterator[None]:
    check_same(folder, digest)
    with _alone(folder):
        sweep(folder)
        yield


@contextmanager
def _begun(checked: CheckedGraph, training: Training, folder: Path, digest: str) -> Iterator[None]:
    """Begin a run; if it fails before its first checkpoint, remove what it wrote.

    The folder may contain what a run that was killed before its first checkpoint left.
    """
    missing = missing_folders(folder)
    try:
        make_folder(folder)
    except OSError as error:
        raise unwritable(folder, error) from None
    with _alone(folder) as is_alone:
        sweep(folder)
        there = {each.name for each in folder.iterdir()}
        if there and not (is_alone and there <= {*BEGUN} and is_run(folder)):
            other = ", or continue that run with --resume" if is_run(folder) else ""
            message = f"'{folder}' already contains files; choose another folder with -o{other}"
            raise RunProblem(message)
        try:
            write_environment(folder, digest, training.seed)
            write_text(folder / SPEC, dumps(written_out(checked.graph, folder, inline=True)))
            yield
        except BaseException:
            if not os.path.exists(folder / CHECKPOINT):
                for each in (folder / name for name in BEGUN):
                    shutil.rmtree(each) if os.path.isdir(each) else each.unlink(missing_ok=True)
                with suppress(OSError):  # others may have written there in the meantime
                    for each in missing:
                        each.rmdir()
            raise


def _write_results(
    trained: Trained, checked: CheckedGraph, metrics: dict[str, dict[str, float]], folder: Path
) -> None:
    write_text(folder / HISTORY, _table(trained.history))
    found = {**metrics, "frozen": trained.frozen, "interrupted": trained.interrupted}
    write_text(folder / METRICS, f"{json.dumps(found, indent=2)}\n")
    write(folder / MODEL, lambda file: building.write(trained.model, checked, file))
    write_weights(folder / WEIGHTS, folder / MODEL)


def _table(history: list[dict[str, float]]) -> str:
    names = list(dict.fromkeys(name for row in history for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()
