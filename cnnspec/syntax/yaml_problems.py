"""The problem of a text that is not the YAML of specs."""

from cnnspec.syntax.source import Mark, Tree


class YamlProblem(Exception):
    """The text cannot be parsed; only the first such problem of a file is reported."""

    def __init__(self, code: str, message: str, start: Mark, end: Mark | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.start, self.end = code, message, start, end
        self.first: Tree | None = None
        self.suggestion: str | None = None
