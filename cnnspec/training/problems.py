"""What can be wrong with the data of a training, or with its run folder."""

from cnnspec.declarations import At
from cnnspec.diagnostics import Report
from cnnspec.graph import Training


class DataProblem(Exception):
    """The data does not fit the spec; `at` leads from the `train` section to what is meant."""

    def __init__(
        self, code: str, message: str, at: At = (), *, suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at
        self.suggestion = suggestion

    def report_to(self, report: Report, training: Training) -> None:
        """Add it to a report, at its place in the spec."""
        place = training.place.within(self.at)
        place.error(report, self.code, self.message, suggestion=self.suggestion)


class RunProblem(Exception):
    """A run cannot be written, read or resumed."""
