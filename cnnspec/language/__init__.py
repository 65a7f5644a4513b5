"""The spec language: the document, its calls and expressions, reading and writing it."""
