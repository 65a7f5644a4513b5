"""The Document: what a spec may say, as pydantic models.

Values that may be `$name` or `$(expression)` are kept as they are written; `expand` resolves them.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    Tag,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from cnnspec.declarations import shown
from cnnspec.expressions import is_pattern, is_reference
from cnnspec.objects import APPLICATIONS, CALLBACKS, DATA, LOSSES, METRICS, OPTIMIZERS

VERSION = 1

BROKEN_STEP = "\0"
"""The kind that a step gets in place of one that did not check; no text can hold this character."""


def refuse(code: str, message: str) -> PydanticCustomError:
    """An error whose code and message pass through pydantic unchanged."""
    return PydanticCustomError("cnnspec", "refused", {"code": code, "message": message})


def name_problem(value: object) -> tuple[str, str] | None:
    """The code and message of what keeps a value from being a name, if anything does."""
    if not isinstance(value, str):
        return "wrong-type", f"a name is text, not {shown(value)}"
    problem = None
    if not value.strip():
        problem = "a name cannot be empty"
    elif "/" in value:
        problem = "a name cannot contain '/'; that separates scopes"
    elif value.startswith("$"):
        problem = "a name cannot start with '$'; that is for parameters"
    elif value in ("previous", "shared"):
        problem = f"'{value}' is a word of the language, and no name"
    elif not value.isprintable():
        problem = "a name cannot contain characters that do not print"
    return ("bad-name", problem) if problem else None


def _name(value: object) -> object:
    if problem := name_problem(value):
        raise refuse(*problem)
    return value


def _step_name(value: object) -> object:
    is_made = value is None or is_reference(value) or is_pattern(value)
    return value if is_made else _name(value)


def _references(value: object) -> object:
    """One reference or a list of them, always as a list."""
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str):
            raise refuse(
                "wrong-type", f"'from' takes a name or a list of names, not {shown(value)}"
            )
    if not items:
        raise refuse("wrong-structure", "'from' is an empty list")
    return items


def _flag(value: object) -> object:
    if value is not None and not isinstance(value, bool) and not is_reference(value):
        raise refuse("wrong-type", f"this must be true or false, not {shown(value)}")
    return value


def _number(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not number and not is_reference(value):
        raise refuse("wrong-type", f"this must be a number, not {shown(value)}")
    return value


def _count(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not whole and not is_reference(value):
        raise refuse("wrong-type", f"this must be a whole number, not {shown(value)}")
    return value


class Form:
    """How a value is written in a spec: its definition in the JSON Schema, and what reads it."""

    def __init__(
        self,
        name: str,
        read: Callable[[object], object] | None = None,
        *,
        is_short: bool = False,
    ) -> None:
        """Name the definition; with `is_short`, a value may also be written as its type says."""
        self.name = name
        self.read = read
        self.is_short = is_short

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read a value before it is checked, as `BeforeValidator`, which inspects each function."""
        schema = handler(source)
        return schema if self.read is None else no_info_before_validator_function(self.read, schema)

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        """Refer to the definition, which only editors need and so stands in `schema`."""
        form = {"form": self.name}
        return {"anyOf": [form, handler(schema)]} if self.is_short else form


Name = Annotated[str, Form("name", _name)]
"""What a layer, input, output, block, parameter or model may be called."""
ParameterName = Annotated[Name, Form("parameter_name")]
Flag = Annotated[bool | str, Form("flag", _flag)]
Number = Annotated[float | int | str, Form("number", _number)]
Count = Annotated[int | str, Form("count", _count)]


FROM_TEXT = "the data come from a text"
"""The validation context under which data have the form that the language writes, and no other."""


def is_python_form(value: object, field: str, info: ValidationInfo) -> bool:
    """Whether data are a model's own fields, as when it is built in Python."""
    return info.context is not FROM_TEXT and isinstance(value, Mapping) and field in value


class Model(BaseModel):
    """What all parts of a document share."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        defer_build=True,  # the Document is built with all its parts when it is first used
    )

    @classmethod
    def spec_keys(cls) -> tuple[str, ...]:
        """The keys by which a spec writes the fields, in the language's order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class Call(Model):
    """`Kind`, or `Kind: {argument: value, ...}`."""

    kind: str
    arguments: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if is_python_form(value, "kind", info):
            return value
        kind, arguments = _split(value)
        return {"kind": kind, "arguments": arguments}

    @model_serializer
    def _write(self) -> Any:
        return {self.kind: self.arguments} if self.arguments else self.kind


Loss = Annotated[Call, Form(LOSSES.namespace)]
Metric = Annotated[Call, Form(METRICS.namespace)]
Optimizer = Annotated[Call, Form(OPTIMIZERS.namespace)]
Callback = Annotated[Call, Form(CALLBACKS.namespace)]
Source = Annotated[Call, Form(DATA.namespace)]
Application = Annotated[Call, Form(APPLICATIONS.namespace)]


def _split(value: object) -> tuple[str, dict[str, Any]]:
    if isinstance(value, str):
        return value, {}
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, arguments),) = value.items()
        if isinstance(kind, str) and (arguments is None or isinstance(arguments, Mapping)):
            return kind, dict(arguments or {})
        if isinstance(kind, str):
            message = f"the arguments of {kind} are a mapping, `{kind}: {{argument: value}}`, not {shown(arguments)}"
            raise refuse("wrong-structure", message)
    if isinstance(value, Mapping) and len(value) > 1:
        kind = next(iter(value))
        message = f"this has {len(value)} keys; arguments go inside, `{kind}: {{argument: value}}`"
        raise refuse("wrong-structure", message)
    raise refuse(
        "wrong-structure", f"`Kind` or `Kind: {{argument: value}}` stands here, not {shown(value)}"
    )


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


class LastLayers(Model):
    """How many of the last frozen layers that have weights."""

    last: Count
    """How many layers."""


def _unfrozen(value: object) -> object:
    """One pattern or a list of them as a list, or how many layers."""
    if isinstance(value, Mapping) and list(value) == ["last"]:
        return {"last": _needed_count(value["last"])}
    patterns = [value] if isinstance(value, str) else value
    is_list = isinstance(patterns, list) and all(isinstance(each, str) for each in patterns)
    if value is None or isinstance(value, LastLayers) or (is_list and patterns):
        return patterns
    forms = "a pattern of layer names, a list of them, or `{last: 3}`"
    raise refuse("wrong-structure", f"'unfreeze' takes {forms}, not {shown(value)}")


def _needed_count(value: object) -> object:
    if value is None:
        raise refuse("wrong-type", "this must be a whole number, not null")
    return _count(value)


def _weight(value: object) -> object:
    if value is None:
        raise refuse("wrong-type", "this must be a number, not null")
    return _number(value)


def _validation(value: object) -> object:
    """A fraction, or a mapping of columns."""
    if isinstance(value, Mapping):
        for other in value.values():
            if not isinstance(other, str):
                raise refuse("wrong-type", f"a column is named by a text, not {shown(other)}")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or number or is_reference(value):
        return value
    forms = "a fraction of the data, or a mapping of columns"
    raise refuse("wrong-type", f"'validation' takes {forms}, not {shown(value)}")


def _expression(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = f"an expression over the columns is text, such as `x / 255`, not {shown(value)}"
        raise refuse("wrong-type", message)
    return value


class Phase(Model):
    """A stage of training."""

    epochs: Annotated[int | str, Form("count", _needed_count)]
    """How many epochs it trains."""
    optimizer: Optimizer | None = None
    """The optimizer of this stage. Default: that of the section."""
    unfreeze: Annotated[
        list[str] | LastLayers | None, Form("pattern", _unfrozen, is_short=True)
    ] = None
    """The layers that are trained from here on: patterns of their names, or the last few."""


Expression = Annotated[str, Form("column_expression", _expression)]
"""An expression over the columns of the data; a number is one too."""

Weight = Annotated[float | int | str, Form("weight", _weight)]


def _source(value: object) -> object:
    """A data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, said),) = value.items()
        if isinstance(said, str) and kind in DATA:
            first = next(iter(DATA.find(kind).arguments()))
            return {kind: {first: said}}
    return value


class Train(Model):
    """How the model is trained."""

    optimizer: Optimizer | None = None
    """What changes the weights; its learning rate may be a schedule."""
    data: Annotated[Source | None, Form("short_source", _source, is_short=True)] = None
    """The data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    inputs: dict[Name, Expression] = {}
    """By input: an expression over the columns of the data."""
    targets: dict[Name, Expression] = {}
    """By output: an expression over the columns of the data."""
    validation: Annotated[
        float | int | str | dict[str, str] | None, Form("validation", _validation)
    ] = None
    """A fraction of the data, or the columns that stand for others."""
    batch_size: Count | None = None
    """How many samples are in a batch."""
    epochs: Count | None = None
    """How many epochs it trains."""
    seed: Count | None = None
    """The seed of the weights and of the order of the data."""
    callbacks: list[Callback] = []
    """What Keras calls while it trains, such as `EarlyStopping`."""
    class_weight: dict[Name, dict[Annotated[Any, Form("class_number")], Weight]] = {}
    """By output: the weight of each class."""
    sample_weight: dict[Name, Expression] = {}
    """By output: an expression over the columns of the data, the weight of each sample."""
    phases: list[Phase] = []
    """The stages of training, one after the other."""


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
