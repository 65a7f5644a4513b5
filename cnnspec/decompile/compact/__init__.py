"""Converts a graph to a readable document: with branches, blocks, repetitions and defaults."""
