"""All families of kinds that a spec can name."""

from typing import Any

from cnnspec.declarations.family import Family
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import APPLICATIONS, CALLBACKS, DATA, FAMILIES
from cnnspec.operations.base import OPERATIONS

ALL_FAMILIES: tuple[Family[Any], ...] = (
    LAYERS,
    OPERATIONS,
    *FAMILIES,
    CALLBACKS,
    DATA,
    APPLICATIONS,
)
