"""Collects specs as tests of pytest."""

import glob
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import cnnspec
from cnnspec.cli.patterns import ENDINGS, is_spec
from cnnspec.testing.items import BuildItem, ValidationItem
from cnnspec.testing.matrix import BadMatrix, cases, name_of, parsed

FIRST_WORKER = "gw0"
"""The worker of xdist that says what all of them find."""


class Specs:
    """The hooks of pytest that find specs and make tests of them."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.asks_for_all = bool(config.getoption("cnnspec"))
        try:
            self.matrix = parsed(config.getini("cnnspec_matrix"))
        except BadMatrix as error:
            raise pytest.UsageError(f"cnnspec_matrix: {error}") from None
        self.patterns: list[str] = config.getini("cnnspec_files")
        self.files = frozenset(self._matching())
        self.tried: set[str] = set()
        """The parameters of the matrix that a collected spec has."""
        if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
            self._add_files()

    def _matching(self) -> Iterator[Path]:
        for pattern in self.patterns:
            found = glob.glob(pattern, root_dir=self.root, recursive=True)
            if not found:
                warn = partial(self.config.issue_config_time_warning, stacklevel=2)
                _warn(warn, f"cnnspec_files: no file matches '{pattern}'")
            yield from (self.root / each for each in found if (self.root / each).is_file())

    def _add_files(self) -> None:
        """Collect the specs of the configuration file with what `testpaths` names."""
        named = [Path(self.root, each.partition("::")[0]) for each in self.config.args]
        self.config.args += [
            str(file)
            for file in sorted(self.files)
            if not any(file.is_relative_to(each) for each in named)
        ]

    def pytest_report_header(self) -> str:
        """Return the line about the plugin at the start of a run."""
        tried = "".join(f", {name} of {[*values]}" for name, values in self.matrix.items())
        return f"cnnspec: {cnnspec.__version__}{tried}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.File | None:
        """Return the tests of a file, if it is a spec that is asked for."""
        if not self.is_wanted(file_path, is_named=parent.session.isinitpath(file_path)):
            return None
        return SpecFile.from_parent(parent, path=file_path, specs=self)

    def is_wanted(self, path: Path, *, is_named: bool) -> bool:
        """Whether a file is asked for: by a pattern, by its name, or as a spec among other files."""
        if path in self.files:
            return True
        if path.suffix not in ENDINGS or (self.patterns and not self.asks_for_all):
            return False
        return is_named or (not self.patterns and is_spec(str(path)))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Warn about parameters in the matrix that no spec has, if all specs were collected."""
        is_all = self.config.args_source is not pytest.Config.ArgsSource.ARGS
        worker = getattr(self.config, "workerinput", {"workerid": FIRST_WORKER})["workerid"]
        unknown = [name for name in self.matrix if name not in self.tried]
        if (
            worker == FIRST_WORKER
            and is_all
            and unknown
            and any(isinstance(each, ValidationItem) for each in session.items)
        ):
            listed = ", ".join(f"'{name}'" for name in unknown)
            _warn(session.warn, f"cnnspec_matrix: no spec has the parameter {listed}")


def _warn(warn: Callable[[Warning], object], message: str) -> None:
    """Warn about the configuration; exit if warnings are errors."""
    try:
        warn(pytest.PytestConfigWarning(message))
    except pytest.PytestConfigWarning:
        raise pytest.UsageError(message) from None


class SpecFile(pytest.File):
    """A spec, with a test for each combination of values of its parameters."""

    def __init__(self, *, specs: Specs, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.specs = specs

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests."""
        for values in cases(self.specs.matrix, self.path):
            self.specs.tried |= values.keys()
            case = name_of(values)
            yield ValidationItem.from_parent(self, name=f"validate{case}", values=values)
            if self.config.getoption("cnnspec_build"):
                yield BuildItem.from_parent(self, name=f"build{case}", values=values)
