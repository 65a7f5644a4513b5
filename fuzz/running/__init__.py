"""Runs the fuzzers in processes that may hang or die, and continues where a run stopped."""
