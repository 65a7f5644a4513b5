"""Files that cannot be read or written: every command says why in one message, and waits for nothing."""

import errno
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnspec import SpecError, load
from cnnspec.data.archives import open_archive
from cnnspec.data.folders import open_folder
from cnnspec.data.pictures import BrokenImage, picture
from cnnspec.data.problems import DataProblem
from cnnspec.data.tables import open_table
from cnnspec.files.reading import NO_NAME, NOT_REGULAR, opened, trouble
from cnnspec.frontends.files import read_model
from cnnspec.keras_files.stored import UnreadableWeights
from cnnspec.keras_files.weights import open_weights
from faults.privileges import as_any_user
from tests.support.commands import run_command
from tests.support.configurations import SEQUENTIAL
from tests.support.streams import run_shell

SECONDS = 120
"""After this time a test waits for something that will never be there."""
SPEC = """cnnspec: 1
name: tiny
inputs: {x: [4]}
layers:
  - Dense: {name: y, units: 2, activation: softmax}
outputs: {y: {loss: sparse_categorical_crossentropy}}
"""
TRAIN = """train:
  optimizer: SGD
  data: {%s: {%s: %s}}
  inputs: {x: "[a, b, c, d]"}
  targets: {y: label}
"""


@pytest.fixture(autouse=True)
def _is_answered() -> Iterator[None]:
    def fail(*_: object) -> None:
        raise TimeoutError(f"no answer after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(folder: Path) -> Iterator[Path]:
    (folder / "tiny.yaml").write_text(SPEC)
    (folder / "closed").mkdir()
    (folder / "w.weights.h5").write_bytes(b"")
    yield folder
    (folder / "closed").chmod(0o700)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link_to_a_pipe(path: Path) -> None:
    os.mkfifo("pipe")
    path.symlink_to("pipe")


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _forbidden(path: Path) -> None:
    path.write_bytes(b"")
    path.chmod(0)


def _in_a_closed_folder(path: Path) -> None:
    path.write_bytes(b"")
    path.parent.chmod(0)


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def _nothing(path: Path) -> None:
    assert not path.exists()


def _in_a_file(path: Path) -> None:
    path.parent.write_bytes(b"")


Make = Callable[[Path], None]
THINGS: dict[str, tuple[str, Make | None, int | str]] = {
    "nothing": ("thing", _nothing, errno.ENOENT),
    "a link to nothing": ("thing", _link_to_nothing, errno.ENOENT),
    "nothing in a file": ("file/thing", _in_a_file, errno.ENOTDIR),
    "a pipe": ("thing", _pipe, NOT_REGULAR),
    "a link to a pipe": ("thing", _link_to_a_pipe, NOT_REGULAR),
    "a device": ("thing", _device, NOT_REGULAR),
    "a socket": ("thing", _socket, NOT_REGULAR),
    "a forbidden file": ("thing", _forbidden, errno.EACCES),
    "a file in a forbidden folder": ("closed/thing", _in_a_closed_folder, errno.EACCES),
    "a link to itself": ("thing", _link_to_itself, errno.ELOOP),
    "a long name": ("a" * 300, None, errno.ENAMETOOLONG),
}
"""What is in the place of a file: its name, what makes it, and why it cannot be read."""
NAMES: dict[str, tuple[str, Make | None, int | str]] = {
    **THINGS,
    "a name with a zero byte": ("a\0b", None, NO_NAME),
}
"""The same, with what no command line can name."""


def made(thing: str, suffix: str) -> tuple[str, str]:
    """Make something; return its name, and why it cannot be read."""
    name, make, why = NAMES[thing]
    if make is not None:
        make(Path(f"{name}{suffix}"))
    return f"{name}{suffix}", why if isinstance(why, str) else os.strerror(why)


EACH_THING = pytest.mark.parametrize("thing", THINGS)
EACH_NAME = pytest.mark.parametrize("thing", NAMES)


# Files that the command line names

OF_SPECS = (
    "validate X", "validate --fix X", "validate --format json X", "validate --root . X", "summary X", "diagram X",
    "expand X", "code X", "build X", "train X", "export --format saved_model X", "format X", "format --check X",
    "diff X tiny.yaml", "diff tiny.yaml X", "diff --git m.yaml X 0 100644 tiny.yaml 0 100644",
    "diff --git m.yaml tiny.yaml 0 100644 X 0 100644",
)  # fmt: skip
OF_MODELS = (
    "validate X", "validate --root . X", "summary X", "diagram X", "expand X", "code X", "build X",
    "export --format saved_model X", "import X", "import X -o new.yaml", "diff X tiny.yaml", "diff tiny.yaml X",
)  # fmt: skip
NAMED = [
    *((call, ".yaml") for call in OF_SPECS),
    *((call, ".keras") for call in OF_MODELS),
    *((call, suffix) for call in ("validate X", "import X") for suffix in (".h5", ".json")),
]


@EACH_THING
@pytest.mark.parametrize(("call", "suffix"), NAMED, ids="".join)
def test_a_named_file_that_cannot_be_read(call: str, suffix: str, thing: str, folder: Path) -> None:
    name, why = made(thing, suffix)
    before = sorted(os.listdir())
    with as_any_user():
        outcome = run_command(*(name if word == "X" else word for word in call.split()))
    message = f"cnnspec: '{name}' cannot be read: {why}\n"
    if thing == "a device" and "--root" in call:
        message = f"cnnspec: '{name}' leads out of the allowed folder .\n"
    assert outcome == (2, "", message)
    assert sorted(os.listdir()) == before


BY_OPTION = [
    ("build tiny.yaml --weights X", ".weights.h5"),
    ("build tiny.yaml --weights X", ".keras"),
    ("export tiny.yaml --format saved_model --weights X", ".h5"),
    ("evaluate X --spec tiny.yaml", ".weights.h5"),
    ("evaluate w.weights.h5 --spec X", ".yaml"),
    ("predict X tiny.yaml --spec tiny.yaml", ".keras"),
    ("predict w.weights.h5 tiny.yaml --spec X", ".yaml"),
]


@EACH_THING
@pytest.mark.parametrize(("call", "suffix"), BY_OPTION, ids="".join)
def test_a_file_of_an_option_that_cannot_be_read(
    call: str, suffix: str, thing: str, folder: Path
) -> None:
    name, why = made(thing, suffix)
    with as_any_user():
        code, stdout, stderr = run_command(
            *(name if word == "X" else word for word in call.split())
        )
    said = stderr.splitlines()[-1].partition(": Invalid value for ")[2].partition(": ")[2]
    found = f"File '{name}' does not exist."
    if thing not in ("nothing", "a link to nothing"):
        found = f"'{name}' cannot be read: {why}"
    elif call.partition(" ")[2].startswith("X"):
        found = found.replace("File", "Path")
    assert (code, stdout, said) == (2, "", found)


@pytest.mark.parametrize("name", ["spec.expanded.yaml", "model.weights.h5"])
@pytest.mark.parametrize("call", ["evaluate run", "predict run tiny.yaml", "export run -o a.onnx"])
def test_a_run_with_a_pipe_in_it(call: str, name: str, folder: Path) -> None:
    (folder / "run").mkdir()
    for each in ("spec.expanded.yaml", "model.weights.h5"):
        if each != name:
            (folder / "run" / each).write_text(SPEC)
    os.mkfifo(folder / "run" / name)
    message = f"cnnspec: 'run/{name}' cannot be read: {NOT_REGULAR}\n"
    assert run_command(*call.split()) == (2, "", message)


# Files that a spec names

WITHIN = {
    "the spec of a submodel": (".yaml", "submodels: {m: {spec: X}}\nlayers: [m]\n"),
    "the .keras file of a submodel": (".keras", "submodels: {m: {keras: X}}\nlayers: [m]\n"),
    "an imported file": (".yaml", "imports: [X]\nlayers: [ReLU]\n"),
    "the weights of a submodel": (
        ".weights.h5", "submodels: {m: {spec: tiny.yaml, weights: X}}\nlayers: [m]\n",
    ),
    "the .keras weights of a submodel": (
        ".keras", "submodels: {m: {spec: tiny.yaml, weights: X}}\nlayers: [m]\n",
    ),
}  # fmt: skip


@EACH_NAME
@pytest.mark.parametrize("within", WITHIN)
def test_a_file_that_a_spec_names(within: str, thing: str, folder: Path) -> None:
    suffix, text = WITHIN[within]
    name, why = made(thing, suffix)
    text = "cnnspec: 1\nname: main\ninputs: {x: [4]}\n" + text.replace("X", json.dumps(name))
    (folder / "main.yaml").write_text(text)
    with as_any_user():
        code, stdout, _ = run_command("validate", "main.yaml", "--format", "json")
    (found,) = json.loads(stdout)
    shown = f"'{name}'" if len(name) < 40 else f"'{name[:37]}...'"
    is_missing = NAMES[thing][2] in (errno.ENOENT, errno.ENOTDIR)
    what = "does not exist" if is_missing else f"cannot be read: {why}"
    start = text.index(json.dumps(name))
    line = text.count("\n", 0, start) + 1
    column = start - text.rindex("\n", 0, start)
    assert code == 1
    assert (found["code"], found["message"]) == ("file-not-found", f"the file {shown} {what}")
    assert (found["line"], found["column"]) == (line, column)


DATA = [("csv", "path", ".csv"), ("npz", "path", ".npz"), ("images", "directory", "")]


@EACH_THING
@pytest.mark.parametrize(("word", "argument", "suffix"), DATA, ids=lambda each: each)
def test_data_that_a_spec_names(
    word: str, argument: str, suffix: str, thing: str, folder: Path
) -> None:
    name, why = made(thing, suffix)
    section = TRAIN % (word, argument, json.dumps(name))
    if word == "images":
        section = section.replace("}}", ", size: [2, 2]}}").replace("[a, b, c, d]", "image")
        why = os.strerror(errno.ENOTDIR) if why == NOT_REGULAR else why
        why = os.strerror(errno.ENOTDIR) if thing == "a forbidden file" else why
    (folder / "main.yaml").write_text(SPEC + section)
    with as_any_user():
        code, stdout, stderr = run_command("train", "main.yaml")
    first = stderr.splitlines()[0]
    assert (code, stdout) == (1, "")
    assert stderr.count("error[") == 1
    assert first.endswith(f"error[file-not-found]: '{name}' cannot be read: {why}")


def test_columns_name_images_that_cannot_be_read(folder: Path) -> None:
    section = TRAIN.replace('"[a, b, c, d]"', '"image(file, [2, 2])"') % ("csv", "path", "data.csv")
    (folder / "main.yaml").write_text(
        SPEC.replace("[4]", "[2, 2, 3]").replace("layers:", "layers:\n  - Flatten") + section
    )
    for thing in THINGS:
        for each in ("thing.png", "pipe"):
            (folder / each).unlink(missing_ok=True)
        name, why = made(thing, ".png")
        (folder / "data.csv").write_text(f"file,label\n{name},0\n")
        with as_any_user():
            code, _, stderr = run_command("train", "main.yaml")
        is_missing = NAMES[thing][2] in (errno.ENOENT, errno.ENOTDIR)
        assert (code, stderr.count("error[")) == (1, 1)
        said = "names files that do not exist: row 2" if is_missing else f"cannot be read: {why}"
        assert said in stderr.splitlines()[0]
        (folder / "closed").chmod(0o700)


def test_a_forbidden_folder_of_images_is_not_left_out(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / "images" / name).mkdir(parents=True)
    (folder / "images" / "b").chmod(0)
    with as_any_user(), pytest.raises(DataProblem) as problem:
        open_folder(folder / "images", (2, 2), "rgb", ())
    assert problem.value.message == "'images/b' cannot be read: Permission denied"


# Files that a command writes

WRITTEN = {
    ".yaml": ("new classifier -o X", "expand tiny.yaml -o X", "import model.json -o X"),
    ".py": ("code tiny.yaml -o X",),
    ".dot": ("diagram tiny.yaml -o X", "diff tiny.yaml tiny.yaml -o X"),
}
EACH_WRITTEN = pytest.mark.parametrize(
    ("suffix", "call"),
    [(suffix, call) for suffix, calls in WRITTEN.items() for call in calls],
    ids=lambda each: each,
)
NOT_WRITTEN = [
    each for each in THINGS if each not in ("nothing", "a link to nothing", "a forbidden file")
]


@pytest.mark.parametrize("force", [(), ("--force",)], ids=len)
@pytest.mark.parametrize("thing", NOT_WRITTEN)
@EACH_WRITTEN
def test_a_file_that_cannot_be_written(
    suffix: str, call: str, thing: str, force: tuple[str, ...], folder: Path
) -> None:
    (folder / "model.json").write_text(json.dumps(SEQUENTIAL))
    name, why = made(thing, suffix)
    before = sorted(os.listdir())
    with as_any_user():
        outcome = run_command(*(name if word == "X" else word for word in call.split()), *force)
    assert outcome == (2, "", f"cnnspec: '{name}' cannot be written: {why}\n")
    assert sorted(os.listdir()) == before


@EACH_WRITTEN
def test_a_link_to_nothing_is_followed(suffix: str, call: str, folder: Path) -> None:
    (folder / "model.json").write_text(json.dumps(SEQUENTIAL))
    name, _ = made("a link to nothing", suffix)
    assert run_command(*(name if word == "X" else word for word in call.split())).exit_code == 0
    assert (os.readlink(name), Path("nowhere").stat().st_size > 0) == ("nowhere", True)


# What opens files


@EACH_NAME
def test_each_reader_says_why(thing: str, folder: Path) -> None:
    name, why = made(thing, "")
    path = Path(name)
    with as_any_user():
        with pytest.raises(OSError, match=why.replace("(", r"\(")) as error:
            opened(path)
        assert error.value.strerror == why
        with pytest.raises(OSError, match=why) as error:
            read_model(path)
        assert error.value.strerror == why
        with pytest.raises(BrokenImage) as image:
            picture(path)
        assert str(image.value) == f"cannot be read: {why}"
        for read in (lambda: open_archive(path, ()), lambda: open_table(path, ",", ())):
            with pytest.raises(DataProblem) as problem:
                read()
            assert problem.value.message == f"'{path}' cannot be read: {why}"
        with pytest.raises(UnreadableWeights) as weights, open_weights(path):
            pass
        is_missing = NAMES[thing][2] == errno.ENOENT
        assert str(weights.value) == ("no such file" if is_missing else f"it cannot be read: {why}")
        with pytest.raises((OSError, SpecError)):
            load(path).compile()


def test_a_writer_to_a_pipe_is_not_let_go(folder: Path) -> None:
    """Opening a pipe would end the wait of what writes to it."""
    os.mkfifo("pipe")
    assert trouble(Path("pipe")) == f"cannot be read: {NOT_REGULAR}"
    with pytest.raises(OSError, match=os.strerror(errno.ENXIO)):
        os.open("pipe", os.O_WRONLY | os.O_NONBLOCK)


def test_pipes_of_the_shell_are_read(folder: Path) -> None:
    code, stdout, stderr = run_shell(
        "$CNNSPEC diff <(cat tiny.yaml) <(sed s/2/3/ tiny.yaml)", folder
    )
    assert (code, stderr) == (1, b"")
    assert b"units 2 -> 3" in stdout
    code, stdout, _ = run_shell(
        "cat tiny.yaml | sed s/Dense/Dens/ | $CNNSPEC validate /dev/stdin", folder
    )
    assert (code, stdout.count(b"error[unknown-kind]")) == (1, 1)
