"""Valid models: expanded, compared, written as scripts, tables and diagrams."""

import ast
from pathlib import Path

from cnnspec.backends.diagram.drawing import Drawing
from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script
from cnnspec.backends.summary.table import summary_data
from cnnspec.compiler import compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.diff.compare import compare
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.dump import dumps
from fuzz.inputs import Answer

TEXTS = ("dot", "mermaid", "html")
"""The formats of diagrams that are texts."""


def check_graph(checked: CheckedGraph, folder: Path, answer: Answer, *, thorough: bool) -> None:
    """Check what a model becomes; with `thorough`, also what people look at."""
    answer.checked("expand, diff, code")
    answer.begin()
    expanded = dumps(written_out(checked.graph, folder))
    answer.add(expanded)
    answer.begin()
    again = compile_text(
        expanded.encode(errors="surrogatepass"), "expanded.yaml", folder=folder, root=folder
    )
    if again.checked is None:
        errors = [each for each in again.report if each.severity == "error"]
        answer.fail(f"the expanded spec is refused: {errors[:1]}")
        return
    if dumps(written_out(again.checked.graph, folder)) != expanded:
        answer.fail("expanding twice is not expanding once")
    answer.begin()
    if not compare(checked, checked).is_empty:
        answer.fail("a spec differs from itself")
    answer.begin()
    if not compare(checked, again.checked).is_empty:
        answer.fail("a spec differs from what it is expanded to")
    answer.begin()
    _check_script(checked, answer)
    if thorough:
        answer.checked("summary, diagrams")
        answer.add(summary_data(checked, cost=True))
        for form in TEXTS:
            answer.begin()
            answer.add(getattr(Drawing(checked), form)())


def _check_script(checked: CheckedGraph, answer: Answer) -> None:
    try:
        text = script(checked)
        answer.add(text)
        ast.parse(text)
    except NoScript as reason:
        answer.add(reason)
    except SyntaxError as error:
        answer.fail(f"the script is no Python: {error}")
