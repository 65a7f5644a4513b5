"""The Document: the content of a spec, as pydantic models.

Values such as `$name` or `$(expression)` are kept as written; `expand` evaluates them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Discriminator, Field, Tag, ValidationInfo, model_validator

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Application, Loss, Metric, Model, _split, is_python_form
from cnnspec.language.expect import Expect
from cnnspec.language.expressions import is_reference
from cnnspec.language.train import Train
from cnnspec.language.values import (
    Count,
    Flag,
    Form,
    KindName,
    Name,
    Number,
    _classes,
    _cut,
    _references,
    _step_name,
    _unnamed,
    refuse,
)

VERSION = 1

ParameterName = Annotated[Name, Form("parameter_name")]


class Step(Model):
    """A step: a layer with the arguments of its kind, or a call of a block or submodel."""

    usual = MappingProxyType({"repeat": 1, "frozen": False})

    # In canonical order, the arguments of Keras are between these keys.
    kind: str
    name: Annotated[str | None, Form("step_name", _step_name)] = None
    """The name of the step, unique in its scope."""
    from_: Annotated[list[str] | None, Form("references", _references)] = Field(None, alias="from")
    """Where the input comes from: a name, `previous`, or a list of them."""
    arguments: dict[str, Any] = {}
    repeat: Count | None = None
    """How many times to repeat the step in a row; `$index` counts from 0."""
    frozen: Flag | None = None
    """Freeze the step: training does not change its weights, and it runs in inference mode.

    On a call of a submodel it means the same as `frozen` in `submodels`, for this call.
    """
    branches: "Branches | None" = None
    """Branches that start at the input of the step, and whose results it merges."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, Step) or is_python_form(value, "kind", info):
            return value
        kind, given = _split(value)
        step = {key: given.pop(key) for key in STEP_KEYS if key in given}
        if empty := [key for key, said in step.items() if said is None]:
            raise refuse("wrong-type", f"'{empty[0]}' has no value")
        return {"kind": kind, "arguments": given, **step}

    def _write(self) -> Any:
        written: dict[str, Any] = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name == "arguments":
                written |= value
            elif name == "from_" and value is not None:
                written["from"] = value[0] if len(value) == 1 else value
            elif name != "kind" and value is not None:
                written[field.alias or name] = _plain(value)
        return {self.kind: written} if written else self.kind


class BrokenStep(Step):
    """A step with an error that is reported; only its name is known."""


FIRST_KEYS, LAST_KEYS = (
    Step.spec_keys()[1 : Step.spec_keys().index("arguments")],
    Step.spec_keys()[Step.spec_keys().index("arguments") + 1 :],
)
"""The keys of a step before and after the arguments of its kind."""
STEP_KEYS = FIRST_KEYS + LAST_KEYS
"""The keys of a step that are not arguments of its kind."""


def _plain(value: object) -> Any:
    """Convert the value of a field to plain data."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value


class Branches(Model):
    """The branches of a merging step, in order: a mapping, or a list. Names are only for readers."""

    named: bool
    steps: dict[str, list[Step]]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if is_python_form(value, "named", info):
            return value
        named = isinstance(value, Mapping)
        if not named and not isinstance(value, list):
            message = f"'branches' must be a list or mapping of lists of steps, not {shown(value)}"
            raise refuse("wrong-structure", message)
        items = value.items() if named else enumerate(value)
        return {"named": named, "steps": {str(key): branch for key, branch in items}}

    def _write(self) -> Any:
        dumped = {key: [step.model_dump() for step in branch] for key, branch in self.steps.items()}
        return dumped if self.named else list(dumped.values())


class Input(Model):
    """An input: its shape without the batch axis, and its data type."""

    shape: Annotated[list[Any] | str, Form("shape")]
    """The shape without the batch axis; null for an unknown size."""
    dtype: Annotated[Any, Form("input_dtype")] = "float32"
    """The data type of the values."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, list) or is_reference(value):
            return {"shape": value}
        if isinstance(value, Mapping):
            shape = value.get("shape", [])
            if isinstance(shape, list) or is_reference(shape):
                return value
        message = "a shape must be a list of sizes without the batch, such as [28, 28, 1]"
        raise refuse("wrong-structure", message)

    def _write(self) -> Any:
        if self.dtype == "float32":
            return self.shape
        return {"shape": self.shape, "dtype": self.dtype}


class Output(Model):
    """An output: its tensor, its loss and its metrics."""

    usual = MappingProxyType({"loss_weight": 1})

    from_: str | None = Field(None, alias="from")
    """The layer that it comes from. Default: the layer with the same name."""
    loss: Loss | None = None
    """The loss function; an output without a loss is not trained."""
    loss_weight: Number | None = None
    """The weight of this loss in the sum of all losses."""
    metrics: list[Metric] = []
    """The metrics to compute in training and evaluation."""
    classes: Annotated[list[str] | None, Form("classes", _classes)] = None
    """The names of the classes, in the order of their numbers."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return {} if value is None else value

    def _write(self) -> Any:
        fields = type(self).model_fields
        given = {name: getattr(self, name) for name in fields}
        return {
            fields[name].alias or name: _plain(value)
            for name, value in given.items()
            if value != fields[name].default
        }


class Block(Model):
    """A block: called like a layer, and expanded in place."""

    params: dict[str, Any] = {}
    """Its parameters with their defaults; parameters that are null are required."""
    layers: list[Step]
    """Its steps; the value of a call is that of the last step."""


def _sort_of_spec(value: object) -> str:
    return "document" if isinstance(value, Mapping | BaseModel) else "path"


class Submodel(Model):
    """A model used as a layer: another spec or a Keras file, optionally cut, loaded or frozen."""

    usual = MappingProxyType({"preprocess": False, "frozen": False})

    spec: Annotated[
        Annotated[str | None, Tag("path")] | Annotated["Document", Tag("document")],
        Discriminator(_sort_of_spec),
    ] = None
    """Another spec: its path, or the spec itself."""
    keras: str | None = None
    """The path of a .keras file, or of an .h5 file of a whole model."""
    application: Application | None = None
    """A network of keras.applications."""
    preprocess: Flag | None = None
    """Scale pixels from 0 to 255 as the network of `application` requires."""
    until: Annotated[str | list[str] | None, Form("names", _cut)] = None
    """Cut the model: its output is that of this layer; a list of layers gives several outputs."""
    weights: str | None = None
    """A .weights.h5, .keras or .h5 file; weights are loaded by layer name."""
    frozen: Flag | None = None
    """Freeze the model: training does not change its weights, and it runs in inference mode."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [key for key in SUBMODEL_SOURCES if getattr(self, key) is not None]
        if len(given) != 1:
            said = f", not {' and '.join(repr(key) for key in given)}" if given else ""
            message = f"a submodel needs one of 'spec', 'keras' and 'application'{said}"
            raise refuse("wrong-structure", message)
        if self.preprocess is not None and self.application is None:
            message = "'preprocess' requires an 'application', whose scaling is known"
            raise refuse("conflicting-arguments", message)
        return self


SUBMODEL_SOURCES = ("spec", "keras", "application")
"""The keys that name the model of a submodel, one of which is required."""


MODEL_SECTIONS = {"inputs": "`inputs: {image: [28, 28, 1]}`", "layers": "a list of steps"}
"""What a model needs, and how to write it."""


def missing_section(key: str, *, there: bool) -> str:
    """Make the error for a model without a section."""
    return f"'{key}' is {'empty' if there else 'missing'}; a model needs {MODEL_SECTIONS[key]}"


MODEL_KEYS = (*MODEL_SECTIONS, "outputs", "unnamed", "expect")
"""The keys that are not allowed in a file of definitions."""


class Document(Model):
    """A spec, or a file of blocks, submodels and defaults for other specs to import."""

    cnnspec: Literal[1] = 1
    """The version of the language."""
    name: Annotated[str | None, Field(pattern=r"^[\w][\w.\- ]*$")] = None
    """The name of the model."""
    unnamed: Annotated[Literal["keras"] | None, Form("unnamed", _unnamed)] = None
    """How layers without a name are called: `keras` names and counts them in the whole model as Keras does."""
    weights: str | None = None
    """A file with initial weights of the model."""
    imports: list[str] = []
    """Files whose blocks, submodels and defaults are imported."""
    ignore: list[Annotated[str, Form("warning")]] = []
    """Codes of warnings to ignore."""
    params: dict[ParameterName, Any] = {}
    """Parameters with their defaults; `--set name=value` overrides them."""
    defaults: Annotated[dict[str, dict[str, Any]], Form("defaults")] = {}
    """Default arguments of kinds, for all steps."""
    blocks: dict[KindName, Block] = {}
    """Blocks by name."""
    submodels: dict[KindName, Submodel] = {}
    """Models that are used as layers, by name."""
    inputs: dict[Name, Input] = {}
    """The inputs of the model, by name."""
    layers: list[Step] = []
    """The steps of the model, from top to bottom."""
    outputs: dict[Name, Output] = {}
    """The outputs, by name, each with its loss and metrics. Default: the last step."""
    expect: Expect | None = None
    """What must hold of the model: its size, its cost, and the shapes of layers and outputs."""
    train: Train | None = None
    """The training of the model, and its data."""

    @property
    def is_library(self) -> bool:
        """Whether it only defines what other files import."""
        said = self.model_fields_set
        return said.isdisjoint(MODEL_KEYS) and bool(
            said & {"blocks", "submodels", "defaults", "imports"}
        )

    def missing(self) -> list[str]:
        """The required sections that are missing."""
        return [key for key in MODEL_SECTIONS if not getattr(self, key)]

    def to_data(self) -> dict[str, Any]:
        """The document as plain data, in canonical order, without defaults."""
        return {"cnnspec": VERSION, **self.model_dump(exclude_defaults=True, by_alias=True)}
