"""The canonical format of specs."""
