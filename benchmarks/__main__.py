"""Runs every benchmark and prints its ratios: `make bench`."""

from benchmarks import analysis, build, validate, zoo

for benchmark in (validate, zoo, analysis, build):
    benchmark.main()
