"""Lint rules: warnings about valid specs that are probably not intended."""
