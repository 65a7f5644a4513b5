"""YAML text to a tree of plain values, in which every value knows its place."""
