"""The canonical layout of a spec's text."""
