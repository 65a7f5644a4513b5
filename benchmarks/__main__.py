"""Run all benchmarks and print their ratios (`make bench`)."""

from benchmarks import analysis, build, diagram, importing, training, validate, zoo

for benchmark in (validate, zoo, diagram, importing, analysis, build, training):
    benchmark.main()
