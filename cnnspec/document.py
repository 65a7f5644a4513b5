"""The Document: what a spec may say, as pydantic models.

Values that may be `$name` or `$(expression)` are kept as they are written; `expand` resolves them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cnnspec.declarations import shown
from cnnspec.expressions import is_pattern, is_reference
from cnnspec.objects import DATA

VERSION = 1

STEP_KEYS = ("name", "from", "branches", "repeat", "frozen")
"""The keys of a step that are not arguments of its kind."""


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


Name = Annotated[str, BeforeValidator(_name)]
"""What a layer, input, output, block, parameter or model may be called."""
Flag = Annotated[bool | str, BeforeValidator(_flag)]
Number = Annotated[float | int | str, BeforeValidator(_number)]
Count = Annotated[int | str, BeforeValidator(_count)]


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
    """One step of `layers`: a call, with the keys that place it in the graph."""

    kind: str
    arguments: dict[str, Any] = {}
    name: Annotated[str | None, BeforeValidator(_step_name)] = None
    from_: Annotated[list[str] | None, BeforeValidator(_references)] = Field(None, alias="from")
    branches: "Branches | None" = None
    repeat: Count | None = None
    frozen: Flag | None = None

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
        keys: dict[str, Any] = {"name": self.name}
        if self.from_ is not None:
            keys["from"] = self.from_[0] if len(self.from_) == 1 else self.from_
        keys |= self.arguments
        keys |= {"repeat": self.repeat, "frozen": self.frozen}
        written = {
            key: value for key, value in keys.items() if value is not None or key in self.arguments
        }
        if self.branches is not None:
            written["branches"] = self.branches.model_dump()
        return {self.kind: written} if written else self.kind


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

    shape: list[Any] | str
    dtype: Any = "float32"

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
    loss: Call | None = None
    loss_weight: Number | None = None
    metrics: list[Call] = []

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return {} if value is None else value

    @model_serializer
    def _write(self) -> Any:
        written: dict[str, Any] = {} if self.from_ is None else {"from": self.from_}
        if self.loss is not None:
            written["loss"] = self.loss.model_dump()
        if self.loss_weight is not None:
            written["loss_weight"] = self.loss_weight
        if self.metrics:
            written["metrics"] = [metric.model_dump() for metric in self.metrics]
        return written


class Block(Model):
    """A macro: steps that a call writes out in place. A parameter of null must be given."""

    params: dict[str, Any] = {}
    layers: list[Step]


def _sort_of_spec(value: object) -> str:
    return "document" if isinstance(value, Mapping | BaseModel) else "path"


class Submodel(Model):
    """A model used as a layer: another spec or a Keras file, perhaps cut, loaded, frozen."""

    spec: Annotated[
        Annotated[str | None, Tag("path")] | Annotated["Document", Tag("document")],
        Discriminator(_sort_of_spec),
    ] = None
    """The path of a spec, or the document itself."""
    keras: str | None = None
    application: Call | None = None
    preprocess: Flag | None = None
    """Whether the network of `application` gets the layers in front that scale pixels for it."""
    until: str | None = None
    weights: str | None = None
    frozen: Flag | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [key for key in ("spec", "keras", "application") if getattr(self, key) is not None]
        if len(given) != 1:
            said = f", not {' and '.join(repr(key) for key in given)}" if given else ""
            message = f"a submodel needs one of 'spec', 'keras' and 'application'{said}"
            raise refuse("wrong-structure", message)
        if self.preprocess is not None and self.application is None:
            message = "'preprocess' is for an 'application', of which it is known what it takes"
            raise refuse("conflicting-arguments", message)
        return self


class LastLayers(Model):
    """The last frozen layers that have weights."""

    last: Count


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

    epochs: Annotated[int | str, BeforeValidator(_needed_count)]
    optimizer: Call | None = None
    unfreeze: Annotated[list[str] | LastLayers | None, BeforeValidator(_unfrozen)] = None
    """Patterns of the layers that are trained from here on."""


Expression = Annotated[str, BeforeValidator(_expression)]
"""An expression over the columns of the data; a number is one too."""

Weight = Annotated[float | int | str, BeforeValidator(_weight)]


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

    optimizer: Call | None = None
    data: Annotated[Call | None, BeforeValidator(_source)] = None
    inputs: dict[Name, Expression] = {}
    targets: dict[Name, Expression] = {}
    validation: Annotated[
        float | int | str | dict[str, str] | None, BeforeValidator(_validation)
    ] = None
    batch_size: Count | None = None
    epochs: Count | None = None
    seed: Count | None = None
    callbacks: list[Call] = []
    class_weight: dict[Name, dict[Any, Weight]] = {}
    sample_weight: dict[Name, Expression] = {}
    phases: list[Phase] = []


MODEL_SECTIONS = {"inputs": "`inputs: {image: [28, 28, 1]}`", "layers": "a list of steps"}
"""What a model needs, and how it is written."""


def missing_section(key: str, *, there: bool) -> str:
    """Say that a model lacks a section."""
    return f"'{key}' is {'empty' if there else 'missing'}; a model needs {MODEL_SECTIONS[key]}"


class Document(Model):
    """A whole spec, or a file of blocks, submodels and defaults for others to import."""

    cnnspec: Literal[1] = 1
    name: Annotated[str | None, Field(pattern=r"^[\w][\w.\- ]*$")] = None
    weights: str | None = None
    """The file that the model's weights come from, before it is trained any further."""
    imports: list[str] = []
    ignore: list[str] = []
    """The codes of warnings that are not told."""
    params: dict[Name, Any] = {}
    defaults: dict[str, dict[str, Any]] = {}
    blocks: dict[Name, Block] = {}
    submodels: dict[Name, Submodel] = {}
    inputs: dict[Name, Input] = {}
    layers: list[Step] = []
    outputs: dict[Name, Output] = {}
    train: Train | None = None

    @property
    def is_library(self) -> bool:
        """Whether it only defines what other files import."""
        said = self.model_fields_set
        return not said & {"inputs", "layers", "outputs"} and bool(
            said & {"blocks", "submodels", "defaults", "imports"}
        )

    def missing(self) -> list[str]:
        """The sections that a model needs and this has not."""
        return [key for key in MODEL_SECTIONS if not getattr(self, key)]

    def to_data(self) -> dict[str, Any]:
        """The document as plain data, in the language's order, defaults left out."""
        return {"cnnspec": VERSION, **self.model_dump(exclude_defaults=True, by_alias=True)}
