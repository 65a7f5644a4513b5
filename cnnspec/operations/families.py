"""The modules that declare the operations, each with its words."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "activations": (),
    "arithmetic": (),
    "axes": (),
    "diagonals": (),
    "elementwise": (),
    "indexing": (),
    "joining": (),
    "picking": (),
    "products": (),
    "equations": (),
    "reductions": (),
    "repeating": (),
    "reshaping": (),
    "splitting": (),
    "updating": (),
}
"""A module without words is imported whenever an operation is looked up."""
