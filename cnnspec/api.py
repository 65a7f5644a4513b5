"""The Python way in: load a spec, look at it, build it."""

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
    compile_text,
    open_model,
)
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document

if TYPE_CHECKING:
    from cnnspec.backends.diagram.drawing import Drawing
    from cnnspec.training.run import Run


@dataclass(frozen=True, slots=True, repr=False)
class Spec:
    """A spec that was read; nothing of Keras is imported until `build`."""

    _compilation: Compilation

    @classmethod
    def of(
        cls,
        document: Document,
        *,
        params: Mapping[str, Any] | None = None,
        root: Path | None = None,
    ) -> "Spec":
        """The spec of a document that was built in Python."""
        return cls(compile_document(document, overrides=params, root=root))

    @property
    def report(self) -> Report:
        """Everything that was found in it."""
        return self._compilation.report

    @property
    def document(self) -> Document | None:
        """What it says; None where it cannot be read."""
        return self._compilation.document

    def compile(self) -> CheckedGraph:
        """The checked graph: every layer with its shapes and weights.

        Raises:
            SpecError: the spec has mistakes; the error holds all of them.

        """
        return checked_or_raise(self._compilation)

    def build(self, *, weights: str | Path | None = None, allow_code: Collection[str] = ()) -> Any:
        """The compiled `keras.Model`, with `weights` loaded by layer name where they are given.

        `allow_code` names the packages whose layer classes may be imported.

        Raises:
            SpecError: the spec has mistakes, or names a class in a package that is not allowed.
            cnnspec.backends.keras.errors.CodeError: a class cannot be imported or made.
            cnnspec.backends.keras.errors.WeightsDoNotFit: the weights are those of another model.

        """
        checked = allowed_model(self._compilation, allow_code)
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
    ) -> "Run":
        """Train the model as the spec says; `folder` (default: `runs/NAME/TIME`) gets the run.

        `data` is another source of the kind that the spec names; `resume` goes on with the run in
        `folder` from its last whole epoch.

        Raises:
            SpecError: the spec has mistakes, or the data does not fit it.
            cnnspec.data.problems.RunProblem: the folder cannot be written or resumed.

        """
        checked = allowed_model(self._compilation, allow_code)
        report = self.report.child()
        training = checked.graph.training
        if training is None:
            message = "the spec does not say on which data it is trained"
            checked.graph.place.error(report, "missing-key", message)
            raise SpecError(report)
        from cnnspec.data.checks import check_data
        from cnnspec.data.columns import open_columns
        from cnnspec.data.problems import DataProblem

        try:
            found = check_data(
                checked, training, open_columns(training, Path(data) if data else None)
            )
            from cnnspec.training import run

            target = Path(folder) if folder else run.run_folder(checked.name)
            return run.train(
                checked,
                training,
                found,
                target,
                epochs=epochs,
                resume=resume,
                allow_code=allow_code,
            )
        except DataProblem as problem:
            training.place.problem(report, problem)
            raise SpecError(report) from None

    def draw(self, **choices: Any) -> "Drawing":
        """The diagram of the model; `choices` are those of `cnnspec.draw`.

        Raises:
            SpecError: the spec has mistakes.

        """
        return draw(self, **choices)

    def _repr_svg_(self) -> str | None:
        """How Jupyter shows it; None, and so its findings as text, where it has mistakes."""
        return None if self.report.has_errors else self.draw()._repr_svg_()

    def __repr__(self) -> str:
        """What was found in it, or the table of its layers."""
        if self._compilation.checked is not None:
            return self.summary()
        from cnnspec.diagnostics.reporters import as_text

        return as_text(self.report) or "a spec that defines blocks for others to import"

    def summary(self, *, expand: bool = False) -> str:
        """The table of layers, shapes and parameters.

        Raises:
            SpecError: the spec has mistakes.

        """
        from cnnspec.backends.summary import summary_text

        return summary_text(self.compile(), expand=expand)


def load(
    path: str | Path, *, params: Mapping[str, Any] | None = None, root: str | Path | None = None
) -> Spec:
    """Read a spec, or a .keras, .h5 or .json file of a Keras model; `params` replace parameters.

    Mistakes do not raise here: they stand in `report`, and `compile` raises them. With `root`,
    files outside that folder are refused.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    return Spec(open_model(Path(path), overrides=params, root=Path(root) if root else None))


def loads(
    text: str,
    *,
    folder: str | Path = ".",
    params: Mapping[str, Any] | None = None,
    root: str | Path | None = None,
) -> Spec:
    """Read a spec from its text; files that it names are relative to `folder`."""
    return Spec(
        compile_text(
            text.encode(),
            "<text>",
            folder=Path(folder),
            overrides=params,
            root=Path(root) if root else None,
        )
    )


def from_keras(model: Any, *, compact: bool = True) -> Document:
    """The spec of a Functional or Sequential `keras.Model`: its layers, losses and optimizer.

    With `compact` it has blocks, repetitions and branches. Weights are no part of it; save the
    model, and `cnnspec import` writes a spec that names them.

    Raises:
        cnnspec.keras_files.problems.UnreadableModel: it is a model that no spec can say, such as a subclass.
        SpecError: the same, of one of its layers.

    """
    from cnnspec.frontends.files import read_config
    from cnnspec.importing import imported

    read = read_config(model.to_json())
    return imported(read.document, compact=compact).document


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
    """The diagram of a spec, a checked graph, a document, or a `keras.Model`; Jupyter shows it.

    `depth` is how many levels of blocks and submodels are unfolded (`"all"`: every one, and every
    repetition); `start` and `end` name the layers between which the model is drawn; `show` and
    `hide` name kinds of details (`cnnspec.backends.diagram.look.DETAILS`).

    Raises:
        SpecError: the spec has mistakes, or the model cannot be used in a spec.

    """
    from cnnspec.backends.diagram.drawing import Drawing
    from cnnspec.backends.diagram.look import USUAL, Look

    look = Look(style, theme, direction, (USUAL | set(show)) - set(hide))
    return Drawing(_checked(model), look, depth, start, end)


def _checked(model: Any) -> CheckedGraph:
    """The checked graph of whatever can be drawn."""
    if isinstance(model, CheckedGraph):
        return model
    if isinstance(model, Document):
        return Spec.of(model).compile()
    if isinstance(model, Spec):
        return model.compile()
    return checked_or_raise(compile_model(model.to_json()))
