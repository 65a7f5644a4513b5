"""The words of operations: what they start with, and the modules that declare them."""

PREFIX = "ops."
"""What the words of operations start with."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "activations": (),
    "arithmetic": (),
    "attending": (),
    "axes": (),
    "crossentropies": (),
    "encodings": (),
    "pixels": (),
    "convolutions": (),
    "normalizations": (),
    "pools": (),
    "decompositions": (),
    "diagonals": (),
    "image_geometry": (),
    "images": (),
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
