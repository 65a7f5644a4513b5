"""Python as a spec writes it: `Conv2D(32, 3)` is `Conv2D: {filters: 32, kernel_size: 3}`."""

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.foreign import of_kind
from cnnspec.declarations.foreign_table import positions_of
from cnnspec.diagnostics.problems import Problem
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.base import LAYERS
from cnnspec.mistakes.positions import positional
from cnnspec.objects import families
from cnnspec.operations.base import OPERATIONS
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.scalars import plain_scalar
from cnnspec.syntax.yaml_problems import YamlProblem

OF_WEIGHTS = (families.INITIALIZERS, families.REGULARIZERS, families.CONSTRAINTS)
"""The families of what layers apply to their weights and outputs."""
_REFERENCE = "__reference__"
"""Stands for the dollar sign of a parameter, which Python does not have."""
_PLAIN = re.compile(r"(?a)[A-Za-z_.$][\w.$+*/-]*(?: [\w.$+*/-]+)*")


def declared(word: str, path: Sequence[str | int] = ()) -> type[Declaration] | None:
    """Return the kind for a word, of the family that belongs to a place of the document."""
    for family in _families_at(path):
        if word in family:
            try:
                return family.find(word)
            except Problem:
                return None
    return None


_AT: dict[str, Family[Any]] = {
    "loss": families.LOSSES,
    "metrics": families.METRICS,
    "optimizer": families.OPTIMIZERS,
    "callbacks": families.CALLBACKS,
    "data": families.DATA,
    "application": families.APPLICATIONS,
    "learning_rate": families.SCHEDULES,
    "layers": LAYERS,
    "branches": LAYERS,
}


_LISTS: dict[Any, Family[Any]] = {key: _AT[key] for key in ("metrics", "callbacks")}
_SINGLE = {key: _AT[key] for key in ("loss", "optimizer", "data", "application", "learning_rate")}


def _families_at(path: Sequence[str | int]) -> tuple[Family[Any], ...]:
    words = [part for part in path if isinstance(part, str)]
    for word in reversed(words):
        if word in _AT:
            family = _AT[word]
            is_argument = family is LAYERS and not isinstance(path[-1], int)
            alone = (family, OPERATIONS) if family is LAYERS else (family,)
            return (family, *ALL_FAMILIES) if is_argument else alone
        if word.endswith(("_initializer", "_regularizer", "_constraint")):
            return OF_WEIGHTS
    return ALL_FAMILIES


_BY_ENDING: dict[str, Family[Any]] = {
    "_initializer": families.INITIALIZERS,
    "_regularizer": families.REGULARIZERS,
    "_constraint": families.CONSTRAINTS,
}


def family_of(path: Sequence[str | int]) -> Family[Any] | None:
    """Return the family of the call that stands at a path; None if it is not sure that one does."""
    *around, last = path or ("",)
    if isinstance(last, int):
        holder = around[-1] if around else ""
        is_branch = "branches" in around[-3:]
        return LAYERS if is_branch or holder == "layers" else _LISTS.get(holder)
    ending = next((each for each in _BY_ENDING if last.endswith(each)), None)
    return _BY_ENDING[ending] if ending else _SINGLE.get(last)


def last_word(name: str) -> str:
    """Return a class name without the module in front of it, as in `keras.layers.Dense`."""
    return name.rpartition(".")[2] if re.match(r"(tf|keras|layers|tensorflow)\.", name) else name


def call_in_yaml(
    text: str, path: Sequence[str | int], blocks: Mapping[str, Sequence[str]]
) -> str | None:
    """Return a call in Python as a spec writes it; None if it is none, or of an unknown kind.

    `blocks` has the parameters of the blocks of the spec.
    """
    tree = _parsed(text)
    return None if tree is None else _call(tree, path, blocks)


def arguments_in_yaml(text: str, declaration: type[Declaration]) -> str | None:
    """Return the arguments of a call in Python, `32, activation="relu"`, as a mapping in YAML."""
    tree = _parsed(f"f({text})")
    return _arguments(tree, positional(declaration)) if isinstance(tree, ast.Call) else None


def value_in_yaml(text: str) -> str | None:
    """Return a value in Python, such as a tuple, as YAML; None if it is none."""
    tree = _parsed(text)
    return None if tree is None else _value(tree)


def _parsed(text: str) -> ast.expr | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            named = re.sub(r"\$(?=[A-Za-z_])", _REFERENCE, text.strip())
            return ast.parse(named, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _name(tree: ast.expr) -> str | None:
    if isinstance(tree, ast.Name):
        return tree.id.replace(_REFERENCE, "$")
    inner = _name(tree.value) if isinstance(tree, ast.Attribute) else None
    return f"{inner}.{tree.attr}" if inner and isinstance(tree, ast.Attribute) else None


def _call(
    tree: ast.expr,
    path: Sequence[str | int],
    blocks: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str | None:
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Call):
        tree = tree.func  # a layer that is called at once
    if not isinstance(tree, ast.Call) or (name := _name(tree.func)) is None:
        return None
    if name.endswith(".add") and len(tree.args) == 1 and isinstance(tree.args[0], ast.Call):
        return _call(tree.args[0], path, blocks)
    word = last_word(name)
    declaration = declared(word, path)
    if word not in blocks and declaration is None:
        return _foreign_call(tree, name, path)
    names = blocks[word] if declaration is None else positional(declaration)
    arguments = _arguments(tree, names)
    return word if arguments == "{}" else arguments and f"{word}: {arguments}"


def foreign_call(word: str, value: str, path: Sequence[str | int]) -> str | None:
    """Return the call that a word of another framework with a value is.

    It is the first argument that Keras does not leave out. None if that is not clear.
    """
    family = family_of(path)
    if family is None:
        return None
    known = [*family.kinds, *family.aliases]
    names = positions_of(family.namespace, word, known)
    plain = of_kind(family.namespace, word, {}, family.declared, known)
    if not names and plain is not None and plain.kind is not None:
        names = positional(family.find(plain.kind))
    calls = (_meant(family, word, f"{{{name}: {value}}}") for name in names)
    return next((call for call in calls if call is not None and "..." not in call), None)


def _foreign_call(tree: ast.Call, word: str, path: Sequence[str | int]) -> str | None:
    """Return a call of a word of another framework as a call of the kind that it is here."""
    family = family_of(path)
    if family is None:
        return None
    names = positions_of(family.namespace, word, [*family.kinds, *family.aliases])
    arguments = _arguments(tree, names)
    return None if arguments is None else _meant(family, word, arguments)


def _meant(family: Family[Any], word: str, arguments: str) -> str | None:
    """Return the call that a word of another framework with arguments in YAML is, if it is clear."""
    try:
        given = parse_text(arguments).value
    except YamlProblem:
        return None
    known = [*family.kinds, *family.aliases]
    meaning = of_kind(family.namespace, word, given, family.declared, known)
    return meaning.call if meaning is not None else None


def _arguments(tree: ast.Call, names: Sequence[str]) -> str | None:
    if len(tree.args) > len(names) or any(each.arg is None for each in tree.keywords):
        return None
    pairs = [
        *zip(names, tree.args, strict=False),
        *((each.arg or "", each.value) for each in tree.keywords),
    ]
    if len({name for name, _ in pairs}) < len(pairs):
        return None
    written = [(name, _value(value)) for name, value in pairs]
    if any(value is None for _, value in written):
        return None
    return "{" + ", ".join(f"{name}: {value}" for name, value in written) + "}"


def _value(tree: ast.expr) -> str | None:
    """Return a value as YAML inside brackets."""
    if isinstance(tree, ast.Tuple | ast.List):
        parts = [_value(each) for each in tree.elts]
        return None if None in parts else f"[{', '.join(map(str, parts))}]"
    if isinstance(tree, ast.Dict):
        keys = [_value(key) if key else None for key in tree.keys]
        values = [_value(value) for value in tree.values]
        if None in keys or None in values:
            return None
        return "{" + ", ".join(f"{k}: {v}" for k, v in zip(keys, values, strict=True)) + "}"
    if isinstance(tree, ast.Constant):
        return _constant(tree.value)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = _value(tree.operand)
        return f"-{inner}" if inner and inner[0].isdigit() else None
    if isinstance(tree, ast.Call):
        called = _call(tree, ())
        return called if called is None or ":" not in called else "{" + called + "}"
    return _name(tree)


def _constant(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    return text_in_yaml(value) if isinstance(value, str) else None


def text_in_yaml(text: str) -> str:
    """Return text as a scalar in YAML, with quotes if it needs them."""
    if _PLAIN.fullmatch(text) and isinstance(plain_scalar(text), str):
        return text
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{escaped}"'
