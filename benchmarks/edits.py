"""Benchmark what an editor and a large repository do: validate again and again in one process."""

import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from benchmarks.timing import ratio
from cnnspec.compiler import compile_file, compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.language.dump import dumps

SMALL = Path("specs/mnist_multi_output.yaml")
LARGE = Path("specs/zoo/resnet152v2.yaml")
MANY = sorted(Path("specs").rglob("*.yaml"))
STEPS = 50_000


def seconds(run: Callable[[], object], runs: int) -> float:
    """Return the median time of a call, without the first."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:] or times)


def main() -> None:
    gc.disable()  # as the commands do
    for path, runs, goal in ((SMALL, 300, "under 1 ms"), (LARGE, 20, "under 20 ms")):
        text = path.read_bytes()
        checked = compile_text(text).checked
        assert checked is not None
        steps = dumps(written_out(checked.graph))
        ours = seconds(lambda text=text: compile_text(text), runs)
        theirs = seconds(lambda steps=steps: yaml.safe_load(steps), max(3, runs // 20))
        of = "`yaml.safe_load` of its plain steps"
        ratio(f"validating {path} again in one process", ours, theirs, of, goal)
    many = seconds(lambda: [compile_file(path) for path in MANY], 3) / len(MANY)
    texts = [path.read_bytes() for path in MANY]
    loaded = seconds(lambda: [yaml.safe_load(text) for text in texts], 3) / len(MANY)
    of = "`yaml.safe_load` of it"
    ratio(f"a file of the {len(MANY)} in specs/ in one process", many, loaded, of, "under 15 ms")
    written = b"cnnspec: 1\ninputs: {x: [8]}\nlayers:\n" + b"  - Dense: {units: 8}\n" * STEPS
    ours = seconds(lambda: compile_text(written), 1)
    theirs = seconds(lambda: yaml.safe_load(written), 0)
    ratio(f"validating {STEPS:,} steps", ours, theirs, "`yaml.safe_load` of them", "under 3 s")
