"""Benchmarks for the figures quoted in docs/why/measured.md, as ratios between commands of one run."""
