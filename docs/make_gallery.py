"""Draws the pictures in docs/gallery/ from specs/ (`make gallery`)."""

from pathlib import Path

import cnnspec
from cnnspec.backends.diagram.drawing import Drawing

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs/gallery"
CHAPTER = {
    "mnist_simple": "A convolution, a pooling layer and a classifier",
    "mnist_branches": "Two concatenated branches",
    "mnist_multi_output": "Two outputs, each with its own loss and loss weight",
    "mnist_base": "The part of the network that other specs reuse",
    "mnist_transfer": "The trained part, frozen, with a new head",
}
"""The models of the textbook chapter, with their captions."""


def zoo() -> list[str]:
    """List the names of the networks in the zoo."""
    return sorted(spec.stem for spec in (ROOT / "specs/zoo").glob("*.yaml"))


def pictures() -> dict[str, Drawing]:
    """Draw every picture of the gallery, by file name."""
    drawn = {}
    for name in CHAPTER:
        spec = cnnspec.load(ROOT / f"specs/{name}.yaml")
        drawn[f"{name}.svg"] = spec.draw()
        drawn[f"{name}.keras.svg"] = spec.draw(style="keras")
    for name in zoo():
        drawn[f"{name}.svg"] = cnnspec.load(ROOT / f"specs/zoo/{name}.yaml").draw()
    return drawn


def about(name: str) -> str:
    """Read the first paragraph of the comment at the top of a spec in the zoo."""
    lines = (ROOT / f"specs/zoo/{name}.yaml").read_text(encoding="utf-8").splitlines()
    comment: list[str] = []
    for line in lines:
        text = line.removeprefix("#").strip()
        if not line.startswith("#") or not text:
            break
        comment.append(text)
    return " ".join(comment)


def page() -> str:
    """Make the page of the gallery."""
    lines = [
        "# Gallery",
        "",
        "`make gallery` draws these pictures from the specs in this repository.",
        "",
        "## The MNIST models, in both styles",
        "",
        "| `--style rich` | `--style keras` |",
        "|---|---|",
    ]
    for name, caption in CHAPTER.items():
        rich, keras = (f"![{caption}]({name}{style}.svg)" for style in ("", ".keras"))
        lines.append(f"| {rich} | {keras} |")
        lines.append(f"| {caption}: [{name}.yaml](../../specs/{name}.yaml) | |")
    lines += ["", "## The zoo", ""]
    lines.append("Large networks are folded to a readable size; `--depth` unfolds them.")
    for name in zoo():
        lines += ["", f"### {name}", "", about(name), ""]
        lines += [f"[{name}.yaml](../../specs/zoo/{name}.yaml)", ""]
        lines.append(f"![The layers of {name}]({name}.svg)")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the gallery."""
    GALLERY.mkdir(exist_ok=True)
    for name, drawing in pictures().items():
        (GALLERY / name).write_text(drawing.svg(), encoding="utf-8")
    (GALLERY / "README.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
