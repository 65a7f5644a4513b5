"""What README.md shows is what cnnspec does."""

import re

import cnnspec
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.reporters import as_text
from cnnspec.diff.compare import compare
from cnnspec.diff.text import as_text as difference_text
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
YAML_BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_the_spec_shown_is_that_in_the_folder() -> None:
    shown = cnnspec.loads(YAML_BLOCKS[0]).compile().graph
    spec = cnnspec.load(ROOT / "specs/mnist_multi_output.yaml").compile().graph
    assert written_out(shown) == written_out(spec).model_copy(update={"train": None})


def test_the_error_shown_is_the_one_printed() -> None:
    text = "cnnspec: 1\ninputs:\n  image: [28, 28, 1]\n" + YAML_BLOCKS[1]
    report = cnnspec.loads(text).report
    printed = as_text(report).replace("<text>", "broken.yaml")
    assert f"$ cnnspec validate broken.yaml\n{printed}\n```" in README


def test_the_difference_shown_is_the_one_printed() -> None:
    names = ("specs/mnist_simple.yaml", "specs/mnist_branches.yaml")
    old, new = (cnnspec.load(ROOT / name).compile() for name in names)
    printed = difference_text(compare(old, new))
    assert f"$ cnnspec diff {' '.join(names)}\n{printed}```" in README


LINKS = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", README)
OWN = re.compile(
    r"https://(?:github\.com/cnnspec/cnnspec/(?:blob|tree)|raw\.githubusercontent\.com/cnnspec/cnnspec)/main/"
)


def test_links_lead_somewhere_from_the_package_index_too() -> None:
    links = [markdown or html for markdown, html in LINKS]
    assert len(links) >= 12
    assert [link for link in links if not link.startswith("https://")] == []
    files = [link[match.end() :] for link in links if (match := OWN.match(link))]
    assert [name for name in files if not (ROOT / name).exists()] == []
    folders = [link for link in links if "/tree/main/" in link]
    assert [link for link in folders if not (ROOT / link.partition("/main/")[2]).is_dir()] == []
