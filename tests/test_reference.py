"""The reference: it has every word of the language, every code, command and public name."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import click
import pytest

import cnnspec
from cnnspec.cli.commands import COMMANDS, main
from cnnspec.declarations import keras_table
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import explanation
from cnnspec.language import column_expressions, evaluation
from cnnspec.language.calls import Model
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.vocabulary.keys import parts
from cnnspec.vocabulary.lookup import groups
from cnnspec.vocabulary.words import WORDS
from docs.generate import kinds, reference
from docs.generate.entries import target_of
from tests.support.documentation import generated
from tests.support.paths import ROOT

HEADING = re.compile(r"^\((?P<target>\S+)\)=\n#+ `?(?P<title>.*?)`?$", re.M)
CODE = re.compile(r"`([^`\n]+)`")


@cache
def made() -> dict[str, str]:
    return reference.pages()


@cache
def sections() -> dict[str, str]:
    """The text below each heading that links can name."""
    found = {}
    for text in made().values():
        heads = [*HEADING.finditer(text)]
        ends = [each.start() for each in heads[1:]] + [len(text)]
        found |= {
            head["target"]: text[head.start() : end] for head, end in zip(heads, ends, strict=False)
        }
    return found


def written(name: str) -> str:
    return (ROOT / f"docs/reference/{name}.md").read_text(encoding="utf-8")


def targets() -> Iterator[str]:
    for text in made().values():
        yield from (each["target"] for each in HEADING.finditer(text))


def test_no_two_headings_have_the_same_name() -> None:
    found = [*targets()]
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("family", ALL_FAMILIES, ids=lambda family: family.noun)
def test_every_kind_has_a_section_with_its_aliases_and_arguments(family: Any) -> None:
    for kind, declaration in family.kinds.items():
        text = sections()[target_of(family.noun, kind)]
        assert f"`{kind}`" in text.splitlines()[1]
        assert [word for word in declaration.aliases if f"`{word}`" not in text] == []
        arguments = [f"\n`{name}`\n: " for name in declaration.arguments()]
        assert [name for name in arguments if name not in text] == []


@pytest.mark.parametrize("family", ALL_FAMILIES, ids=lambda family: family.noun)
def test_what_a_spec_cannot_have_is_listed_with_the_reason(family: Any) -> None:
    group = kinds.Kinds(family)
    pages = [text for text in made().values() if "## Not available" in text]
    listed = "\n".join(text.partition("## Not available")[2] for text in pages)
    assert [name for name in group.refusals() if f"\n| `{name}` | " not in listed] == []


def test_every_key_of_the_document_has_a_section() -> None:
    models = [each for each in Model.__subclasses__() if each.__name__ not in ("Branches", "Call")]
    assert {part.model for part in parts()} == {*models}
    hidden = {"kind", "arguments"}  # which a step writes as `KIND: {ARGUMENT: ...}`
    for part in parts():
        keys = {*part.model.spec_keys()} - (hidden if part.noun == "step" else set())
        assert [key for key in keys if target_of(part.noun, key) not in sections()] == []


def test_every_other_word_is_there() -> None:
    assert [word for word in WORDS if target_of("word", word) not in sections()] == []
    activations = sections()["kinds-activations"]
    named = {*CODE.findall(activations)} | {*CODE.findall(made()["reference/kinds/activations"])}
    assert {*ACTIVATIONS} - named == set()


def test_every_word_of_every_group_is_somewhere_in_code() -> None:
    """Groups are asked, so that a new one cannot be forgotten."""
    said = {word for text in made().values() for word in CODE.findall(text)}
    said |= {"$index", "$", "$(", "expression"}  # other forms of words
    missing = {group.plural: {*group.words()} - said for group in groups()}
    assert {group: words for group, words in missing.items() if words} == {}


def test_every_code_has_a_page_with_its_explanation() -> None:
    for code in CODES:
        text = sections()[f"code-{code}"]
        found = explanation(code)
        assert text.splitlines()[1] == f"# {code}"
        assert found.meaning in text
        for block in found.blocks:
            assert block.text.rstrip() in text
        assert (f"--ignore {code}" in text) == (code in WARNINGS)


def test_every_command_has_a_page_made_from_the_command() -> None:
    context = click.Context(main)
    for name in COMMANDS:
        text = made()[f"reference/commands/{name}"]
        path = re.search(r"\.\. click:: (\S+):(\S+)\n   :prog: (.+)\n", text)
        assert path is not None
        assert getattr(importlib.import_module(path[1]), path[2]) is main.get_command(context, name)
        assert path[3] == f"cnnspec {name}"
        assert f"[`cnnspec {name}`](#command-{name})" in made()["reference/commands/index"]


def test_every_public_name_is_in_the_python_api() -> None:
    text = made()["reference/python"]
    names = [name for name in cnnspec.__all__ if name != "__version__"]
    assert [name for name in names if not re.search(rf"cnnspec\.{name}\b", text)] == []


def test_every_operator_and_function_of_expressions_is_there() -> None:
    one = ast.Constant(1)
    binary = [ast.BinOp(one, each(), one) for each in (*evaluation._BINARY, ast.Pow)]
    compared = [ast.Compare(one, [each()], [one]) for each in evaluation._COMPARISONS]
    operators = [ast.unparse(each).split()[1] for each in (*binary, *compared)]
    spans = CODE.findall(written("expressions"))
    assert [operator for operator in operators if operator not in spans] == []
    functions = [*evaluation.FUNCTIONS, *column_expressions.FORMS]
    called = {span.partition("(")[0] for span in spans if "(" in span}
    assert [name for name in functions if name not in called] == []


def test_every_release_of_keras_has_a_section_with_what_it_lacks() -> None:
    text = made()["reference/keras_releases"]
    releases = {each.rpartition(".")[0] for each in keras_table.RELEASES}
    assert {*re.findall(r"^## Keras (.+)$", text, re.M)} == releases
    named = [kind for spans in keras_table.KINDS.values() for kind in spans]
    arguments = [
        f"`{argument}` of `{kind}`"
        for kinds_of in keras_table.ARGUMENTS.values()
        for kind, spans in kinds_of.items()
        for argument in spans
    ]
    lines = [*(f"| `{kind}` |" for kind in named), *(f"| {each} |" for each in arguments)]
    assert [line for line in lines if line not in text] == []


def test_a_module_without_a_topic_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """So no kind can be left out."""
    for namespace, topics in kinds.TOPICS.items():
        family = next(each for each in ALL_FAMILIES if each.namespace == namespace)
        title = next(iter(topics))
        monkeypatch.delitem(topics, title)
        with pytest.raises(KeyError):
            kinds.by_topic(family)


def test_generated_folders_are_not_committed() -> None:
    ignored = generated()
    folders = [line for line in ignored if line.endswith("/")]
    for path in made():
        assert f"/{path}.md" in ignored or any(f"/{path}".startswith(each) for each in folders)
