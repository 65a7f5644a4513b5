"""Runs every benchmark and prints its ratios: `make bench`."""

from benchmarks import validate

for benchmark in (validate,):
    benchmark.main()
