"""Declarations of Keras losses, metrics, optimizers, initializers and other objects."""

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family

INITIALIZERS: Family[Declaration] = Family(
    "initializer", "initializers", {"cnnspec.objects.initializers": ()}, by_alias=True
)
REGULARIZERS: Family[Declaration] = Family(
    "regularizer", "regularizers", {"cnnspec.objects.regularizers": ()}, by_alias=True
)
CONSTRAINTS: Family[Declaration] = Family(
    "constraint", "constraints", {"cnnspec.objects.constraints": ()}, by_alias=True
)
LOSSES: Family[Declaration] = Family(
    "loss",
    "losses",
    {"cnnspec.objects.losses": (), "cnnspec.objects.losses_of_groups": ()},
    by_alias=True,
)
METRICS: Family[Declaration] = Family(
    "metric",
    "metrics",
    {
        f"cnnspec.objects.{module}": ()
        for module in (
            "metrics",
            "metrics_of_outcomes",
            "metrics_of_curves",
            "metrics_of_overlap",
            "metrics_of_errors",
        )
    },
    by_alias=True,
)
SCHEDULES: Family[Declaration] = Family(
    "learning-rate schedule", "optimizers.schedules", {"cnnspec.objects.schedules": ()}
)
OPTIMIZERS: Family[Declaration] = Family(
    "optimizer",
    "optimizers",
    {"cnnspec.objects.optimizers": (), "cnnspec.objects.loss_scaling": ()},
    by_alias=True,
)
USUAL_OPTIMIZER = "adam"
"""The default optimizer."""
DATA: Family[Declaration] = Family("data source", "data", {"cnnspec.objects.data_sources": ()})
_WRITES_FILES = "it writes to a path from the spec; a run saves its history and models itself"
_RUNS_CODE = "it runs Python code"
CALLBACKS: Family[Declaration] = Family(
    "callback",
    "callbacks",
    {"cnnspec.objects.callbacks": ()},
    {
        "BackupAndRestore": "a run can always be resumed",
        "CSVLogger": _WRITES_FILES,
        "Callback": "it does nothing",
        "CallbackList": "`callbacks` is already a list",
        "History": "a run already has one",
        "LambdaCallback": _RUNS_CODE,
        "LearningRateScheduler": f"{_RUNS_CODE}; use a learning-rate schedule in the optimizer",
        "ModelCheckpoint": _WRITES_FILES,
        "OrbaxCheckpoint": _WRITES_FILES,
        "ProgbarLogger": "training already shows its progress",
        "RemoteMonitor": "it sends data over the network",
        "TensorBoard": _WRITES_FILES,
    },
)
APPLICATIONS: Family[Declaration] = Family(
    "application", "applications", {"cnnspec.objects.applications": ()}
)

FAMILIES = (INITIALIZERS, REGULARIZERS, CONSTRAINTS, LOSSES, METRICS, SCHEDULES, OPTIMIZERS)
"""Family of objects that are defined by their arguments alone."""
