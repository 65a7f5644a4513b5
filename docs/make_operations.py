"""Writes docs/reference/operations.md, which lists every function of keras.ops (`make operations`)."""

from pathlib import Path

from cnnspec.declarations.describe import summary_line
from cnnspec.operations.base import OPERATIONS, Operation
from cnnspec.operations.families import PREFIX
from cnnspec.operations.refusals import REFUSALS, SAID_BY_LAYERS

FILE = Path(__file__).parent / "reference/operations.md"


def page() -> str:
    """Make the list."""
    declared = [
        f"| `{kind}` | {_operands(declaration)} | {_cell(summary_line(declaration))} |"
        for kind, declaration in sorted(OPERATIONS.kinds.items())
    ]
    layers = [
        f"| `{PREFIX}{name}` | {', '.join(f'`{layer}`' for layer in found)} |"
        for name, found in sorted(SAID_BY_LAYERS.items())
    ]
    refused = [
        f"| `{PREFIX}{name}` | {_cell(reason)} |" for name, reason in sorted(REFUSALS.items())
    ]
    lines = [
        "# Operations",
        "",
        "A step of a spec may be a function of `keras.ops`. `make operations` lists all of them here.",
        "`cnnspec layers ops.mean` describes the arguments of one, with examples.",
        "",
        f"## Steps: {len(declared)}",
        "",
        "| step | tensors | what it computes |",
        "|---|---|---|",
        *declared,
        "",
        f"## Said by layers: {len(layers)}",
        "",
        "Keras cannot load a model that has one of these functions. Layers compute the same.",
        "",
        "| function | layers |",
        "|---|---|",
        *layers,
        "",
        f"## Refused: {len(refused)}",
        "",
        "| function | reason |",
        "|---|---|",
        *refused,
    ]
    return "\n".join(lines) + "\n"


def _operands(declaration: type[Operation]) -> str:
    names = [f"`{name}`" for name in declaration.tensors]
    return f"a list {names[0]}" if declaration.merges else ", ".join(names)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def main() -> None:
    """Write the list."""
    FILE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
