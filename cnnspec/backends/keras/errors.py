"""What can go wrong when a checked graph becomes a Keras model."""


class BackendMismatch(RuntimeError):
    """Keras made something else than the static analysis said; that is a bug of cnnspec."""


class CodeError(ValueError):
    """A class of the user's own may not be imported, or is not what it should be."""


class WeightsDoNotFit(ValueError):
    """A weights file is not one of this model."""


BUILD_ERRORS = (BackendMismatch, CodeError, WeightsDoNotFit)
"""Every exception that building a model may raise."""
