"""Problems with the data of a training or with its run folder."""

from cnnspec.diagnostics.problems import Problem


class DataProblem(Problem):
    """The data does not fit the spec; `at` is the path from the `train` section to the value."""


class RunProblem(Exception):
    """A run cannot be written, read or resumed."""
