"""Problems with the data of a training or with its run folder, and warnings about the data."""

from dataclasses import dataclass

from cnnspec.diagnostics.problems import At, Problem


class DataProblem(Problem):
    """The data does not fit the spec; `at` is the path from the `train` section to the value."""


@dataclass(frozen=True, slots=True)
class DataWarning:
    """Something about the data that is probably not intended."""

    code: str
    message: str
    at: At
    suggestion: str | None = None


class RunProblem(Exception):
    """A run cannot be written, read or resumed."""
