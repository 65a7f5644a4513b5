"""The canonical layout of specs: the same meaning, every comment, and nothing left to change."""

import itertools
import re
import stat
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.diagnostics.report import Report
from cnnspec.language.document import Document
from cnnspec.language.dump import value_text
from cnnspec.language.formatting.formatter import ChangedMeaning, formatted
from cnnspec.language.parse import parse
from cnnspec.syntax.reading import parse_bytes, parse_text
from cnnspec.syntax.yaml_problems import YamlProblem
from tests.support.commands import run_command
from tests.support.paths import BAD_FILES, SPEC_FILES, SPECS

format_command = partial(run_command, "format")

UGLY = """\
# A network.

cnnspec: 1   # the version
outputs:
    digit:
        loss: "sparse_categorical_crossentropy"
        metrics: ['accuracy',
            # how sure it is
            AUC]
layers:
- Conv2D: {filters: 32,          # as many as there are
           "kernel_size": [3,3],
           padding: 'same', name: conv}
- BatchNormalization: {epsilon: 1e-3}   # spelled as it was


- ReLU                                  # lined up
                                        # and going on
# the head
- Add:
   branches: {main: [Flatten: {}], shortcut: []}
   from:   [conv,
     previous]
   # - Dense
- Dense: {kernel_initializer: {VarianceScaling: {scale: 2.0, mode: fan_out, distribution: uniform}}, units: 10}
name: "yes"
inputs:
  image: [ 28, 28,
     1 ]
"""
LAID_OUT = """\
# A network.

cnnspec: 1   # the version
name: yes

inputs:
  image: [28, 28, 1]

layers:
  - Conv2D:
      name: conv
      filters: 32                # as many as there are
      kernel_size: [3, 3]
      padding: same
  - BatchNormalization: {epsilon: 1e-3}  # spelled as it was

  - ReLU                                # lined up
                                        # and going on
  # the head
  - Add:
      from: [conv, previous]
      branches:
        main:
          - Flatten: {}
        shortcut: []
      # - Dense
  - Dense:
      kernel_initializer: {VarianceScaling: {scale: 2.0, mode: fan_out, distribution: uniform}}
      units: 10

outputs:
  digit:
    loss: sparse_categorical_crossentropy
    metrics:
      - accuracy
      # how sure it is
      - AUC
"""


def test_the_layout() -> None:
    assert formatted(UGLY) == LAID_OUT
    assert formatted(LAID_OUT) == LAID_OUT


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ("a: 'no'", "a: no"),
        ("a: '1'", "a: '1'"),
        ('a: "x: y"', "a: 'x: y'"),
        ("a: [x, 'p, q', $(max(1)), '$(max(1, 2))']", "a: [x, 'p, q', $(max(1)), '$(max(1, 2))']"),
        ("a: $(max(1, 2))", "a: $(max(1, 2))"),
        ("a: [0x1F, 010, +.5, 1E3, ~, True]", "a: [0x1F, 010, +.5, 1E3, ~, True]"),
        ("a:\nb: [ , ]\n", None),
        ("a:\nb: {c: , d}\n", "a: null\nb: {c: null, d: null}"),
        ("a: |  # why\n  x\n  y\n", 'a: "x\\ny\\n"  # why'),
        ("a: one\n  two", "a: one two"),
        ("? a\n: 1", "a: 1"),
        ("%YAML 1.2  # which\n---  # here\na: 1\n...\n# end", "# which\n# here\na: 1\n# end"),
        ("a: &x  # one\n  1\nb: *x", "a: &x 1  # one\nb: *x"),
        ("layers: &x\n- a\ninputs: *x", "layers: &x\n  - a\n\ninputs: *x"),
        ("a: {  # one\n}  # two", "a: {}  # one\n       # two"),
        ("a:\n  # lonely\n  1", "# lonely\na: 1"),
        ("a:\n  b: 1\n  # of b\n# of c\nc: 1", "a:\n  b: 1\n  # of b\n# of c\nc: 1"),
        ("a:\n- b\n# of c\nc: 1", "a: [b]\n# of c\nc: 1"),
        ("a:\r\n  - b\r\n", "a: [b]\r"),
        ("", None),
        ("- 'a'", "- a"),
    ],
)  # fmt: skip
def test_parts(text: str, laid_out: str | None) -> None:
    if laid_out is None:
        with pytest.raises((YamlProblem, ChangedMeaning)):
            formatted(text)
    else:
        assert formatted(text) == f"{laid_out}\n"


def document(text: str) -> Document | None:
    report = Report()
    source = parse_bytes(text.encode(), "spec", Path(), report)
    return parse(source, report) if source else None


@pytest.mark.parametrize("spec", SPEC_FILES, ids=lambda spec: spec.stem)
def test_specs_are_laid_out(spec: Path) -> None:
    text = spec.read_text("utf-8")
    assert formatted(text) == text


@pytest.mark.parametrize("spec", BAD_FILES, ids=lambda spec: spec.stem)
def test_other_documents_keep_their_meaning(spec: Path) -> None:
    text = spec.read_bytes().decode("utf-8", "replace")
    try:
        is_document = isinstance(parse_text(text).value, dict)
    except YamlProblem:
        return
    if not is_document:
        return
    laid_out = formatted(text)
    assert formatted(laid_out) == laid_out
    assert document(laid_out) == document(text)
    assert laid_out.count("#") == text.count("#")


KEYS = st.sampled_from(
    ("cnnspec", "name", "params", "layers", "inputs", "outputs", "blocks", "spec", "Conv2D", "Add",
     "from", "repeat", "branches", "kernel size", "a, b", "no", "17", "~", "", "#", "'", "größe")
)  # fmt: skip
SCALARS = (
    st.sampled_from(("0x1F", "1e-3", "-.5", "null", "TRUE", "$width", "$(max(1, 2))", "'1'", '"\\n"'))
    | st.text("ab:#,[]{}'\"\\ -?!&*|>%@`\n\u2028é🦊0.", max_size=12).map(value_text)
    | st.text("ab:#, \n", max_size=12).map(lambda text: f'"{text}"'.replace("\n", "\\n"))
)  # fmt: skip
"""Scalars as they are written after a key."""

VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


class Writer:
    """Writes a value as somebody might: in any style, with comments anywhere."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.numbers = count()
        self.comments: list[str] = []

    def choose(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def comment(self) -> str:
        self.comments.append(f"# {next(self.numbers)}!")
        return self.comments[-1]

    def above(self, indent: int) -> str:
        """Blank lines and comments above something."""
        lines = self.choose((), (), (), ("",), ("#",), ("", "#"), ("#", ""), ("#", "#"), ("", ""))
        where = " " * self.choose(indent, indent, 0, indent + 1)
        return "".join(f"{where}{self.comment()}\n" if line else "\n" for line in lines)

    def beside(self) -> str:
        distance = self.choose("", "", " ", " " * 9)
        return distance and f"{distance}{self.comment()}"

    def flow(self, value: Any, indent: int) -> str:
        if isinstance(value, str):
            return value_text([parse_text(value).value])[1:-1]
        is_mapping = isinstance(value, dict)
        found = "{" if is_mapping else "["
        for at, (key, item) in enumerate(value.items() if is_mapping else enumerate(value)):
            found += "," if at else ""
            if self.choose(False, False, True):
                found += f"{self.beside()}\n{self.above(indent)}{' ' * indent}"
            found += f" {value_text([key])[1:-1]}: " if is_mapping else " "
            found += self.flow(item, indent)
        return found + ("}" if is_mapping else "]")

    def block(self, value: Any, indent: int) -> str:
        """The lines of a value that is not empty."""
        deeper = indent + self.choose(1, 2, 4)
        found = ""
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            head = f"{value_text(key)}:" if isinstance(value, dict) else "-"
            found += f"{self.above(indent)}{' ' * indent}{head}"
            if isinstance(item, str):
                found += f" {item}{self.beside()}\n"
            elif not item or self.choose(False, True):
                found += f" {self.flow(item, deeper)}{self.beside()}\n"
            else:
                found += f"{self.beside()}\n{self.block(item, deeper)}"
        return found + self.above(indent)


@settings(max_examples=100)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), st.data())
def test_any_document_keeps_its_meaning_and_comments(value: Any, data: st.DataObject) -> None:
    writer = Writer(data)
    text = writer.block(value, 0)
    laid_out = formatted(text)
    assert formatted(laid_out) == laid_out
    assert parse_text(laid_out).value == parse_text(text).value
    assert [laid_out.count(comment) for comment in writer.comments] == [1] * len(writer.comments)
    assert "\n\n\n" not in laid_out


def test_the_specs_of_the_project_pass_the_check() -> None:
    assert format_command("--check", SPECS) == (0, "", "")


def test_files_are_formatted_in_place(tmp_path: Path) -> None:
    ugly, tidy = tmp_path / "ugly.yaml", tmp_path / "deep" / "tidy.yml"
    tidy.parent.mkdir()
    ugly.write_text(UGLY)
    ugly.chmod(0o640)
    tidy.write_text(LAID_OUT)
    link = tmp_path / "link.yaml"
    link.symlink_to(ugly)
    assert format_command("--check", tmp_path / "*.yaml", tmp_path / "deep") == (
        1,
        f"{link}: would be formatted\n{ugly}: would be formatted\n",
        "",
    )
    assert ugly.read_text() == UGLY
    assert format_command(link, tidy) == (0, f"{link}: formatted\n", "")
    assert (ugly.read_text(), stat.S_IMODE(ugly.stat().st_mode)) == (LAID_OUT, 0o640)
    assert link.is_symlink()
    assert format_command("--check", tmp_path) == (0, "", "")
    assert sorted(tmp_path.iterdir()) == [tidy.parent, link, ugly]


def test_standard_input_goes_to_standard_output() -> None:
    assert format_command("-", stdin=UGLY.encode()) == (0, LAID_OUT, "")
    assert format_command("-", "--check", stdin=UGLY.encode()) == (1, "-: would be formatted\n", "")


def test_changes_are_shown(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    text = "cnnspec: 1\nblocks: {a: {layers: [ReLU]}}"
    spec.write_text(text)
    changes = f"""\
--- {spec}
+++ {spec}
@@ -1,2 +1,6 @@
 cnnspec: 1
-blocks: {{a: {{layers: [ReLU]}}}}
\\ No newline at end of file
+
+blocks:
+  a:
+    layers:
+      - ReLU
"""
    assert format_command("--diff", spec) == (0, changes, "")
    assert format_command("--diff", "--check", spec) == (1, changes, "")
    assert spec.read_text() == text


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (b"cnnspec: 1\nlayers: [a\n", "2:9: error[yaml-syntax]: this is not valid YAML: the bracket or quote opened here is never closed"),
        (b"cnnspec: 1\ninputs: {x: [1]}\nlayers: [ReLU]\nlayer: 1\n", "4:1: error[unknown-key]: unknown key 'layer'"),
        (b"cnnspec: \xff\n", "1:10: error[not-utf8]: the file is not UTF-8 text (byte 9)"),
        (b"", "1:1: error[wrong-structure]: the file is empty; a spec must be a mapping"),
    ],
)  # fmt: skip
def test_what_has_mistakes_is_left_as_it_is(text: bytes, finding: str, tmp_path: Path) -> None:
    spec, other = tmp_path / "bad.yaml", tmp_path / "other.yaml"
    spec.write_bytes(text)
    other.write_text(UGLY)
    exit_code, stdout, stderr = format_command(spec, other)
    assert (exit_code, stdout) == (1, f"{other}: formatted\n")
    assert stderr.splitlines()[0] == f"{spec}:{finding}"
    assert (spec.read_bytes(), other.read_text()) == (text, LAID_OUT)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert format_command(tmp_path) == (2, "", f"cnnspec: no specs in '{tmp_path}'\n")
    assert format_command("none.yaml") == (
        2,
        "",
        "cnnspec: 'none.yaml' cannot be read: No such file or directory\n",
    )


def test_a_change_of_meaning_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cnnspec.language.formatting.formatter.written", lambda layout: "cnnspec: 2\n"
    )
    spec = tmp_path / "a.yaml"
    spec.write_text(UGLY)
    message = f"error: '{spec}': the text cannot be formatted without changing its meaning\n"
    assert format_command(spec) == (1, "", message)
    assert spec.read_text() == UGLY


ANCHORED = [
    "cnnspec: 1\ndefaults:\n  # z\nblocks: &a\n  b: &b\n    # z\n",
    "cnnspec: 1\nouter: {a: &b [ # f\n  # g\n  [[[], []]]]}\n",
    "cnnspec: 1\nouter: &a\n  inner: &b # c\n    # d\n    - a: 1\n      b: [2] # e\n    # f\n",
    "cnnspec: 1\nouter:\n  - &a # b\n    # c\n    - - [{d: 1}] # e\n    - f\n",
    "cnnspec: 1\nouter: &a  # b\n- c\n# d\n- &e\n  # f\n  g: 1\n  # h\n",
]
"""Collections with an anchor, which stands before the comments above their first entry."""
CONTAINERS = ("[{}]", "{{k: {}}}", "[1, {}]", "{{Dense: {{units: {}}}}}", "[{}, # c\n    2]")


@pytest.mark.parametrize("text", ANCHORED)
def test_comments_behind_an_anchor_stay_where_they_are(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert sorted(re.findall("# .", once)) == sorted(re.findall("# .", text))


@pytest.mark.parametrize("width", [1, 70, 85, 95])
@pytest.mark.parametrize("head", ["params:\n  p: {}\n", "layers:\n  - {}\n", "train: {}\n"])
def test_mappings_in_lists_of_lists_are_formatted_once(head: str, width: int) -> None:
    for nested in itertools.product(CONTAINERS, repeat=3):
        inner = "x" * width
        for each in nested:
            inner = each.format(inner)
        once = formatted("cnnspec: 1\n" + head.format(inner))
        assert formatted(once) == once


@pytest.mark.parametrize(
    "text", ["a:b", "package.module:Class", "1:30", "-a", "a?b", "a b", ":a", "a: b", "x,y"]
)
def test_what_fits_into_a_line_does_not_depend_on_quotes(text: str) -> None:
    for length in range(70, 100):
        step = f'  - Dense: {{name: {"n" * (length - len(text))}, activation: "{text}"}}\n'
        once = formatted(f"cnnspec: 1\n\ninputs:\n  x: [4]\n\nlayers:\n{step}")
        assert formatted(once) == once
