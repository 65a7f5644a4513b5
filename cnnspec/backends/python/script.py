"""Writes a checked graph as a complete script: imports, functions, and a main block."""

import ast
import keyword
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from cnnspec.analysis.custom_code import code_of
from cnnspec.backends.python import masks
from cnnspec.backends.python.identifiers import Identifiers
from cnnspec.backends.python.layout import INDENT, WIDTH
from cnnspec.backends.python.literals import quoted
from cnnspec.backends.python.matching import INDICES
from cnnspec.backends.python.models import Models, NoScript
from cnnspec.backends.python.objects import import_path
from cnnspec.backends.python.weights import IMPORTS, NAMES
from cnnspec.ir.checked import CheckedGraph
from cnnspec.layers.base import Layer
from cnnspec.naming import model_root, spoken_name

TAKEN = ("keras", "layers", "ops", "model", "name", *INDICES, *IMPORTS, *NAMES, *masks.NAMES)
"""Names that scripts use themselves."""


def script(checked: CheckedGraph) -> str:
    """Return a script that builds and compiles a model with only Keras.

    Paths of weights files are relative to the current folder.

    Raises:
        NoScript: a custom class cannot be imported, or weights cannot be copied.

    """
    names = Identifiers(TAKEN)
    paths = dict.fromkeys(_import_paths(checked))
    classes = {path: names.unique(path.partition(":")[2]) for path in paths}
    models = Models(names, classes)
    root = model_root(checked.name)
    function = models.write(checked, root)
    parts = ["\n".join(each) for each in models.functions]
    parts = [*models.helpers, *parts]
    parts.append(
        f'if __name__ == "__main__":\n{INDENT}model = {function}()\n{INDENT}model.summary()'
    )
    modules = [path.partition(":")[0] for path in code_of(checked) if path not in paths]
    imports = _imports("\n".join(parts), classes, modules)
    head = f'"""The model {spoken_name(root)}."""\n\n{imports}'
    if models.files:
        constants = [_constant(name, quoted(path)) for name, path in models.files.items()]
        head = "\n".join([f"{head}\n", "# Paths are relative to the current folder.", *constants])
    return "\n\n\n".join([head, *parts]) + "\n"


def _constant(name: str, text: str) -> str:
    """Return the assignment of a text to a name, with the text on its own line if needed."""
    line = f"{name} = {text}"
    if len(line) <= WIDTH or len(INDENT + text) > WIDTH:
        return line
    return f"{name} = (\n{INDENT}{text}\n)"


def _import_paths(checked: CheckedGraph) -> Iterator[str]:
    """Return the import paths of the classes that are not in `keras.layers`.

    Raises:
        NoScript: one contains a keyword of Python.

    """
    for node in checked.nodes:
        if isinstance(node.layer, Layer) and (path := import_path(node.layer)):
            if any(map(keyword.iskeyword, re.split(r"[.:]", path))):
                raise NoScript(f"'{path}' cannot be imported with an import statement")
            yield path
        if node.submodel is not None:
            yield from _import_paths(node.submodel)


def _imports(text: str, classes: Mapping[str, str], modules: Sequence[str] = ()) -> str:
    """Return the import statements of a script, sorted as linters expect.

    `modules` are imported as a whole.
    """
    used = {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}
    plain = {name: f"import {name}" for name in ("keras", *IMPORTS) if name in used}
    plain |= {module: f"import {module}" for module in modules}
    parts: list[str] = [name for name in ("layers", "ops") if name in used]
    members: dict[str, list[str]] = {"keras": parts} if parts else {}
    renamed: list[tuple[str, str]] = []
    for path, identifier in classes.items():
        module, _, name = path.partition(":")
        if identifier == name:
            members.setdefault(module, []).append(name)
        else:
            renamed.append((module, f"from {module} import {name} as {identifier}"))
    found = [(False, module, line) for module, line in plain.items()]
    found += [(True, module, line) for module, line in renamed]
    found += [(True, module, _from_import(module, names)) for module, names in members.items()]
    of_python = [each for each in found if each[1].partition(".")[0] in sys.stdlib_module_names]
    others = [each for each in found if each not in of_python]
    sections = [[line for _, _, line in sorted(each)] for each in (of_python, others) if each]
    return "\n\n".join("\n".join(each) for each in sections)


def _from_import(module: str, names: list[str]) -> str:
    """Return the import of some names: constants, then classes, then other names."""
    ordered = sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"{INDENT}{each}," for each in ordered), ")"])
