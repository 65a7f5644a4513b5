"""What `cnnspec diff` reports of one model in three forms: as it was read, compact, and plain."""

from collections.abc import Iterator
from itertools import permutations

from cnnspec.compiler import checked_or_raise, compile_text
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diff.compare import compare
from cnnspec.diff.text import as_text
from cnnspec.importing import Imported, imported
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from cnnspec.language.dump import dumps

READ, COMPACT, PLAIN = "the model", "its compact spec", "its plain spec"


def compiled(spec: Imported) -> CheckedGraph:
    """The graph of the text of an imported spec."""
    return checked_or_raise(compile_text(dumps(spec.document).encode(), keras=NEWEST))


def diffs(document: Document) -> list[str]:
    """The differences between the three forms of a model that was read; there should be none."""
    compact = imported(document)
    plain = imported(document, compact=False)
    return list(differences(compact.checked, compiled(compact), compiled(plain)))


def differences(read: CheckedGraph, compact: CheckedGraph, plain: CheckedGraph) -> Iterator[str]:
    """Each pair of forms that differ, in both directions, with the first line of the report."""
    forms = {READ: read, COMPACT: compact, PLAIN: plain}
    for old, new in permutations(forms, 2):
        difference = compare(forms[old], forms[new], specs=READ not in (old, new))
        if not difference.is_empty:
            yield f"{old} -> {new}: {as_text(difference).splitlines()[1]}"
