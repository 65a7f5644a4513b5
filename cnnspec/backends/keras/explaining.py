"""Explains what fails in a model, with the names of its layers and the code that it needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnnspec.analysis.custom_code import packages
from cnnspec.failures.raising import explained
from cnnspec.ir.checked import CheckedGraph


@contextmanager
def explaining(
    checked: CheckedGraph,
    doing: str,
    raised: Callable[[str], Exception],
    known: tuple[type[BaseException], ...],
    *,
    keeps_os_errors: bool = False,
) -> Iterator[None]:
    """Raise an exception that says what failed in a model; `known` ones are raised as they are.

    With `keeps_os_errors`, so are those of files, unless a part of the model raised them.
    """
    names = {*_layers(checked)}
    with explained(
        doing,
        raised,
        known,
        layers=names,
        packages=packages(checked),
        keeps_os_errors=keeps_os_errors,
    ):
        yield


def _layers(checked: CheckedGraph) -> Iterator[str]:
    for node in checked.nodes:
        yield node.keras_name
        if node.submodel is not None:
            yield from _layers(node.submodel)
