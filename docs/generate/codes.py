"""The pages of the codes of diagnostics: what each means, with a failing and a passing example."""

import yaml

from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import Block, explanation
from docs.generate.markdown import block, capital, code, heading, link, listing, page, plain, table


def pages() -> dict[str, str]:
    """Make a page for each code, and their list, by path."""
    return {f"codes/{each}": _page(each) for each in CODES} | {"codes/index": _index()}


def target_of(name: str) -> str:
    """Return the name that links to the page of a code."""
    return f"code-{name}"


def _page(name: str) -> str:
    found = explanation(name)
    severity = "warning" if name in WARNINGS else "error"
    shown = [part for each in found.needed for part in _block(_title(each), each)]
    fails = "This is warned of" if severity == "warning" else "This fails"
    return page(
        heading(1, name, target_of(name)),
        f"{capital(severity)}: {plain(CODES[name])}.",
        found.meaning,
        *shown,
        *_block(fails, found.fails),
        *_block("This passes", found.passes),
        _switched_off(name) if severity == "warning" else "",
    )


def _title(each: Block) -> str:
    return f"With a file {code(each.name)}" if each.name else "After"


def _block(title: str, each: Block) -> tuple[str, str]:
    return f"{title}:", block(_language(each), each.text)


def _language(each: Block) -> str:
    """Return the language of a block; a YAML text that cannot be parsed has none."""
    try:
        yaml.compose(each.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return "text"
    return each.language


def _switched_off(name: str) -> str:
    return f"To switch it off: `--ignore {name}` on the command line, or `ignore: [{name}]` in the spec."


def _index() -> str:
    sections = []
    errors = [each for each in CODES if each not in WARNINGS]
    for title, names in (("Errors", errors), ("Warnings", [*WARNINGS])):
        rows = [(link(code(each), target_of(each)), plain(CODES[each])) for each in sorted(names)]
        sections += [heading(2, title), table(("code", "meaning"), rows)]
    return page(
        heading(1, "Diagnostics", "diagnostics"),
        "Each diagnostic has a stable code. `cnnspec explain CODE` prints these pages.",
        *sections,
        listing("*"),
    )
