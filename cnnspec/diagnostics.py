"""What can be said about a spec: places, findings, and the collector that a run fills."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text. Lines and columns count from 1; the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on another place that explains a finding."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is wrong, in the reader's terms, and where."""

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    suggestion: str | None = None


WARNINGS: dict[str, str] = {
    # heads and losses
    "loss-activation": "the last activation does not fit the loss",
    "loss-units": "a loss over classes on an output of one unit",
    "logits-without-from-logits": "a loss that takes probabilities, after a linear layer",
    "from-logits-after-activation": "a loss with from_logits, after a softmax or sigmoid",
    "softmax-of-one": "a softmax over one value, which is always 1",
    "activation-twice": "a softmax or sigmoid of what is already the result of one",
    "half-precision-output": "a loss on an output of 16 bits",
    # shapes
    "dense-without-flatten": "Dense layers over the last axis of an image, up to the output",
    "broadcast-merge": "an elementwise merge that stretches its inputs",
    "channel-order": "an input whose channels are on another axis than its reader takes them from",
    "normalized-axis": "BatchNormalization over the last axis, after a channels_first layer",
    "unscaled-input": "a network of keras.applications gets pixels that are not scaled for it",
    # what does nothing
    "unused-layer": "a layer that no output needs",
    "unused-input": "an input that nothing reads",
    "unused-block": "a block that is never called",
    "unused-submodel": "a submodel that is never called",
    "unused-default": "a default for a kind that the spec does not use",
    "unused-parameter": "a parameter that nothing refers to",
    # training
    "frozen-without-weights": "a frozen submodel without weights stays random",
    "repeated-seed": "weights of one shape start from the same seed, and so alike",
    "incomplete-warmup": "a warmup that lacks its steps or its target",
    "nesterov-without-momentum": "Nesterov's momentum, with a momentum of 0",
    # weights
    "weights-not-checked": "the weights were not compared, because a package is missing",
}
"""The codes of what is said about a spec that can be used as it is; a spec may ignore them."""

CODES: dict[str, str] = {
    # the text
    "file-not-found": "a file that the spec names cannot be read",
    "file-too-large": "the file is larger than a spec may be",
    "not-utf8": "the file is not UTF-8 text",
    "yaml-syntax": "the text is not YAML",
    "yaml-tab": "a tab stands where YAML allows only spaces",
    "yaml-tag": "a YAML tag; a spec is plain data",
    "yaml-key": "a mapping key that is not plain text",
    "yaml-documents": "more than one YAML document in a file",
    "yaml-alias": "an alias to nothing, or to itself, or aliases that expand past the bound",
    "yaml-depth": "the text is nested deeper than a spec may be",
    "yaml-number": "a number too large to be meant",
    "duplicate-key": "a key stands twice in one mapping",
    # the document
    "wrong-structure": "a mapping, list or text stands where the language has something else",
    "unknown-key": "a key that the language does not have",
    "missing-key": "a key that the language needs is not there",
    "unsupported-version": "the spec is written in another version of the language",
    "code-not-allowed": "building the model would run code that was not allowed",
    "not-supported-yet": "the language has it, this release does not",
    "not-a-model": "the file defines blocks or submodels, but no model",
    "bad-name": "a name that a layer, output, parameter or model cannot have",
    # calls
    "unknown-kind": "a kind that is no layer, block, submodel, loss, metric, ...",
    "refused-kind": "a kind of Keras that no spec can say",
    "unknown-argument": "the kind has no such argument",
    "missing-argument": "an argument without a default is not given",
    "wrong-type": "a value of another type than the argument takes",
    "out-of-range": "a number outside the range of the argument",
    "unknown-value": "a word that is none of the argument's choices",
    "conflicting-arguments": "arguments that cannot stand together",
    # parameters and blocks
    "bad-expression": "an expression that cannot be read, or whose value cannot be computed",
    "unknown-parameter": "a parameter that is not defined",
    "missing-parameter": "a parameter without a value",
    "recursive-block": "a block that calls itself",
    "too-large": "the spec writes out to more layers than is allowed",
    # the graph
    "duplicate-name": "a name is defined twice",
    "unknown-name": "a reference to a name that is not defined",
    "defined-later": "a reference to a name that is defined further down",
    "needs-from": "it is not clear where the input comes from",
    "wrong-input-count": "a layer gets more or fewer inputs than it takes",
    "unknown-output": "a model has no output of that name, or it is not said which is meant",
    # submodels and weights
    "recursive-import": "a file that includes itself",
    "outside-root": "a path that leads out of the allowed folder",
    "unreadable-model": "the model file cannot be read as a Keras model",
    "weights-do-not-fit": "the weights in the file are not those of the model",
    # shapes
    "wrong-dtype": "a data type that the layer cannot take or work in",
    "wrong-rank": "the input has more or fewer axes than the layer takes",
    "shape-mismatch": "shapes that do not fit together",
    "kernel-too-large": "a kernel or pool is larger than its input",
    "unknown-size": "a size must be known here and is not",
    "no-output-shape": "a layer's output would be empty",
    **WARNINGS,
}
"""Every code a diagnostic may have, with its meaning."""


@dataclass(slots=True)
class Report:
    """Collects the findings of one run; one mistake told twice is kept once."""

    texts: dict[str, str] = field(default_factory=dict)
    """The text of every file that was read, for showing the lines that findings point at."""
    _found: dict[tuple[str, str, Span | None], Diagnostic] = field(default_factory=dict)

    def child(self) -> "Report":
        """A report of its own for a part of the run, over the same texts."""
        return Report(self.texts)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding unless the same one at the same place is there already."""
        if diagnostic.code not in CODES:
            raise KeyError(f"diagnostic code {diagnostic.code!r} is not in the table")
        key = (diagnostic.code, diagnostic.message, diagnostic.span)
        self._found.setdefault(key, diagnostic)

    def take(self, other: "Report") -> None:
        """Add all that another report holds."""
        self.texts.update(other.texts)
        for found in other:
            self.add(found)

    def error(self, code: str, message: str) -> None:
        """Add an error without a place; one that has a place is reported through it."""
        self.add(Diagnostic("error", code, message))

    def ignore(self, codes: Collection[str]) -> None:
        """Drop the warnings of some codes; errors stay."""
        self._found = {
            key: found
            for key, found in self._found.items()
            if found.severity == "error" or found.code not in codes
        }

    def be_strict(self) -> None:
        """Make errors of all warnings."""
        self._found = {key: replace(found, severity="error") for key, found in self._found.items()}

    def __iter__(self) -> Iterator[Diagnostic]:
        """Yield the findings file by file, from top to bottom."""
        nowhere = Span("", 0, 0, 0, 0)
        return iter(sorted(self._found.values(), key=lambda found: found.span or nowhere))

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity == "error" for found in self._found.values())


class SpecError(Exception):
    """A spec could not be compiled; `report` holds every finding."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("\n".join(self._line(found) for found in report))

    @staticmethod
    def _line(found: Diagnostic) -> str:
        place = f"{found.span.file}:{found.span.line}:{found.span.column}: " if found.span else ""
        return f"{place}{found.severity}[{found.code}]: {found.message}"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest the known word nearest to a mistyped one, in the letter case that it was begun in."""
    by_folded: dict[str, str] = {}
    for candidate in sorted(known, key=lambda each: each[:1].isupper() == word[:1].isupper()):
        by_folded[candidate.lower()] = candidate
    near = get_close_matches(word.lower(), sorted(by_folded), n=1, cutoff=0.7)
    return f"did you mean '{by_folded[near[0]]}'?" if near else None
