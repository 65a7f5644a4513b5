"""The page of the Python API, whose descriptions autodoc reads from the code."""

import inspect

import cnnspec
from docs.generate.markdown import block, heading, page

PACKAGE = "cnnspec"
CLASSES = ("Spec", "Report", "Diagnostic", "Note", "Span", "CheckedGraph")
RESULTS = (
    "cnnspec.backends.diagram.drawing.Drawing",
    "cnnspec.training.run.Run",
)
"""What methods return."""
EXCEPTIONS = (
    "cnnspec.SpecError",
    "cnnspec.backends.keras.errors.BuildFailed",
    "cnnspec.backends.keras.errors.CodeError",
    "cnnspec.backends.keras.errors.WeightsDoNotFit",
    "cnnspec.backends.keras.errors.BackendMismatch",
    "cnnspec.data.problems.RunProblem",
    "cnnspec.diagnostics.problems.Problem",
    "cnnspec.backends.diagram.render.NoRenderer",
    "cnnspec.backends.diagram.render.TooLarge",
    "cnnspec.extras.MissingExtra",
)


def pages() -> dict[str, str]:
    """Make the page, by path."""
    names = [name for name in cnnspec.__all__ if name.isidentifier() and not name.startswith("_")]
    functions = [name for name in names if inspect.isfunction(getattr(cnnspec, name))]
    others = [name for name in names if name not in (*functions, *CLASSES, "SpecError", "Document")]
    return {
        "python": page(
            heading(1, "Python API", "python-api"),
            "Everything that is public can be imported from `cnnspec`. It has types, and follows semantic versioning. "
            "Keras is imported only by `Spec.build`, `Spec.train` and `from_keras`.",
            heading(2, "Functions"),
            *(_auto("function", f"{PACKAGE}.{name}") for name in functions),
            heading(2, "Classes"),
            *(_auto("class", f"{PACKAGE}.{name}", "members") for name in (*CLASSES, *others)),
            "`cnnspec.Document` is the pydantic model of a spec. Its fields are [the keys of a spec](#keys-spec).",
            heading(2, "Results"),
            *(_auto("class", path, "members") for path in RESULTS),
            heading(2, "Exceptions"),
            *(_auto("exception", path) for path in EXCEPTIONS),
        )
    }


def _auto(kind: str, path: str, *options: str) -> str:
    lines = [f".. auto{kind}:: {path}", *(f"   :{option}:" for option in options)]
    return block("{eval-rst}", "\n".join(lines))
