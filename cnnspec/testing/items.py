"""The tests of a spec: that it is valid and as it expects, and that its model runs."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cnnspec.compiler import Compilation, allowed_model, open_model
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.diagnostics.reporters import as_text
from cnnspec.extras import MissingExtra, Needed


class SpecWarning(UserWarning):
    """A warning about a spec."""


class SpecFailure(Exception):
    """A test of a spec failed; the text says why."""


class SpecItem(pytest.Item):
    """Base class of the tests of a spec."""

    def __init__(self, *, values: Mapping[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.values = values
        """The values of its parameters, where they are not those of the spec."""

    @property
    def shown(self) -> Path:
        """The path of the spec for people: relative to the current folder, if it is in it."""
        here = Path.cwd()
        return self.path.relative_to(here) if self.path.is_relative_to(here) else self.path

    def compiled(self) -> Compilation:
        """Compile the spec.

        Raises:
            SpecFailure: it cannot be read.

        """
        try:
            return open_model(self.shown, overrides=self.values)
        except OSError as error:
            raise SpecFailure(f"'{self.shown}' cannot be read: {error.strerror}") from None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the diagnostics as a terminal shows them, without a traceback."""
        error = excinfo.value
        if isinstance(error, SpecError):
            return as_text(error.report)
        if isinstance(error, SpecFailure):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return where the test is, and its name above a failure."""
        return self.path, None, f"{self.shown}: {self.name}"


class ValidationItem(SpecItem):
    """The test that a spec has no errors, and is as it expects."""

    def runtest(self) -> None:
        """Validate the spec.

        Raises:
            SpecError: it has errors, or warnings where these count as errors.

        """
        report = self.compiled().report
        if self.config.getoption("cnnspec_strict") or self.config.getini("cnnspec_strict"):
            report.be_strict()
        if report.has_errors:
            raise SpecError(report)
        try:
            _warn(report)
        except SpecWarning:  # where the filters of pytest make errors of warnings
            raise SpecError(report) from None


def _warn(report: Report) -> None:
    for each in report:
        message = f"{each.message} [{each.code}]"
        file, line = (each.span.file, each.span.line) if each.span else ("<spec>", 1)
        warnings.warn_explicit(message, SpecWarning, file, line)


class BuildItem(SpecItem):
    """The test that the model of a spec can be built, and runs for one step on random data."""

    def runtest(self) -> None:
        """Build the model, and run it for one step.

        Raises:
            SpecError: the spec has errors.
            SpecFailure: the model cannot be built, or fails.

        """
        allowed = self.config.getini("cnnspec_allow_code")
        compilation = self.compiled()
        if compilation.checked is None and not compilation.report.has_errors:
            pytest.skip("it only defines blocks for other specs to import")
        checked = allowed_model(compilation, allowed, "cnnspec_allow_code")
        try:
            with Needed("building"):
                from cnnspec.backends.keras.building import build
                from cnnspec.backends.keras.errors import BuildFailed, CodeError, WeightsDoNotFit
                from cnnspec.training.trial import TrialFailed, try_one_step
        except MissingExtra as error:
            raise SpecFailure(str(error)) from None
        try:
            try_one_step(build(checked, allow_code=allowed).model, checked, allowed)
        except (BuildFailed, CodeError, WeightsDoNotFit, TrialFailed) as error:
            raise SpecFailure(f"{self.shown}: {error}") from error
