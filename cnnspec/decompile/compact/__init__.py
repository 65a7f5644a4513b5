"""A graph to the document that a person would write: branches, blocks, repetitions, defaults."""

from cnnspec.decompile.compact.writing import compacted

__all__ = ["compacted"]
