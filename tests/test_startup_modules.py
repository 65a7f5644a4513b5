"""What a cold `cnnspec validate` imports: every validation pays for all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

LISTING = """
import json, os, sys
before = {*sys.modules}
os._exit = sys.exit
sys.argv = ["cnnspec", "validate", *sys.argv[1:]]
from cnnspec.cli.main import run
try:
    run()
finally:
    print(json.dumps(sorted({*sys.modules} - before)))
"""
"""Runs a validation as the installed command does, and prints the modules that it imported."""

ALWAYS = {
    "analysis", "analysis.checks", "analysis.classes", "analysis.custom_code", "analysis.gradients", "analysis.infer", "analysis.lint", "analysis.lint.base", "analysis.lint.batches",
    "analysis.lint.heads", "analysis.lint.linting", "analysis.lint.masks", "analysis.lint.scaling", "analysis.lint.shapes",
    "analysis.lint.metrics", "analysis.lint.training", "analysis.lint.unused", "analysis.metrics", "analysis.outputs", "analysis.submodels", "analysis.weights",
    "cli", "cli.main", "cli.models",
    "cli.patterns", "cli.printing", "cli.streams", "cli.validation", "compiler", "counts", "declarations", "declarations.declaration",
    "declarations.family", "declarations.import_paths", "declarations.keras_table", "declarations.keras_versions", "declarations.of_others", "declarations.partial", "declarations.fields", "declarations.plain_types", "diagnostics", "diagnostics.budget", "diagnostics.codes",
    "diagnostics.problems", "diagnostics.report", "diagnostics.suggestions", "expand", "expand.calls",
    "expand.definitions", "expand.expansion", "expand.interface", "expand.layer_names", "expand.loading", "expand.parameters", "expand.scopes", "expand.section",
    "expand.step_keys", "expand.steps", "expand.submodels", "expand.targets", "expand.training", "expand.unread", "files", "files.reading", "ir", "ir.checked", "ir.frozen", "ir.graph", "ir.scaling", "ir.training",
    "escaping", "language", "language.calls", "language.column_expressions", "language.document", "language.evaluation", "language.expressions",
    "language.expect", "language.parse", "language.recovery", "language.train", "language.values", "layers", "layers.base",
    "layers.custom", "layers.dtype_rules", "layers.families", "layers.fields", "layers.object_rules", "layers.refusals", "naming", "objects", "objects.families", "objects.measure",
    "operations", "operations.families", "operations.steps",
    "records", "shapes", "syntax", "syntax.paths", "syntax.places", "syntax.reading", "syntax.scalars",
    "syntax.source", "syntax.yaml_problems",
}  # fmt: skip

KINDS = {
    "specs/mnist_multi_output.yaml": {
        "layers.convolution", "layers.core", "layers.cost_rules", "layers.merging", "layers.merging_rules",
        "layers.pooling", "layers.reach_rules", "layers.reshaping", "layers.reshaping_rules", "layers.shape_rules",
        "layers.weight_rules", "objects.activations", "objects.data_sources", "objects.initializers", "objects.loss", "objects.of_values",
        "objects.losses", "objects.metric", "objects.metrics", "objects.optimizers",
    },
    "specs/zoo/resnet152v2.yaml": {
        "layers.activation", "layers.convolution", "layers.core", "layers.cost_rules", "layers.merging",
        "layers.merging_rules", "layers.normalization", "layers.pooling", "layers.reach_rules", "layers.reshaping",
        "layers.reshaping_rules", "layers.shape_rules", "layers.weight_rules", "objects.activations",
        "objects.initializers", "objects.loss", "objects.of_values", "objects.losses", "objects.metric", "objects.metrics",
    },
}  # fmt: skip
"""The modules that declare what each spec names."""

LIBRARIES = {
    "annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection", "yaml",
}  # fmt: skip

COSTLY = {
    "click",
    "csv",
    "difflib",
    "email",
    "importlib.metadata",
    "json",
    "numpy",
    "string",
    "tempfile",
    "zipfile",
}
"""Modules that cost time, and that something on the way has imported before."""


def imported(*arguments: str) -> tuple[list[str], set[str]]:
    """The lines that a validation prints, and the modules that it imports."""
    command = [sys.executable, "-c", LISTING, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    *lines, modules = done.stdout.splitlines()
    return lines, set(json.loads(modules))


@pytest.mark.parametrize("spec", KINDS)
def test_a_validation_imports_what_it_needs(spec: str) -> None:
    _, modules = imported(spec)
    own = {name.removeprefix("cnnspec.") for name in modules if name.startswith("cnnspec.")}
    assert own == ALWAYS | KINDS[spec]
    outer = {name.partition(".")[0] for name in modules}
    others = outer - {*sys.stdlib_module_names, "cnnspec"}
    assert {
        name for name in others if not name.startswith("_") and "cython" not in name
    } == LIBRARIES
    assert modules & COSTLY == set()


def run(*arguments: str, folder: Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "cnnspec", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


SPEC = "cnnspec: 1\nname: net\ninputs: {image: [8]}\nlayers: [Dense: {units: 2}]\noutputs: {label: {from: dense_1}}\n"
FILES = {
    "fine.yaml": SPEC,
    "größe.yaml": SPEC,
    "wrong.yaml": SPEC.replace("units", "unit"),
    "warned.yaml": SPEC + "params: {unused: 1}\n",
    "blocks.yaml": "cnnspec: 1\nblocks: {twice: {layers: [Dense: {units: 2}]}}\n",
    "text.yaml": "a: [",
    "model.json": "{}",
}
CALLS: list[Any] = [
    *([name] for name in FILES),
    [*FILES],
    ["*.yaml"],
    ["fine.yaml", "fine.yaml"],
    ["none.yaml"],
    ["."],
    ["no*.yaml"],
    ["fine.yaml", "none.yaml", "wrong.yaml"],
]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_call_without_options_is_one_with_defaults(arguments: list[str], tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    plain = run("validate", *arguments, folder=tmp_path)
    assert plain == run("validate", "--format", "text", *arguments, folder=tmp_path)
    assert "Traceback" not in plain[2]


@pytest.mark.parametrize("arguments", [["fine.yaml"], ["--format", "text", "fine.yaml"]], ids=str)
def test_output_that_nobody_reads_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "fine.yaml").write_text(SPEC, "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cnnspec", "validate", *arguments]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
