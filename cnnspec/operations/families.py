"""The modules that declare the operations, each with its words."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "arithmetic": (),
    "axes": (),
    "elementwise": (),
    "indexing": (),
    "reductions": (),
    "reshaping": (),
}
"""A module without words is imported whenever an operation is looked up."""
