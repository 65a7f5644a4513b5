"""Runs every benchmark and prints its ratios: `make bench`."""

from benchmarks import analysis, build, diagram, importing, training, validate, zoo

for benchmark in (validate, zoo, diagram, importing, analysis, build, training):
    benchmark.main()
