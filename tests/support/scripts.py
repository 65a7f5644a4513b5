"""Scripts that cnnspec writes: run, and held against the model that it builds itself."""

import ast
from typing import Any

from cnnspec.backends.keras.building import build
from cnnspec.backends.python.script import script
from cnnspec.ir.checked import CheckedGraph
from tests.support.models import count_names_from_one


def built_by(text: str) -> Any:
    """The model that a script builds, as in a process of its own."""
    count_names_from_one()
    *_, function = (each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))
    names = {"__name__": "script"}
    exec(compile(text, "script", "exec"), names)
    return names[function]()


def plain(config: Any) -> Any:
    """A configuration without what Keras draws, and with axes of images counted from the end."""
    if isinstance(config, dict):
        left_out = ("seed", "build_config")
        said = {key: plain(each) for key, each in config.items() if key not in left_out}
        return said | {"axis": -1} if said.get("axis") in (3, [-1], [3]) else said
    return [plain(each) for each in config] if isinstance(config, list | tuple) else config


def described(model: Any) -> dict[str, Any]:
    """All that makes a model what it is; the names of optimizers are counted by Keras."""
    compiled = dict(model.get_compile_config() or {})
    compiled.pop("optimizer", None)
    optimizer = model.optimizer.get_config() if compiled else {}
    optimizer.pop("name", None)
    return {
        "layers": plain(model.get_config()),
        "compiled": plain(compiled),
        "optimizer": plain(optimizer),
        "trained": [each.path for each in model.trainable_weights],
    }


def assert_same_model(checked: CheckedGraph) -> tuple[Any, Any]:
    """Build a model in both ways, and compare what comes out."""
    model = build(checked).model
    other = built_by(script(checked))
    assert described(other) == described(model)
    return model, other
