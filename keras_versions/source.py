"""The source of one version of Keras, read from its wheel without importing it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

FOLDERS = (
    "activations", "applications", "callbacks", "constraints", "initializers", "layers", "losses", "metrics",
    "ops", "optimizers", "regularizers",
)  # fmt: skip
"""The folders of `keras/src` with what a spec can name."""
REQUIRED = "required"
"""Stands for the default of an argument without one."""

Definition = ast.ClassDef | ast.FunctionDef
Signature = dict[str, str]
"""The arguments of a call, each with the source of its default."""


@dataclass(frozen=True, slots=True)
class Found:
    """A class or function of Keras, and its module."""

    module: str
    node: Definition


@dataclass(slots=True)
class Module:
    """A module: the classes and functions in it, and where its imported names come from."""

    name: str
    tree: ast.Module
    defined: dict[str, Definition] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in self.tree.body:
            if isinstance(statement, Definition):
                self.defined[statement.name] = statement
            elif isinstance(statement, ast.ImportFrom) and statement.module:
                for each in statement.names:
                    self.imported[each.asname or each.name] = (statement.module, each.name)


class KerasSource:
    """The classes and functions of a Keras wheel, by their public names."""

    def __init__(self, wheel: Path) -> None:
        self.modules: dict[str, Module] = {}
        with ZipFile(wheel) as archive:
            for name in archive.namelist():
                path = PurePosixPath(name)
                is_source = path.suffix == ".py" and not path.stem.endswith("_test")
                if is_source and path.parts[:2] == ("keras", "src") and path.parts[2] in FOLDERS:
                    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                    self.modules[module] = Module(module, ast.parse(archive.read(name)))

    @cached_property
    def exported(self) -> dict[str, Found]:
        """Every class and function by each of its public names, such as `keras.layers.Conv2D`."""
        return {
            name: Found(module.name, node)
            for module in self.modules.values()
            for node in module.defined.values()
            for name in _exports(node)
        }

    def find(self, name: str) -> Found | None:
        """Return the class or function with a public name, or with the path of its module."""
        if name in self.exported:
            return self.exported[name]
        module, _, own = name.rpartition(".")
        return self._defined(module, own)

    def public_names(self, found: Found) -> tuple[str, ...]:
        """Return all public names of a class or function."""
        return tuple(_exports(found.node))

    def signature(self, found: Found) -> Signature:
        """Return the arguments of a class or function, with those it passes on to its parents."""
        if isinstance(found.node, ast.FunctionDef):
            return _arguments(found.node)
        holder, init = self._initializer(found)
        if init is None:
            return {}
        own = _arguments(init)
        if init.args.kwarg is None:
            return own
        passed = _passed_to_parent(init)
        for parent in self._parents(holder):
            above = {
                name: value for name, value in self.signature(parent).items() if name not in passed
            }
            return {**above, **own}
        return own

    def words(self, namespace: str) -> dict[str, str]:
        """Return the words by which `keras.NAMESPACE.get` finds classes and functions."""
        module = self.modules.get(f"keras.src.{namespace}")
        return _words(module) if module else {}

    def _initializer(self, found: Found) -> tuple[Found, ast.FunctionDef | None]:
        """Return the `__init__` of a class and the class that defines it."""
        assert isinstance(found.node, ast.ClassDef)
        for statement in found.node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                return found, statement
        for parent in self._parents(found):
            holder, init = self._initializer(parent)
            if init is not None:
                return holder, init
        return found, None

    def _parents(self, found: Found) -> Iterator[Found]:
        assert isinstance(found.node, ast.ClassDef)
        for base in found.node.bases:
            parent = self._defined(found.module, ast.unparse(base))
            if parent is not None and isinstance(parent.node, ast.ClassDef):
                yield parent

    def _defined(self, module: str, name: str) -> Found | None:
        """Follow a name through imports to its definition."""
        holder = self.modules.get(module)
        if holder is None:
            return None
        if name in holder.defined:
            return Found(module, holder.defined[name])
        first, dot, rest = name.partition(".")
        if first not in holder.imported:
            return None
        origin, own = holder.imported[first]
        return self._defined(f"{origin}.{own}", rest) if dot else self._defined(origin, own)


def _exports(node: Definition) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "keras_export":
            names = ast.literal_eval(decorator.args[0])
            yield from [names] if isinstance(names, str) else names


def _arguments(function: ast.FunctionDef) -> Signature:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = list(zip(positional, [*missing, *arguments.defaults], strict=True))
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return {
        argument.arg: REQUIRED if default is None else ast.unparse(default)
        for argument, default in pairs
        if argument.arg != "self"
    }


def _passed_to_parent(init: ast.FunctionDef) -> set[str]:
    """Return the keywords that a constructor itself passes to that of its parent."""
    calls = (node for node in ast.walk(init) if isinstance(node, ast.Call))
    return {
        keyword.arg
        for call in calls
        if ast.unparse(call.func) == "super().__init__"
        for keyword in call.keywords
        if keyword.arg is not None
    }


def _words(module: Module) -> dict[str, str]:
    """Follow the few statements with which Keras fills `ALL_OBJECTS_DICT`."""
    objects: list[str] = []
    words: dict[str, str] = {}
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name("ALL_OBJECTS")], value=ast.Set(elements)):
                objects = [ast.unparse(each) for each in elements]
            case ast.Assign(targets=[ast.Name("ALL_OBJECTS_DICT")], value=value):
                words |= _pairs(value, objects)
            case ast.Assign(
                targets=[ast.Subscript(ast.Name("ALL_OBJECTS_DICT"), key)], value=value
            ):
                words[ast.literal_eval(key)] = ast.unparse(value)
            case ast.Expr(ast.Call(ast.Attribute(ast.Name("ALL_OBJECTS_DICT"), "update"), [value])):
                words |= _pairs(value, objects)
    return words


def _pairs(value: ast.expr, objects: list[str]) -> dict[str, str]:
    if isinstance(value, ast.Dict):
        return {
            ast.literal_eval(key): ast.unparse(item)
            for key, item in zip(value.keys, value.values, strict=True)
            if key is not None
        }
    from cnnspec.naming import snake_case

    assert isinstance(value, ast.DictComp)
    rules = {
        "cls.__name__": str,
        "fn.__name__": str,
        "cls.__name__.lower()": str.lower,
        "to_snake_case(cls.__name__)": snake_case,
    }
    rule = rules[ast.unparse(value.key)]
    return {rule(name): name for name in objects}
