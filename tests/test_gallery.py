"""The gallery: its pictures are those that its specs give today."""

import re

import pytest

from docs.make_gallery import GALLERY, page, pictures

PICTURES = pictures()


def test_every_file_of_the_gallery_is_made() -> None:
    assert {file.name for file in GALLERY.iterdir()} == {"README.md", *PICTURES}
    assert (GALLERY / "README.md").read_text("utf-8") == page()


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_shown_is_the_one_drawn(name: str) -> None:
    """Renderers place boxes differently by a hair; what is in them is the same."""
    texts = re.compile(r"<(?:text|title)[^>]*>([^<]*)<")
    shown = (GALLERY / name).read_text("utf-8")
    assert sorted(texts.findall(shown)) == sorted(texts.findall(PICTURES[name].svg()))
