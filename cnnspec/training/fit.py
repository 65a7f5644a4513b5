"""The training loop, with a checkpoint after each epoch so that training can be resumed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from cnnspec.counts import counted
from cnnspec.data.checked import Data
from cnnspec.data.problems import RunProblem
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.history import by_output
from cnnspec.ir.training import Training
from cnnspec.training import checkpoint
from cnnspec.training.features import Fitted, on_features
from cnnspec.training.frozen import changed, frozen_digests
from cnnspec.training.listening import Follower, Listener, Teller
from cnnspec.training.monitoring import callbacks_of
from cnnspec.training.phases import enter, stages
from cnnspec.training.pipeline import Pipeline
from cnnspec.training.stopping import StopsOnNaN

STEPS_AT_ONCE = 8
"""The number of steps per call of the backend; it does not affect the weights."""


@dataclass(slots=True)
class Trained:
    """The result of a training."""

    model: Any
    history: list[dict[str, float]] = field(default_factory=list)
    frozen: dict[str, str] = field(default_factory=dict)
    """The digests of the weights that stayed frozen to the end."""
    interrupted: bool = False
    stopped: str | None = None
    """Why training stopped before the last epoch, if its loss is NaN."""


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Orders the data, keeps history and checkpoint, and notifies the listener."""

    def __init__(
        self,
        trained: Trained,
        fitted: Fitted,
        file: Path,
        callbacks: list[Any],
        listener: Listener | None,
        resumed: bool,
    ) -> None:
        super().__init__()
        self.trained, self.file = trained, file
        self.pipeline, self.validation = fitted.data, fitted.validation
        self.callbacks, self.listener, self.resumed = callbacks, listener, resumed
        self.now = 0

    def on_train_begin(self, logs: Any = None) -> None:
        if self.resumed:
            checkpoint.remind(self.file, self.callbacks)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.now = self.pipeline.epoch = epoch
        # Whatever draws from the process's own generators draws the same after a resumption.
        keras.utils.set_random_seed((self.pipeline.training.seed + 7919 * (epoch + 1)) % 2**32)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.listener is not None:
            steps = self.pipeline.steps
            metrics = by_output(logs or {}, self.pipeline.checked.graph.outputs)
            self.listener.batch(self.now, min(batch + 1, steps), steps, metrics)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if isinstance(self.listener, Follower) and self.validation is not None:
            steps = self.validation.steps
            self.listener.follow("validation", min(batch + 1, steps), steps, self.now)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        row = {"epoch": epoch} | by_output(logs or {}, self.pipeline.checked.graph.outputs)
        self.trained.history.append(row)
        checkpoint.save(
            self.file, self.trained.model, self.model, self.callbacks, self.trained.history
        )
        if self.listener is not None:
            self.listener.epoch(epoch, row)


def fit(
    checked: CheckedGraph,
    training: Training,
    data: Data,
    file: Path,
    build: Callable[[], Any],
    *,
    epochs: int | None = None,
    resume: bool = False,
    feature_cache: bool = True,
    listener: Listener | None = None,
) -> Trained:
    """Build the model and train it; `file` is the checkpoint, from which `resume` continues.

    With `feature_cache`, features of a frozen part are computed once per stage, if that is faster.

    Raises:
        DataProblem: a phase unfreezes a layer that does not exist.
        RunProblem: the checkpoint cannot be written or does not fit, or a frozen weight changed.

    """
    keras.utils.set_random_seed(training.seed % 2**32)
    trained = Trained(build())
    if all(each.loss is None for each in checked.graph.outputs):
        raise RunProblem("the model cannot be trained: no output has a loss")
    pipeline = Pipeline(checked, training, data.train)
    validation = Pipeline(checked, training, data.validation) if data.validation else None
    state = checkpoint.read_state(file) if resume and file.exists() else None
    trained.history = list(state["history"]) if state else []
    stopped = bool(state and state["stopped"])
    _check_epochs(trained.history, training.total_epochs(epochs), listener)
    for stage in stages(training, epochs):
        trained.model, checked = enter(trained.model, checked, stage, training.seed)
        done = int(trained.history[-1]["epoch"]) + 1 if trained.history else 0
        if state is not None:
            if done > stage.last:
                continue
            if done:
                checkpoint.restore(file, trained.model)
        begin = stage.last if stopped and done > stage.first else max(done, stage.first)
        resumed = state is not None and done > stage.first
        before = frozen_digests(trained.model)
        fitted = Fitted(trained.model, pipeline, validation)
        if feature_cache:
            fitted = on_features(fitted, checked, stage.last - stage.first, listener)
        if not fitted.model.optimizer.built:  # LossScaleOptimizer would make its variables again
            fitted.model.optimizer.build(fitted.model.trainable_variables)
        if resumed:
            checkpoint.restore(file, trained.model, fitted.model)
        _run(trained, fitted, file, (begin, stage.last), resumed, listener)
        if wrong := changed(before, frozen_digests(trained.model)):
            raise RunProblem(f"training changed frozen weights: {', '.join(wrong)}")
        if trained.interrupted or trained.stopped:
            break
        state, stopped = None, False
    trained.frozen = frozen_digests(trained.model)
    return trained


def _check_epochs(history: list[dict[str, float]], wanted: int, listener: Listener | None) -> None:
    """Tell the listener if a run has no epochs left to train.

    Raises:
        RunProblem: the run has more epochs than wanted.

    """
    done = int(history[-1]["epoch"]) + 1 if history else 0
    said = counted(done, "epoch")
    if done > wanted:
        raise RunProblem(f"the run already has {said}; --epochs must be at least {done:,}")
    if done == wanted and isinstance(listener, Teller):
        listener.tell(f"the run already has {said}, which is all; --epochs N trains it further")


def _run(
    trained: Trained,
    fitted: Fitted,
    file: Path,
    epochs: tuple[int, int],
    resumed: bool,
    listener: Listener | None,
) -> None:
    """Train one stage; callbacks of Keras are finished even if no epochs are left."""
    callbacks = callbacks_of(fitted.data.training, fitted.data.checked.graph.outputs)
    watch = _Watch(trained, fitted, file, callbacks, listener, resumed)
    fitted.model.steps_per_execution = _steps_at_once(fitted.data.steps)
    try:
        with warnings.catch_warnings():  # of weights without a loss, which validation reports
            warnings.filterwarnings("ignore", "Gradients do not exist")
            fitted.model.fit(
                fitted.data.shuffled(),
                validation_data=fitted.validation.in_order() if fitted.validation else None,
                initial_epoch=epochs[0],
                epochs=epochs[1],
                callbacks=[*callbacks, watch],
                verbose=0,
                shuffle=False,
            )
    except KeyboardInterrupt:
        trained.interrupted = True
        trained.history = checkpoint.read_state(file)["history"] if file.exists() else []
        if trained.history:  # back to the end of the last whole epoch
            checkpoint.restore(file, trained.model)
    finally:
        nan = (each.why for each in callbacks if isinstance(each, StopsOnNaN))
        trained.stopped = next(filter(None, nan), None)
        fitted.model.steps_per_execution, fitted.model.train_function = 1, None
        fitted.model.test_function = None


def _steps_at_once(steps: int) -> int:
    """Return the number of steps per call of the backend, for an epoch of so many."""
    if keras.backend.backend() == "torch":  # for which Keras takes no other
        return 1
    return max(1, min(STEPS_AT_ONCE, steps // 10))
