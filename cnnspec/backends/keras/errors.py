"""Exceptions of building a Keras model."""


class BackendMismatch(RuntimeError):
    """The Keras model differs from the static analysis, which is a bug of cnnspec."""


class CodeError(ValueError):
    """A custom class is not allowed, or is not a layer."""


class WeightsDoNotFit(ValueError):
    """A weights file does not match the model."""


class BuildFailed(RuntimeError):
    """Keras or a custom class failed to build a model."""


BUILD_ERRORS = (BackendMismatch, BuildFailed, CodeError, WeightsDoNotFit)
"""Every exception that building a model may raise."""
