"""Benchmarks for the figures quoted in README.md, as ratios between commands of one run."""
