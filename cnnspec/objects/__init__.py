"""What is known of Keras's losses, metrics, optimizers, initializers and their like."""

from cnnspec.declarations import Family

INITIALIZERS = Family(
    "initializer", "initializers", {"cnnspec.objects.initializers": ()}, by_alias=True
)
REGULARIZERS = Family(
    "regularizer", "regularizers", {"cnnspec.objects.regularizers": ()}, by_alias=True
)
CONSTRAINTS = Family(
    "constraint", "constraints", {"cnnspec.objects.constraints": ()}, by_alias=True
)
LOSSES = Family("loss", "losses", {"cnnspec.objects.losses": ()}, by_alias=True)
METRICS = Family("metric", "metrics", {"cnnspec.objects.metrics": ()}, by_alias=True)
SCHEDULES = Family(
    "learning-rate schedule", "optimizers.schedules", {"cnnspec.objects.schedules": ()}
)
OPTIMIZERS = Family("optimizer", "optimizers", {"cnnspec.objects.optimizers": ()}, by_alias=True)
USUAL_OPTIMIZER = "adam"
"""What trains a model whose spec names no optimizer."""
DATA = Family("data source", "data", {"cnnspec.objects.data_sources": ()})
_WRITES_FILES = "it writes where a spec says; a run keeps its history and models by itself"
_RUNS_CODE = "it runs Python code"
CALLBACKS = Family(
    "callback",
    "callbacks",
    {"cnnspec.objects.callbacks": ()},
    {
        "BackupAndRestore": "a run can be resumed as it is",
        "CSVLogger": _WRITES_FILES,
        "Callback": "it does nothing",
        "CallbackList": "`callbacks` is a list",
        "History": "a run has one",
        "LambdaCallback": _RUNS_CODE,
        "LearningRateScheduler": f"{_RUNS_CODE}; give the optimizer a learning-rate schedule",
        "ModelCheckpoint": _WRITES_FILES,
        "OrbaxCheckpoint": _WRITES_FILES,
        "ProgbarLogger": "a training shows its progress",
        "RemoteMonitor": "it sends what it sees to an address",
        "TensorBoard": _WRITES_FILES,
    },
)
APPLICATIONS = Family("application", "applications", {"cnnspec.objects.applications": ()})

FAMILIES = (INITIALIZERS, REGULARIZERS, CONSTRAINTS, LOSSES, METRICS, SCHEDULES, OPTIMIZERS)
"""What is made of arguments alone, and gives them back."""
