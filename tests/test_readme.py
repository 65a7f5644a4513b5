"""What README.md shows; `test_docs` and `docs/` run its blocks."""

import re

import cnnspec
from cnnspec.decompile.flat import written_out
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
YAML_BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_the_spec_shown_is_that_in_the_folder() -> None:
    shown = cnnspec.loads(YAML_BLOCKS[0]).compile().graph
    spec = cnnspec.load(ROOT / "specs/mnist_multi_output.yaml").compile().graph
    assert written_out(shown) == written_out(spec).model_copy(update={"train": None})


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
