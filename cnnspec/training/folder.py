"""The names of the files in the folder of a run, and of predictions; a build has some of them.

The weights are called as they are in a `.keras` archive.
"""

SPEC = "spec.expanded.yaml"
MODEL = "model.keras"
HISTORY = "history.csv"
METRICS = "metrics.json"
ENVIRONMENT = "environment.json"
CURVES = "curves.svg"
CHECKPOINT = "checkpoint.npz"

PREDICTIONS = "predictions.csv"
CLASSES = "classes.json"
