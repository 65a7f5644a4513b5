"""Says in words what a key of the language takes, read from its type in the Document."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from cnnspec.declarations.family import Family
from cnnspec.language.calls import Model
from cnnspec.language.document import Branches, Document, Step
from cnnspec.language.values import Form
from cnnspec.naming import snake_case
from cnnspec.objects.families import APPLICATIONS, CALLBACKS, DATA, LOSSES, METRICS, OPTIMIZERS
from cnnspec.vocabulary.entries import listed, plural_of, with_a

FORMS = {
    "name": ("a name", "names"),
    "kind_name": ("a name", "names"),
    "parameter_name": ("a name", "names"),
    "step_name": ("a name, which may contain expressions: `block$(index + 1)`", "names"),
    "names": ("a name or a list of names", "names"),
    "references": ("a name or a list of names", "names"),
    "flag": ("true or false", "true or false"),
    "number": ("a number", "numbers"),
    "weight": ("a number of at least 0", "numbers of at least 0"),
    "count": ("a whole number", "whole numbers"),
    "Amount": ("a whole number, or its bounds `{min: 1, max: 3}`", "whole numbers or their bounds"),
    "shape": ("a list of sizes, null for an unknown one", "shapes"),
    "input_dtype": ("a data type such as 'float32' or 'uint8'", "data types"),
    "unnamed": ("the word `keras`", "the word `keras`"),
    "warning": ("the code of a warning", "codes of warnings"),
    "column_expression": (
        "an expression over the columns of the data, or a list of them",
        "expressions over the columns of the data",
    ),
    "classes": ("a list of at least two names", "lists of names"),
    "class": ("the number or name of a class", "numbers or names of classes"),
    "pattern": ("a pattern of layer names, a list of them, or `{last: 3}`", "patterns"),
    "other_rows": ("a fraction, a path, or a mapping of columns", "fractions or paths"),
    "short_source": ("a data source", "data sources"),
    "defaults": ("a mapping of kinds of layers to arguments", "mappings"),
}
"""What the forms of values are called: one, and several."""

_PLAIN: dict[Any, tuple[str, str]] = {
    str: ("text", "texts"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "true or false"),
    Any: ("any value", "values"),
    Branches: ("a list of branches, or a mapping with their names", "branches"),
    Document: ("a spec", "specs"),
}

CALLS: dict[str, Family[Any]] = {
    family.namespace: family
    for family in (APPLICATIONS, CALLBACKS, DATA, LOSSES, METRICS, OPTIMIZERS)
}
"""The families of the calls that stand in a document, by the names of their forms."""


def noun_of(model: type[Model]) -> str:
    """Return what a part of a document is called."""
    named = {
        "Amount": "expected number",
        "Document": "spec",
        "Expect": "expect section",
        "LastLayers": "mapping `unfreeze`",
        "Train": "train section",
    }
    return named.get(model.__name__, snake_case(model.__name__).replace("_", " "))


def in_words(hint: Any, *, several: bool = False) -> str:
    """Describe the values of a type, or several of them."""
    form = form_of(hint)
    if form is not None and form.name in CALLS:
        noun = CALLS[form.name].noun
        return plural_of(noun) if several else with_a(noun)
    if form is not None and form.name:
        return FORMS[form.name][several]
    if get_origin(hint) is Annotated:
        return in_words(get_args(hint)[0], several=several)
    if get_origin(hint) in (Union, UnionType):
        choices = [in_words(each, several=several) for each in _choices(hint)]
        return listed(dict.fromkeys(choices), "or")
    if get_origin(hint) is Literal:
        return listed(map(str, get_args(hint)), "or")
    if get_origin(hint) is list:
        return f"{'lists' if several else 'a list'} of {in_words(get_args(hint)[0], several=True)}"
    if get_origin(hint) is dict:
        key, value = get_args(hint)
        keys = "names" if key is str else in_words(key, several=True)
        values = in_words(value, several=True)
        return f"{'mappings' if several else 'a mapping'} of {keys} to {values}"
    if hint in _PLAIN:
        return _PLAIN[hint][several]
    noun = noun_of(hint)
    return plural_of(noun) if several else with_a(noun)


def form_of(hint: Any) -> Form | None:
    """Return the form of a type, or of what it may be besides null; None if it has none."""
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(note, Form):
            return note
    if get_origin(hint) in (Union, UnionType):
        choices = [*_choices(hint)]
        return form_of(choices[0]) if len(choices) == 1 else None
    return None


def families_in(hint: Any) -> list[Family[Any]]:
    """List the families whose calls a type contains."""
    found = [
        CALLS[note.name]
        for note in getattr(hint, "__metadata__", ())
        if isinstance(note, Form) and note.name in CALLS
    ]
    inner = [family for part in _parts(hint) for family in families_in(part)]
    return list({family.namespace: family for family in (*found, *inner)}.values())


def models_in(hint: Any, path: str = "") -> list[tuple[type[Model], str]]:
    """List the parts of a document in a type, each with where its keys stand in a value of it."""
    if get_origin(hint) is list:
        return [(model, f"[{at}]") for model, at in models_in(get_args(hint)[0], path)]
    if get_origin(hint) is dict:
        return [(model, f"{{NAME: {at}}}") for model, at in models_in(get_args(hint)[1], path)]
    if hint is Step:
        return [(Step, "KIND: {%s}")]
    if isinstance(hint, type) and issubclass(hint, Model):
        return (
            [] if hint in (Document, Branches) or "kind" in hint.model_fields else [(hint, "{%s}")]
        )
    return [found for part in _parts(hint) for found in models_in(part, path)]


def _choices(hint: Any) -> list[Any]:
    return [each for each in get_args(hint) if each is not NoneType]


def _parts(hint: Any) -> list[Any]:
    """The types that a type is made of."""
    arguments = get_args(hint) if get_origin(hint) is not Literal else ()
    if get_origin(hint) is Annotated:
        arguments = arguments[:1]
    return [each for each in arguments if each is not NoneType]
