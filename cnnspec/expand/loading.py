"""Finds and reads the files that specs refer to: other specs, models and weights."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cnnspec.declarations.keras_versions import NEWEST, Keras
from cnnspec.diagnostics.problems import FAILED, Failure, shown
from cnnspec.diagnostics.report import Report
from cnnspec.files.reading import trouble
from cnnspec.ir.graph import Graph
from cnnspec.language.document import Document
from cnnspec.language.parse import parse
from cnnspec.syntax.paths import leads_out, real, shown_path
from cnnspec.syntax.places import Place
from cnnspec.syntax.reading import read
from cnnspec.syntax.source import Source


class Loader:
    """Resolves paths relative to the file that contains them, and reads each spec once."""

    def __init__(
        self,
        report: Report,
        root: Path | None = None,
        keras: Keras = NEWEST,
        edited: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.report = report
        self.root = root
        """The folder that paths must not leave."""
        self.keras = keras
        """The version of Keras that calls are held against."""
        self.edited = edited
        """The texts that are tried instead of what some files contain, by name."""
        self._read: dict[Path, tuple[Document, Source] | Failure] = {}
        self._broken: set[Path] = set()
        self.graphs: dict[Path, tuple[Graph | Failure, int]] = {}
        """The graph of each spec that is a submodel, and the number of its steps."""
        self.expecting: list[Graph] = []
        """The graphs of submodels whose specs have expectations, as they are without this model."""

    def for_part(self) -> "Loader":
        """Return the same loader with another report."""
        loader = Loader(self.report.child(), self.root, self.keras, self.edited)
        loader._read, loader._broken, loader.graphs = self._read, self._broken, self.graphs
        loader.expecting = self.expecting
        return loader

    def locate(self, reference: str, place: Place) -> Path | Failure:
        """Return the file for a path in a spec."""
        folder = place.source.folder if place.source else Path()
        path = folder / reference
        if outside := leads_out(path, self.root, reference):
            return place.error(self.report, "outside-root", outside)
        what = trouble(path)
        if what is None:
            return path
        message = f"the file {shown(shown_path(path))} {what}"
        return place.error(self.report, "file-not-found", message)

    def document(self, path: Path, place: Place) -> tuple[Document, Source] | Failure:
        """Read a spec."""
        key = real(path)
        if key not in self._read:
            report = self.report.child()
            try:
                name = shown_path(path)
                source = read(path, report, name=name, caller=place, edited=self.edited)
            except OSError as error:
                message = f"the file '{shown_path(path)}' cannot be read: {error.strerror}"
                return place.error(self.report, "file-not-found", message)
            document = parse(source, report, caller=place) if source else None
            self.report.take(report)
            if report.has_errors:
                self._broken.add(key)
            self._read[key] = (document, source) if source and document else FAILED
        return self._read[key]

    def is_broken(self, path: Path) -> bool:
        """Whether a spec that was read has errors in its structure, which were reported."""
        return real(path) in self._broken
