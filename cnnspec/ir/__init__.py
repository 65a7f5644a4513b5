"""The graph of a model, before and after it is checked, as immutable data."""
