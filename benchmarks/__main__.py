"""Run all benchmarks and print their ratios (`make bench`)."""

from benchmarks import (
    analysis,
    build,
    diagram,
    edits,
    importing,
    loading,
    memory,
    training,
    validate,
    zoo,
)

for benchmark in (
    validate,
    memory,
    zoo,
    edits,
    diagram,
    importing,
    analysis,
    build,
    loading,
    training,
):
    benchmark.main()
