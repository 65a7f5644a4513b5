"""The templates: each is right, laid out and buildable as it is."""

from functools import partial
from pathlib import Path

import pytest

import cnnspec
from cnnspec.language.formatting.formatter import formatted
from cnnspec.language.templates.reading import TEMPLATES, template
from tests.support.commands import run_command

pytestmark = pytest.mark.usefixtures("without_curves")

new_command = partial(run_command, "new")
EACH = pytest.mark.parametrize("name", TEMPLATES)


@EACH
def test_a_template_is_right_as_it_is(name: str) -> None:
    text = template(name)
    assert new_command(name) == (0, text, "")
    spec = cnnspec.loads(text)
    assert list(spec.report) == []
    assert formatted(text) == text
    assert spec.build().count_params() == spec.compile().params


def test_the_file_gives_its_name_and_is_written_once(tmp_path: Path) -> None:
    spec = tmp_path / "my flowers.yaml"
    said = f"{spec}: {TEMPLATES['classifier']}\n"
    assert new_command("classifier", "-o", spec, "--set", "classes=5", "--set", "size=64") == (
        0,
        said,
        "",
    )
    text = template("classifier")
    text = text.replace("name: classifier", "name: my flowers").replace("size: 28", "size: 64")
    text = text.replace("classes: 10", "classes: 5")
    assert spec.read_text("utf-8") == text
    assert new_command("unet", "-o", spec) == (
        2,
        "",
        f"cnnspec: '{spec}' already exists; use --force to overwrite it\n",
    )
    assert spec.read_text("utf-8") == text
    assert new_command("unet", "-o", spec, "--name", "maps", "--force")[0] == 0
    assert spec.read_text("utf-8") == template("unet").replace("name: unet", "name: maps")
    assert list(tmp_path.iterdir()) == [spec]


def test_the_list() -> None:
    exit_code, stdout, stderr = new_command("--list")
    names = [line.split()[0] for line in stdout.splitlines()]
    assert (exit_code, names, stderr) == (0, list(TEMPLATES), "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no template given; choose from classifier, multi-output, transfer, unet, siamese"),
        (("unett",), "unknown template 'unett'; did you mean 'unet'?"),
        (("x",), "unknown template 'x'; choose from classifier, multi-output, transfer, unet, siamese"),
        (("unet", "--set", "with=3"), "the template has no parameter 'with'; did you mean 'width'?"),
        (("siamese", "--set", "classes=3"), "the template has no parameter 'classes'; it has size"),
        (("unet", "--set", "size"), "--set expects NAME=VALUE, got 'size'"),
    ],
)  # fmt: skip
def test_what_cannot_be_made(arguments: tuple[str, ...], said: str) -> None:
    assert new_command(*arguments) == (2, "", f"cnnspec: {said}\n")


@pytest.mark.parametrize("option", [("--set", "size=-1"), ("--name", "a/b")])
def test_what_would_be_wrong_is_not_written(option: tuple[str, str], tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    exit_code, stdout, stderr = new_command("unet", "-o", spec, *option)
    assert (exit_code, stdout, stderr.startswith(f"{spec}:")) == (1, "", True)
    assert list(tmp_path.iterdir()) == []
