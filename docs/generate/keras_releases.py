"""The page of what each supported release of Keras lacks."""

from collections.abc import Iterator

from cnnspec.declarations import keras_table
from cnnspec.declarations.keras_versions import asked, minors, varying_defaults
from cnnspec.language.families import ALL_FAMILIES
from docs.generate.markdown import code, heading, page, plain, table

Row = tuple[str, str, str]
"""The first release, what it has, and of which family."""


def pages() -> dict[str, str]:
    """Make the page, by path."""
    sections = []
    for version in minors():
        rows = [row for row in _differences() if asked(row[0]).version > asked(version).version]
        lacking = [(what, noun, code(first.removesuffix(".0"))) for first, what, noun in rows]
        sections.append(heading(2, f"Keras {version}"))
        if lacking:
            sections.append(table(("not there", "family", "first in"), lacking))
        else:
            sections.append("It has everything that a spec can name.")
    return {
        "keras_releases": page(
            heading(1, "Releases of Keras", "keras-releases"),
            "What each supported release of Keras lacks. A spec is checked against the installed Keras, or against the one "
            "that `--keras` names; what it lacks is an error with the code [](#code-not-in-this-keras).",
            *sections,
            heading(2, "Defaults that changed"),
            "cnnspec always passes these arguments, so a spec means the same with every release. The default of a spec is "
            "the newest.",
            table(("kind", "argument", "defaults"), _defaults()),
        )
    }


def _differences() -> list[Row]:
    return sorted(_all(), key=lambda row: (asked(row[0]).version, row[2], row[1]))


def _all() -> Iterator[Row]:
    for family in ALL_FAMILIES:
        place, noun = family.namespace, family.noun
        for kind, (first, _) in keras_table.KINDS.get(place, {}).items():
            yield first, code(kind), noun
        for kind, spans in keras_table.ARGUMENTS.get(place, {}).items():
            for argument, (first, _) in spans.items():
                yield first, f"{code(argument)} of {code(kind)}", noun
        for word, (first, _) in keras_table.WORDS.get(place, {}).items():
            yield first, f"the word {code(word)}", noun
        for declaration in family.kinds.values():
            for each in declaration.recent:
                of_kind = (
                    "" if declaration.kind() in each.what else f" of {code(declaration.kind())}"
                )
                yield each.since, f"{plain(each.what)}{of_kind}", noun


def _defaults() -> Iterator[tuple[str, str, str]]:
    for family in ALL_FAMILIES:
        for declaration in family.kinds.values():
            for argument, defaults in varying_defaults(declaration).items():
                said = ", ".join(
                    f"{code(str(value))} since Keras {release.removesuffix('.0')}"
                    for release, value in defaults.items()
                )
                yield code(declaration.kind()), code(argument), said
