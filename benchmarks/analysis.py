"""Benchmark the analysis, from Document to CheckedGraph, on graphs of two sizes."""

import gc
import statistics
import time
from pathlib import Path

from cnnspec.analysis.infer import infer
from cnnspec.diagnostics.report import Report
from cnnspec.expand.expansion import expand
from cnnspec.expand.loading import Loader
from cnnspec.language.document import Document
from cnnspec.language.parse import parse
from cnnspec.syntax.places import Place
from cnnspec.syntax.reading import parse_bytes
from cnnspec.syntax.source import Source

RESNET = Path("specs/zoo/resnet152v2.yaml")
LAYERS = 10_000
RUNS = 5


def generated(layers: int) -> str:
    """A residual network, written out step by step: four layers per unit."""
    turn = (
        "  - Conv2D: {filters: 8, kernel_size: 3, padding: same}\n"
        "  - BatchNormalization\n"
        "  - Add: {branches: [[ReLU], []]}\n"
    )
    return f"cnnspec: 1\ninputs: {{image: [32, 32, 8]}}\nlayers:\n{turn * (layers // 4)}"


def read(text: str, folder: Path) -> tuple[Document, Source]:
    report = Report()
    source = parse_bytes(text.encode(), "benchmark.yaml", folder, report)
    assert source is not None
    document = parse(source, report)
    assert document is not None
    return document, source


def analyse(document: Document, source: Source) -> int:
    """Run the analysis, and return the number of layers it checked."""
    report = Report()
    checked = infer(expand(document, Place(source, ()), Loader(report)), report)
    assert checked is not None
    return len(checked.nodes)


def seconds(document: Document, source: Source) -> tuple[float, int]:
    """Return the median time of an analysis in seconds, and the number of layers it checked."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        layers = analyse(document, source)
        times.append(time.perf_counter() - start)
    return statistics.median(times), layers


def main() -> None:
    gc.disable()  # as the commands do
    texts = {
        RESNET.stem: (RESNET.read_text(encoding="utf-8"), RESNET.parent),
        "generated": (generated(LAYERS), Path()),
    }
    each = {}
    for name, (text, folder) in texts.items():
        taken, layers = seconds(*read(text, folder))
        each[name] = taken / layers
        print(
            f"analysis of {name}, {layers} layers: {each[name] * 1000:.3f} ms per layer; "
            "goal: under 0.1"
        )
    growth = each["generated"] / each[RESNET.stem]
    print(
        f"time per layer in the larger graph: {growth:.2f} times that in the smaller; goal: about 1"
    )
