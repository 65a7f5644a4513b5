"""What can be wrong with the data of a training, or with its run folder."""

from cnnspec.declarations import Problem


class DataProblem(Problem):
    """The data does not fit the spec; `at` leads from the `train` section to what is meant."""


class RunProblem(Exception):
    """A run cannot be written, read or resumed."""
