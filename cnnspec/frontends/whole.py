"""What is known of a whole file: facts about a model and all models and layers nested in it."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from cnnspec.frontends.inferred import Inferred
from cnnspec.frontends.nodes import OF_TENSORFLOW
from cnnspec.frontends.values import layer_arguments, path_of
from cnnspec.keras_files.configuration import SCALARS, values_in
from cnnspec.language.document import Document
from cnnspec.naming import NO_CLASSES


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A model as a document, with the structure of its inputs and outputs in Keras."""

    document: Document
    inputs: Any
    """The names of the inputs, in the structure of the model: one, or lists and mappings."""
    outputs: Any
    """The names of the outputs in the document, in the structure that the model returns."""
    inferred: list[Inferred | None]
    """What is known about the outputs, in the order of the document."""


@dataclass(slots=True)
class Whole:
    """State shared by all models nested in a file."""

    notes: list[str] = field(default_factory=list)
    layers: int = 0
    masks: bool = False
    """Whether any layer creates a mask."""
    of_tensorflow: bool = False
    """Whether Keras 2 recorded functions of TensorFlow, for which shapes must be inferred."""
    of_keras_2: bool = False
    """Whether Keras 2 wrote the file."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """Import paths of classes that are not from Keras, by their names in the file."""
    model: Mapping[str, Any] = field(default_factory=dict)
    """The serialized model."""
    used: dict[str, set[str]] = field(default_factory=dict)
    """The classes and functions that are not from Keras, by package."""
    shapeless: list[str] = field(default_factory=list)
    """Layers of such classes whose output shape the file does not have."""
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The arguments of layers, by their kind and configuration: most layers are like others."""

    def layer_arguments(self, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call of a layer, as `values.layer_arguments` does."""
        form = repr((kind, [(key, value) for key, value in config.items() if key != "name"]))
        if form not in self.arguments:
            self.arguments[form] = layer_arguments(kind, config, self.find)
        return {
            key: value if type(value) in SCALARS else deepcopy(value)
            for key, value in self.arguments[form].items()
        }

    def find(self, serialized: Mapping[str, Any]) -> str | None:
        """Return the import path of an object that is not from Keras, which is used; None if it is unknown."""
        path = self.path(serialized)
        if path is not None:
            self.use(path)
        return path

    def path(self, serialized: Mapping[str, Any]) -> str | None:
        """Return the import path of an object that is not from Keras; None if it is unknown."""
        return path_of(serialized, self.classes)

    def use(self, path: str) -> None:
        """Record that the model needs a class or function that is not from Keras."""
        module, _, kind = path.partition(":")
        self.used.setdefault(module.partition(".")[0], set()).add(kind)

    def notes_on_classes(self) -> Iterator[str]:
        """Yield notes on what a build will need, and on what is not known without it."""
        for package, kinds in self.used.items():
            yield (
                f"a build will run code of the package '{package}' ({', '.join(sorted(kinds))}), "
                f"which `--allow-code {package}` allows"
            )
        if self.shapeless:
            first, *others = self.shapeless
            more = f" (and of {len(others)} more)" if others else ""
            yield (
                f"the file does not have the output shape of the layer '{first}'{more}, so shapes "
                "are unknown from there on; `output_shape` declares one"
            )


def read_whole(model: Mapping[str, Any], classes: Mapping[str, str] = NO_CLASSES) -> Whole:
    """Return the facts that need a look at all layers of a serialized model."""
    found = Whole(classes=classes, model=model)
    for each in mappings(model):
        found.masks |= each.get("class_name") == "Masking" or each.get("mask_zero") is True
        found.of_tensorflow |= each.get("class_name") in OF_TENSORFLOW
        if each.get("class_name") == "AugMix":
            found.notes += _swapped(each["config"])
    return found


def mappings(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping in a serialized model, at any depth."""
    stack: list[Any] = [model]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield item
        stack += [each for each in values_in(item) if type(each) not in SCALARS]


def _swapped(config: Mapping[str, Any]) -> Iterator[str]:
    if config.get("num_chains") != config.get("chain_depth"):
        yield (
            f"Keras before 3.14 saves the num_chains of the layer '{config['name']}' as its "
            "chain_depth, and vice versa; the spec has them as they are in the file"
        )
