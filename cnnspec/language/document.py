"""The Document: what a spec may say, as pydantic models.

Values that may be `$name` or `$(expression)` are kept as they are written; `expand` resolves them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Application, Loss, Metric, Model, _split, is_python_form
from cnnspec.language.expressions import is_reference
from cnnspec.language.train import Train
from cnnspec.language.values import Count, Flag, Form, Name, Number, _references, _step_name, refuse

VERSION = 1

BROKEN_STEP = "\0"
"""The kind that a step gets in place of one that did not check; no text can hold this character."""
ParameterName = Annotated[Name, Form("parameter_name")]


class Step(Model):
    """A step: a layer with the arguments of its kind, or a call of a block or submodel."""

    # The order is the canonical one, in which Keras's arguments stand between the language's keys.
    kind: str
    name: Annotated[str | None, Form("step_name", _step_name)] = None
    """The name of the step, unique in its scope."""
    from_: Annotated[list[str] | None, Form("references", _references)] = Field(None, alias="from")
    """Where the input comes from: a name, `previous`, or a list of them."""
    arguments: dict[str, Any] = {}
    repeat: Count | None = None
    """How often the step is repeated in a row; `$index` counts from 0."""
    frozen: Flag | None = None
    """Freeze the step: training changes none of its weights, and it runs in inference mode."""
    branches: "Branches | None" = None
    """Branches that all start at the step's input, and whose results it merges."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if is_python_form(value, "kind", info):
            return value
        kind, given = _split(value)
        step = {key: given.pop(key) for key in STEP_KEYS if key in given}
        if empty := [key for key, said in step.items() if said is None]:
            raise refuse("wrong-type", f"'{empty[0]}' has no value")
        return {"kind": kind, "arguments": given, **step}

    @model_serializer
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


FIRST_KEYS, LAST_KEYS = (
    Step.spec_keys()[1 : Step.spec_keys().index("arguments")],
    Step.spec_keys()[Step.spec_keys().index("arguments") + 1 :],
)
"""The keys of a step that stand in front of the arguments of its kind, and behind them."""
STEP_KEYS = FIRST_KEYS + LAST_KEYS
"""The keys of a step that are not arguments of its kind."""


def _plain(value: object) -> Any:
    """A value of a field as plain data."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value


class Branches(Model):
    """The branches of a merging step, in their order; names are for the reader."""

    named: bool
    steps: dict[str, list[Step]]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if is_python_form(value, "named", info):
            return value
        named = isinstance(value, Mapping)
        if not named and not isinstance(value, list):
            message = f"'branches' is a list or mapping of lists of steps, not {shown(value)}"
            raise refuse("wrong-structure", message)
        items = value.items() if named else enumerate(value)
        return {"named": named, "steps": {str(key): branch for key, branch in items}}

    @model_serializer
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
        message = "a shape is a list of sizes without the batch, such as [28, 28, 1]"
        raise refuse("wrong-structure", message)

    @model_serializer
    def _write(self) -> Any:
        if self.dtype == "float32":
            return self.shape
        return {"shape": self.shape, "dtype": self.dtype}


class Output(Model):
    """An output: which tensor it is, and what it is trained and measured by."""

    from_: str | None = Field(None, alias="from")
    """The layer that it comes from. Default: the layer of the same name."""
    loss: Loss | None = None
    """What training minimizes; an output without a loss is not trained."""
    loss_weight: Number | None = None
    """The weight of this loss in the sum of all losses."""
    metrics: list[Metric] = []
    """What is measured in training and evaluation."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return {} if value is None else value

    @model_serializer
    def _write(self) -> Any:
        fields = type(self).model_fields
        given = {name: getattr(self, name) for name in fields}
        return {
            fields[name].alias or name: _plain(value)
            for name, value in given.items()
            if value != fields[name].default
        }


class Block(Model):
    """A macro: called like a layer, written out in place."""

    params: dict[str, Any] = {}
    """Its parameters with their defaults; one whose default is null must be given."""
    layers: list[Step]
    """Its steps; the value of a call is that of the last one."""


def _sort_of_spec(value: object) -> str:
    return "document" if isinstance(value, Mapping | BaseModel) else "path"


class Submodel(Model):
    """A model used as a layer: another spec or a Keras file, perhaps cut, loaded, frozen."""

    spec: Annotated[
        Annotated[str | None, Tag("path")] | Annotated["Document", Tag("document")],
        Discriminator(_sort_of_spec),
    ] = None
    """Another spec: its path, or the spec itself."""
    keras: str | None = None
    """The path of a .keras file."""
    application: Application | None = None
    """A network of keras.applications."""
    preprocess: Flag | None = None
    """Whether the network of `application` takes pixels from 0 to 255, which are scaled for it."""
    until: str | None = None
    """Cut the model: its output is that of this layer."""
    weights: str | None = None
    """A .weights.h5 or .keras file; weights are loaded by layer name."""
    frozen: Flag | None = None
    """Freeze the model: training changes none of its weights, and it runs in inference mode."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [key for key in SUBMODEL_SOURCES if getattr(self, key) is not None]
        if len(given) != 1:
            said = f", not {' and '.join(repr(key) for key in given)}" if given else ""
            message = f"a submodel needs one of 'spec', 'keras' and 'application'{said}"
            raise refuse("wrong-structure", message)
        if self.preprocess is not None and self.application is None:
            message = "'preprocess' is for an 'application', of which it is known what it takes"
            raise refuse("conflicting-arguments", message)
        return self


SUBMODEL_SOURCES = ("spec", "keras", "application")
"""The keys that name the model of a submodel, one of which it needs."""


MODEL_SECTIONS = {"inputs": "`inputs: {image: [28, 28, 1]}`", "layers": "a list of steps"}
"""What a model needs, and how it is written."""


def missing_section(key: str, *, there: bool) -> str:
    """Say that a model lacks a section."""
    return f"'{key}' is {'empty' if there else 'missing'}; a model needs {MODEL_SECTIONS[key]}"


MODEL_KEYS = (*MODEL_SECTIONS, "outputs")
"""The keys that a file of definitions for others does not have."""


class Document(Model):
    """A whole spec, or a file of blocks, submodels and defaults for others to import."""

    cnnspec: Literal[1] = 1
    """The version of the language."""
    name: Annotated[str | None, Field(pattern=r"^[\w][\w.\- ]*$")] = None
    """The name of the model."""
    weights: str | None = None
    """The file that the model's weights come from, before it is trained any further."""
    imports: list[str] = []
    """Files whose blocks, submodels and defaults are brought in."""
    ignore: list[Annotated[str, Form("warning")]] = []
    """Codes of warnings that are not reported."""
    params: dict[ParameterName, Any] = {}
    """Parameters with their defaults; `--set name=value` overrides them."""
    defaults: Annotated[dict[str, dict[str, Any]], Form("defaults")] = {}
    """Default arguments of a kind, for all its steps."""
    blocks: dict[Name, Block] = {}
    """Macros made of steps, by name."""
    submodels: dict[Name, Submodel] = {}
    """Models that are used as layers, by name."""
    inputs: dict[Name, Input] = {}
    """The inputs of the model, by name."""
    layers: list[Step] = []
    """The steps of the model, from top to bottom."""
    outputs: dict[Name, Output] = {}
    """The outputs, by name, each with its loss and metrics. Default: the last step."""
    train: Train | None = None
    """How the model is trained, and on which data."""

    @property
    def is_library(self) -> bool:
        """Whether it only defines what other files import."""
        said = self.model_fields_set
        return said.isdisjoint(MODEL_KEYS) and bool(
            said & {"blocks", "submodels", "defaults", "imports"}
        )

    def missing(self) -> list[str]:
        """The sections that a model needs and this has not."""
        return [key for key in MODEL_SECTIONS if not getattr(self, key)]

    def to_data(self) -> dict[str, Any]:
        """The document as plain data, in the language's order, defaults left out."""
        return {"cnnspec": VERSION, **self.model_dump(exclude_defaults=True, by_alias=True)}
