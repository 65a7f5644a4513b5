"""What is known of Keras's losses, metrics, optimizers, initializers and their like."""

from cnnspec.declarations import Family

INITIALIZERS = Family("initializer", "initializers", {"cnnspec.objects.initializers": ()})
REGULARIZERS = Family("regularizer", "regularizers", {"cnnspec.objects.regularizers": ()})
CONSTRAINTS = Family("constraint", "constraints", {"cnnspec.objects.constraints": ()})
LOSSES = Family("loss", "losses", {"cnnspec.objects.losses": ()})
METRICS = Family("metric", "metrics", {"cnnspec.objects.metrics": ()})
SCHEDULES = Family(
    "learning-rate schedule", "optimizers.schedules", {"cnnspec.objects.schedules": ()}
)
OPTIMIZERS = Family("optimizer", "optimizers", {"cnnspec.objects.optimizers": ()})

FAMILIES = (INITIALIZERS, REGULARIZERS, CONSTRAINTS, LOSSES, METRICS, SCHEDULES, OPTIMIZERS)
