"""A spec in Python: inspect it, draw it, save it, build and train the model."""

import errno
import json
import os
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.compiler import (
    Compilation,
    allowed_model,
    checked_or_raise,
    compile_document,
    compile_model,
)
from cnnspec.declarations.keras_versions import NEWEST, asked
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.extras import Needed
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    from cnnspec.backends.diagram.drawing import Drawing
    from cnnspec.training.run import Run

    class Choices(TypedDict, total=False):
        """The choices of `draw`, for type checkers."""

        style: Literal["rich", "keras"]
        theme: Literal["light", "dark", "print"]
        direction: Literal["TB", "LR"]
        depth: int | Literal["all"] | None
        start: str | None
        end: str | None
        show: Collection[str]
        hide: Collection[str]


@dataclass(frozen=True, slots=True, repr=False)
class Spec:
    """A spec. Keras is not imported until `build` is called."""

    _compilation: Compilation

    @classmethod
    def of(
        cls,
        document: Document,
        *,
        params: Mapping[str, Any] | None = None,
        root: str | Path | None = None,
        keras: str | None = None,
    ) -> "Spec":
        """Make a spec from a document that was built in Python; the arguments are those of `load`."""
        version = None if keras is None else asked(keras)
        within = Path(root) if root else None
        return cls(compile_document(document, overrides=params, root=within, keras=version))

    @property
    def report(self) -> Report:
        """The diagnostics of the spec."""
        return self._compilation.report

    @property
    def document(self) -> Document | None:
        """The document; None if the spec cannot be parsed."""
        return self._compilation.document

    @property
    def notes(self) -> tuple[str, ...]:
        """What the spec does not say of the Keras model that it was made of, a sentence each."""
        return self._compilation.notes

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the spec to a YAML file; missing folders are created.

        The text stays as it was read, with its comments, if the paths in it still lead to the same
        files and no parameters are overridden. Otherwise the spec is written anew. A spec that was
        read from a Keras file refers to its weights, as one of `cnnspec import` does.

        Raises:
            SpecError: the spec has errors.
            FileExistsError: the file exists, and `overwrite` is not set.
            OSError: the file cannot be written; an existing one is unchanged.

        """
        from cnnspec.files.writing import written_beside
        from cnnspec.importing import saved

        target = Path(path)
        text = saved(self._compilation, target.parent)
        if os.path.lexists(target) and not overwrite:
            message = "the file exists; it is replaced with overwrite=True"
            raise FileExistsError(errno.EEXIST, message, str(target))
        with written_beside(target, overwrite=overwrite) as temporary:
            temporary.write_bytes(text.encode())

    def compile(self) -> CheckedGraph:
        """Return the checked graph, with all layers, shapes and weights.

        Raises:
            SpecError: the spec has errors; all of them are in the exception.

        """
        return checked_or_raise(self._compilation)

    def build(self, *, weights: str | Path | None = None, allow_code: Collection[str] = ()) -> Any:
        """Build the compiled `keras.Model`, and load `weights` by layer name if they are given.

        `allow_code` lists the packages whose layer classes may be imported.

        Raises:
            SpecError: the spec has mistakes, or names a class in a package that is not allowed.
            cnnspec.extras.MissingExtra: Keras is not installed; an ImportError that says what to install.
            cnnspec.backends.keras.errors.CodeError: a class cannot be imported or made.
            cnnspec.backends.keras.errors.BuildFailed: Keras, or a class of a layer, raised an exception.
            cnnspec.backends.keras.errors.WeightsDoNotFit: the weights are those of another model.

        """
        checked = allowed_model(self._compilation, allow_code)
        with Needed("building"):
            from cnnspec.backends.keras import building

        file = Path(weights) if weights else None
        return building.build(checked, weights=file, allow_code=allow_code).model

    def train(
        self,
        folder: str | Path | None = None,
        *,
        data: str | Path | None = None,
        epochs: int | None = None,
        resume: bool = False,
        allow_code: Collection[str] = (),
        progress: bool | None = None,
    ) -> "Run":
        """Train the model as declared in the spec; `folder` is the run folder (`runs/NAME/TIME`).

        `data` replaces the data of the spec with a file or folder in the same format; `resume`
        continues the run in `folder` from its last completed epoch. `progress` is whether to print
        the losses and metrics of each epoch, and in a notebook each step with the time left; by default,
        only notebooks do.

        Raises:
            SpecError: the spec has mistakes, or the data does not fit it.
            cnnspec.data.problems.RunProblem: the folder cannot be written or resumed, or training fails.
            cnnspec.backends.keras.errors.BuildFailed: the model cannot be built.
            cnnspec.extras.MissingExtra: TensorFlow is not installed.

        """
        checked = allowed_model(self._compilation, allow_code)
        report = self.report.child()
        training = checked.graph.training
        if training is None:
            message = "the spec has no training data"
            checked.graph.place.error(report, "missing-key", message)
            raise SpecError(report)
        from cnnspec.data.problems import DataProblem

        with Needed("training"):
            from cnnspec.data.checks import check_data
            from cnnspec.data.reporting import report_problem, report_warnings
            from cnnspec.data.sources import open_columns
        other = Path(data) if data else None
        try:
            found = check_data(checked, training, open_columns(training, other))
            with Needed("training"):
                from cnnspec.training import run
                from cnnspec.training.images import check_images
            found = check_images(found, training)
            report_warnings(report, checked, training, found, other)
            for each in report:
                warnings.warn(f"{each.message} [{each.code}]", stacklevel=2)
            from cnnspec.training.display import listener

            target = Path(folder) if folder else run.run_folder(checked.name)
            return run.train(
                checked,
                training,
                found,
                target,
                epochs=epochs,
                resume=resume,
                allow_code=allow_code,
                listener=listener(training.total_epochs(epochs), progress),
            )
        except DataProblem as problem:
            report_problem(report, training, problem, other)
            raise SpecError(report) from None

    def draw(self, **choices: "Unpack[Choices]") -> "Drawing":
        """Draw the diagram of the model; `choices` are those of `cnnspec.draw`.

        Raises:
            SpecError: the spec has errors.

        """
        return draw(self, **choices)

    def _repr_svg_(self) -> str | None:
        """Return the diagram for Jupyter; None if the spec has errors, which are shown as text."""
        return None if self.report.has_errors else self.draw()._repr_svg_()

    def __repr__(self) -> str:
        """Return the diagnostics of the spec, or the table of its layers."""
        if self._compilation.checked is not None:
            return self.summary()
        from cnnspec.diagnostics.reporters import as_text

        return as_text(self.report) or "a spec that only defines blocks for other specs to import"

    def summary(self, *, expand: bool = False, depth: int | None = None) -> str:
        """Return the table of layers, shapes and parameters as text, as wide as it needs to be.

        With `expand`, it has the layers of submodels. Blocks, and with `expand` submodels, are
        folded to one row each below a `depth`.

        Raises:
            SpecError: the spec has errors.

        """
        from cnnspec.backends.summary.table import summary_text

        return summary_text(self.compile(), expand=expand, depth=depth)


def draw(
    model: Any,
    *,
    style: Literal["rich", "keras"] = "rich",
    theme: Literal["light", "dark", "print"] = "light",
    direction: Literal["TB", "LR"] = "TB",
    depth: int | Literal["all"] | None = None,
    start: str | None = None,
    end: str | None = None,
    show: Collection[str] = (),
    hide: Collection[str] = (),
) -> "Drawing":
    """Draw a spec, a checked graph, a document, or a `keras.Model`; Jupyter displays the result.

    `depth` is how many levels of blocks and submodels are unfolded (`"all"`: every one, and every
    repetition); `start` and `end` name the layers between which the model is drawn; `show` and
    `hide` name kinds of details (`cnnspec.backends.diagram.look.DETAILS`).

    Raises:
        SpecError: the spec has errors, or the model cannot be used in a spec.

    """
    from cnnspec.backends.diagram.drawing import Drawing
    from cnnspec.backends.diagram.look import USUAL, Look

    look = Look(style, theme, direction, (USUAL | set(show)) - set(hide))
    return Drawing(_checked(model), look, depth, start, end)


def _checked(model: Any) -> CheckedGraph:
    """Return the checked graph of anything that can be drawn."""
    if isinstance(model, CheckedGraph):
        return model
    if isinstance(model, Document):
        return Spec.of(model).compile()
    if isinstance(model, Spec):
        return model.compile()
    with Needed("reading a Keras model"):
        from cnnspec.backends.keras.graphs import graph_of, modules_of
    from cnnspec.keras_files.problems import UnreadableModel, unreadable

    try:
        config, _ = graph_of(model)
    except UnreadableModel as error:
        raise SpecError(unreadable(str(error))) from None
    text, classes = json.dumps(config), modules_of(model)
    return checked_or_raise(compile_model(text, keras=NEWEST, classes=classes))
