"""Changes of a call in its text: the data change as wanted, and all else stays as it is written."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.diagnostics.edits import Change
from cnnspec.diagnostics.report import Fix, Report
from cnnspec.diagnostics.rewrites import KEPT, Rewrite, call_text, flow_text
from cnnspec.syntax.places import Place
from cnnspec.syntax.reading import parse_bytes

NAMES = [f"a{number}" for number in range(6)]
VALUES = st.sampled_from(
    [
        1,
        0.5,
        1e-05,
        True,
        None,
        "same",
        "no: yes",
        "1e3",
        "$x",
        "",
        "größe",
        [1, 2],
        {"l2": {"l2": 0.1}},
    ]
)
WRITTEN = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)
CHANGES = st.dictionaries(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.booleans(), VALUES), max_size=2),
    max_size=4,
)


def in_braces(arguments: dict[str, Any], gap: str) -> str:
    inner = f",{gap}".join(f"{name}: {flow_text(value)}" for name, value in arguments.items())
    return f"  - Old: {{{inner}}}  # about it\n"


def on_lines(arguments: dict[str, Any]) -> str:
    lines = (f"      {name}: {flow_text(value)}  # {name}\n" for name, value in arguments.items())
    return "  - Old:\n" + "".join(lines)


def edited(text: str, fix: Fix) -> str:
    """The text with the edits of a fix, which must not overlap."""
    change = Change(text, fix.edits)
    assert not change.overlaps()
    return change.applied()


def tree(text: str) -> Any:
    report = Report()
    source = parse_bytes(text.encode(), "spec", None, report)  # type: ignore[arg-type]
    assert list(report) == []
    assert source is not None
    return source


@settings(max_examples=400)
@given(WRITTEN, CHANGES, st.dictionaries(st.sampled_from(["b0", "b1"]), VALUES), st.data())
def test_the_data_change_as_wanted(
    arguments: dict[str, Any],
    changes: dict[str, list[tuple[bool, Any]]],
    added: dict[str, Any],
    data: st.DataObject,
) -> None:
    call = data.draw(
        st.sampled_from(
            [in_braces(arguments, " "), in_braces(arguments, "\n      "), on_lines(arguments)]
        )
    )
    if not arguments:
        call = data.draw(st.sampled_from(["  - Old\n", "  - Old:\n", "  - Old: {}\n"]))
    replaced = {
        name: tuple(
            (f"{name}_{at}", KEPT if is_kept else value)
            for at, (is_kept, value) in enumerate(changes[name])
        )
        for name in changes
        if name in arguments
    }
    text = f"layers:\n  - First: {{x: 1}}  # first\n{call}  # below\n  - Last\n"
    place = Place(tree(text), ("layers", 1))
    fix = place.rewritten(Rewrite("New", replaced, tuple(added.items())))
    assert fix is not None
    wanted: dict[str, Any] = {}
    for name, value in arguments.items():
        for to, new in replaced.get(name, ((name, KEPT),)):
            wanted[to] = value if new is KEPT else new
    wanted |= added
    mended = edited(text, fix)
    first, new, last = tree(mended).tree.value["layers"]
    arguments_now = {} if isinstance(new, str) else new["New"] or {}
    assert (first, last) == ({"First": {"x": 1}}, "Last")
    assert isinstance(new, dict) or new == "New"
    assert arguments_now == wanted
    assert "# first\n" in mended
    assert "\n  # below\n" in mended
    stay = [name for name in arguments if name not in replaced]
    assert [
        name for name in stay if call.count(f"# {name}\n") and f"# {name}\n" not in mended
    ] == []


def test_a_call_that_is_a_value_stays_in_braces() -> None:
    place = Place(tree("output: {loss: Old, weight: 1}\n"), ("output", "loss"))
    fix = place.rewritten(Rewrite("New", {}, (("from_logits", True),)))
    assert fix is not None
    expected = "output: {loss: {New: {from_logits: true}}, weight: 1}\n"
    assert edited("output: {loss: Old, weight: 1}\n", fix) == expected


def test_an_aliased_mapping_is_left_as_it_is() -> None:
    text = "a: &x {k: 1}\nb: {New: *x}\n"
    place = Place(tree(text), ("b",))
    fix = place.rewritten(Rewrite(None, {"k": (("l", KEPT),)}))
    assert fix is None


def test_a_list_of_lines_becomes_two_arguments() -> None:
    text = "Adam:\n  betas:  # both\n    - 0.9\n    - 0.99\n  amsgrad: true\n"
    fix = Place(tree(text), ()).rewritten(
        Rewrite(None, {"betas": (("beta_1", 0.9), ("beta_2", 0.99))})
    )
    assert fix is not None
    assert edited(text, fix) == "Adam:\n  beta_1: 0.9\n  beta_2: 0.99\n  amsgrad: true\n"


def test_a_value_of_lines_stays_under_another_name() -> None:
    text = (
        "Conv:\n  init:\n    # large\n    HeNormal:\n      seed: 1\n  gone:\n    - 1\n  last: 2\n"
    )
    rewrite = Rewrite("Conv2D", {"init": (("kernel_initializer", KEPT),), "gone": ()})
    fix = Place(tree(text), ()).rewritten(rewrite)
    assert fix is not None
    expected = (
        "Conv2D:\n  kernel_initializer:\n    # large\n    HeNormal:\n      seed: 1\n  last: 2\n"
    )
    assert edited(text, fix) == expected


def test_a_call_as_text() -> None:
    arguments = {"filters": 8, "names": ["a b", "no: x", "yes"], "rate": 1e-05, "none": None}
    assert call_text("Conv2D", arguments) == (
        'Conv2D: {filters: 8, names: [a b, "no: x", yes], rate: 1e-05, none: null}'
    )
    assert call_text("Flatten", {}) == "Flatten"
