"""Declarative specs of convolutional networks, compiled to plain Keras models."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from cnnspec.api import dumps, from_keras, load, loads
    from cnnspec.diagnostics.report import Diagnostic, Note, Report, Span, SpecError
    from cnnspec.ir.checked import CheckedGraph
    from cnnspec.language.document import Document
    from cnnspec.spec import Spec, draw

_HOMES = {
    "CheckedGraph": "cnnspec.ir.checked",
    "Diagnostic": "cnnspec.diagnostics.report",
    "Document": "cnnspec.language.document",
    "Note": "cnnspec.diagnostics.report",
    "Report": "cnnspec.diagnostics.report",
    "Span": "cnnspec.diagnostics.report",
    "Spec": "cnnspec.spec",
    "SpecError": "cnnspec.diagnostics.report",
    "draw": "cnnspec.spec",
    "dumps": "cnnspec.api",
    "from_keras": "cnnspec.api",
    "load": "cnnspec.api",
    "loads": "cnnspec.api",
}
"""The module of each public name, which is imported when the name is first used."""

__all__ = [
    "CheckedGraph",
    "Diagnostic",
    "Document",
    "Note",
    "Report",
    "Span",
    "Spec",
    "SpecError",
    "__version__",
    "draw",
    "dumps",
    "from_keras",
    "load",
    "loads",
]


if not TYPE_CHECKING:  # else a type checker would accept any name

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'cnnspec' has no attribute '{name}'")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, although most are imported when they are first used."""
    return list(__all__)


if "IPython" in sys.modules:
    from cnnspec.notebook import register

    register(_HOMES)
