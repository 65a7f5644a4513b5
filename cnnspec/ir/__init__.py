"""The graph of a model, before and after it is checked: frozen dataclasses and nothing else."""
