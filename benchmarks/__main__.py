"""Runs every benchmark and prints its ratios: `make bench`."""

from benchmarks import analysis, build, diagram, training, validate, zoo

for benchmark in (validate, zoo, diagram, analysis, build, training):
    benchmark.main()
