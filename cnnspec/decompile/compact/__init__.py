"""A graph to the document that a person would write: branches, blocks, repetitions, defaults."""
