"""The page of the gallery: every spec of this repository, drawn."""

from docs.generate.markdown import block, code, heading, link, page
from docs.make_gallery import CHAPTER, about, zoo


def text() -> str:
    """Make the page."""
    sections = []
    for name, caption in CHAPTER.items():
        file = f"specs/{name}.yaml"
        sections += [heading(3, name), f"{caption}: [{file}](../{file})."]
        sections += [block("{figure-of}", file).replace("\n", " ", 1)]
        sections += [block("{figure-of}", f"{file}\n:style: keras").replace("\n", " ", 1)]
    networks = []
    for name in zoo():
        file = f"specs/zoo/{name}.yaml"
        networks += [heading(3, name), about(name), f"[{file}](../{file})"]
        networks += [block("{figure-of}", file).replace("\n", " ", 1)]
    return page(
        heading(1, "Gallery", "gallery"),
        f"The build of this page draws these pictures; {link(code('cnnspec diagram'), 'command-diagram')} draws yours.",
        heading(2, "The MNIST models, in both styles"),
        *sections,
        heading(2, "The zoo"),
        "Large networks are folded to a readable size; `--depth` unfolds them.",
        *networks,
    )
