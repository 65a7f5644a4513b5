"""Mistakes of form: what people write instead of the language, and how to write it."""
