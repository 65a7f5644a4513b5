"""Checks the `train` section of a document: data, length and phases."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Failure, shown
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.interface import Interface
from cnnspec.expand.parameters import Parameters, is_number
from cnnspec.expand.section import listed
from cnnspec.expand.targets import Targets
from cnnspec.ir.frozen import frozen_paths, matches, names_of
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Phase, Training
from cnnspec.language.document import Document
from cnnspec.language.expressions import is_reference
from cnnspec.language.train import LastLayers
from cnnspec.language.train import Phase as PhaseSpec
from cnnspec.objects.families import CALLBACKS, DATA, OPTIMIZERS
from cnnspec.syntax.paths import leads_out
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.objects.data_sources import DataSource


def training(
    document: Document,
    parameters: Parameters,
    place: Place,
    outputs: tuple[Output, ...],
    interface: Interface,
    root: Path | None,
) -> Training | None:
    """Check the section; return None if the spec sets at most the optimizer."""
    train = document.train
    if train is None or not train.model_fields_set - {"optimizer"}:
        return None
    section = _Training(document, train, parameters, place, outputs, interface)
    return section.checked(root)


class _Training(Targets):
    def checked(self, root: Path | None) -> Training:
        train = self.train
        source = self.interface.call(DATA, train.data, self.parameters, self.place / "data")
        data = cast("DataSource | None", source)
        columns = data.columns() if data is not None else None
        inputs = self.expressions("inputs", train.inputs, self.document.inputs, columns)
        targets = self.expressions("targets", train.targets, self.known_outputs(), columns)
        if train.data is not None:
            inputs |= self.own_columns(columns)
            self.check_targets()
        if data is not None:
            self.check_root(data, root)
        return Training(
            self.place,
            data,
            inputs,
            targets,
            {
                name: value
                for name, value in self.parameters.items()
                if isinstance(value, int | float) and name not in (columns or ())
            },
            self.folder,
            self.other_rows("validation", columns, root),
            self.other_rows("test", columns, root),
            root,
            int(
                self.number(train.batch_size, self.place / "batch_size", train.usual["batch_size"])
            ),
            int(self.number(train.epochs, self.place / "epochs", train.usual["epochs"])),
            int(self.number(train.seed, self.place / "seed", train.usual["seed"], least=0)),
            self.callbacks(),
            self.class_weights(),
            self.expressions("sample_weight", train.sample_weight, self.known_outputs(), columns),
            tuple(
                self.phase(each, self.place / "phases" / position)
                for position, each in enumerate(train.phases)
            ),
        )

    @property
    def folder(self) -> Path:
        return self.spec.source.folder if self.spec.source else Path()

    def check_root(self, data: "DataSource", root: Path | None) -> None:
        """Check the data source; its files are only opened in training, but must be in the root."""
        for argument in data.paths():
            reference = data.checked(argument)
            if message := leads_out(self.folder / reference, root, reference):
                (self.place / "data" / argument).error(self.report, "outside-root", message)

    def own_columns(self, columns: tuple[str, ...] | None) -> dict[str, str]:
        """Use the column with its name for the only input, if it has no expression."""
        known, expressions = self.document.inputs, self.train.inputs
        if not self.is_whole() or not expressions.keys() <= known.keys():
            return {}
        missing = [name for name in known if name not in expressions]
        if len(known) == 1 and missing:
            name = missing[0]
            if name.isidentifier() and (columns is None or name in columns):
                return {name: name}
        place = self.place / ("inputs" if "inputs" in self.train.model_fields_set else "data")
        for name in missing:
            hint = f"choose from {listed(columns)}" if columns else None
            message = f"the input '{name}' has no expression in 'train.inputs'"
            place.error(self.report, "missing-argument", message, "key", suggestion=hint)
        return {}

    def other_rows(
        self, key: str, columns: tuple[str, ...] | None, root: Path | None
    ) -> float | dict[str, str] | Path | None:
        """Check the rows for validation or test: a fraction, a path, or columns."""
        written, place = getattr(self.train, key), self.place / key
        if written is None:
            return None
        if isinstance(written, str) and not is_reference(written):
            path = Path(written.removeprefix("$") if written.startswith("$$") else written)
            if message := leads_out(self.folder / path, root, str(path)):
                place.error(self.report, "outside-root", message)
            return path
        if not isinstance(written, Mapping):
            value = self.resolved(written, place, whole=False)
            if isinstance(value, Failure):
                return None
            if not 0 < value < 1:
                message = (
                    f"'{key}' must be a fraction between 0 and 1, such as 0.2, not {shown(value)}"
                )
                place.error(self.report, "out-of-range", message)
            return float(value)
        for name in written if columns else ():
            hint = did_you_mean(name, columns or ())
            if name not in (columns or ()):
                message = f"the data has no column '{name}'"
                (place / name).error(self.report, "unknown-name", message, "key", suggestion=hint)
        return dict(written)

    def callbacks(self) -> tuple[Declaration, ...]:
        at = self.place / "callbacks"
        callbacks = [
            self.interface.call(CALLBACKS, each, self.parameters, at / position)
            for position, each in enumerate(self.train.callbacks)
        ]
        return tuple(each for each in callbacks if each is not None)

    def class_weights(self) -> dict[str, dict[int | str, float]]:
        by_output: dict[str, dict[int | str, float]] = {}
        known = {each.name: each.classes for each in self.outputs}
        for name, weights in self.train.class_weight.items():
            place = self.place / "class_weight" / name
            if self.is_known(name, self.known_outputs(), "output", place):
                classes = known.get(name, ())
                pairs = (
                    self.class_weight(*each, classes, place / each[0]) for each in weights.items()
                )
                by_output[name] = dict(pair for pair in pairs if pair)
        return by_output

    def class_weight(
        self, label: object, weight: Any, classes: tuple[str, ...], place: Place
    ) -> tuple[int | str, float] | None:
        number = str(label).isascii() and str(label).isdecimal()
        if isinstance(label, bool) or not (number or isinstance(label, str)):
            message = f"a class must be a name or a whole number of at least 0, not {shown(label)}"
            place.error(self.report, "wrong-type", message, "key")
            return None
        if not number and classes and label not in classes:
            hint = did_you_mean(str(label), classes)
            message = f"the output has no class {shown(label)}; it has {listed(classes)}"
            place.error(self.report, "unknown-name", message, "key", suggestion=hint)
            return None
        value = self.interface.names.resolved(weight, self.parameters, place)
        if isinstance(value, Failure):
            return None
        if not is_number(value, whole=False) or not 0 <= value < float("inf"):
            code = "out-of-range" if is_number(value, whole=False) else "wrong-type"
            message = f"the weight of a class must be a number of at least 0, not {shown(value)}"
            place.error(self.report, code, message, notes=self.parameters.nulls(weight))
            return None
        return (int(str(label)) if number else str(label)), float(value)

    def phase(self, phase: PhaseSpec, place: Place) -> Phase:
        patterns, last = phase.unfreeze or [], 0
        at = place / "unfreeze"
        if isinstance(patterns, LastLayers):
            last = int(self.number(patterns.last, at / "last", 0))
            patterns = []
        for position, pattern in enumerate(patterns):
            where = at / position if at.value() != pattern else at
            self.check_pattern(pattern, where)
        return Phase(
            int(self.number(phase.epochs, place / "epochs", 1)),
            place,
            self.interface.call(OPTIMIZERS, phase.optimizer, self.parameters, place / "optimizer"),
            tuple(patterns),
            last,
        )

    def check_pattern(self, pattern: str, place: Place) -> None:
        """Check that patterns match frozen layers, or submodels that contain some."""
        nodes = self.interface.names.nodes
        if any(node.layer is None for node in nodes):
            return
        paths = [*frozen_paths(nodes)]
        if any(matches(path, pattern) for path in paths):
            return
        hint = did_you_mean(pattern, {name for path in paths for name in names_of(path)})
        message = f"no frozen layer matches '{pattern}'"
        if any(matches(path, pattern) for path in frozen_paths(nodes, operations=True)):
            message, hint = f"{message}; operations have no weights", None
        place.error(self.report, "unknown-name", message, suggestion=hint)
