"""Files and folders that are written beside their target, then moved there."""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnnspec.files import folders
from cnnspec.files.folders import NEW, complete, replace_folder
from cnnspec.files.locks import A_DAY
from cnnspec.files.reading import NOT_REGULAR, opened
from cnnspec.files.writing import folder_beside, sweep, temporary_folders, written_beside

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the tests kill forks")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file and link below a folder, with its content."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def names(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*"))


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def killed(work: Callable[[], object]) -> None:
    """Do something in a process that kills itself there."""
    if pid := os.fork():
        assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
        return
    work()
    os._exit(1)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# Files


def test_a_file_takes_its_place_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "model.weights.h5"
    for text in ("first", "second"):
        with written_beside(target) as beside:
            before = target.read_text() if target.exists() else None
            assert beside.name == "model.weights.h5"
            beside.write_text(text)
            assert (target.read_text() if target.exists() else None) == before
        assert contents(tmp_path) == {"deep/model.weights.h5": text.encode()}


def write_half(target: Path, error: BaseException) -> None:
    with written_beside(target) as beside:
        beside.write_text("half of it")
        raise error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_stays_where_writing_fails(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "spec.yaml"
    target.write_text("before")
    for path in (target, tmp_path / "new" / "folder" / "spec.yaml"):
        with pytest.raises(type(error)):
            write_half(path, error)
    assert names(tmp_path) == ["spec.yaml"]
    assert contents(tmp_path) == {"spec.yaml": b"before"}


def test_permissions_are_those_of_other_files_or_of_the_file_that_is_replaced(
    tmp_path: Path,
) -> None:
    other, target = tmp_path / "other", tmp_path / "target"
    other.touch()
    with written_beside(target):
        pass
    assert mode(target) == mode(other)
    target.chmod(0o640)
    with written_beside(target):
        pass
    assert mode(target) == 0o640


def test_a_folder_is_gone_with_what_was_not_moved(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "build"
    with folder_beside(target) as beside:
        (beside / "left").touch()
        (beside / "moved").write_bytes(b"1")
        (beside / "moved").replace(target.parent / "moved")
        assert beside.parent == target.parent
    assert contents(target.parent) == {"moved": b"1"}
    assert not beside.exists()


@pytest.mark.parametrize("beside", [written_beside, folder_beside])
def test_a_target_below_a_file_is_an_error(tmp_path: Path, beside: object) -> None:
    (tmp_path / "file").touch()
    assert callable(beside)
    with pytest.raises((FileExistsError, NotADirectoryError)), beside(tmp_path / "file" / "target"):
        pass


def write(target: Path, *, overwrite: bool = True) -> None:
    with written_beside(target, overwrite=overwrite) as beside:
        beside.write_bytes(b"new")


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_bytes(b"old")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("there/file")
    (tmp_path / "dangling").symlink_to("there/other")
    for name in ("one", "dangling"):
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert contents(tmp_path / "there") == {"file": b"new", "other": b"new"}
    assert names(tmp_path) == ["dangling", "one", "there", "there/file", "there/other", "two"]


def in_the_way(sort: str, path: Path) -> None:
    """Put something into the place of a file."""
    match sort:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path.name)
        case "link to a device":
            path.symlink_to(os.devnull)
        case "link to a folder":
            path.symlink_to(path.parent)


@pytest.mark.parametrize(
    ("sort", "number"),
    [
        ("folder", errno.EISDIR),
        ("link to a folder", errno.EISDIR),
        ("pipe", errno.EINVAL),
        ("link to a device", errno.EINVAL),
        ("loop", errno.ELOOP),
    ],
)
def test_what_is_no_file_is_not_replaced(tmp_path: Path, sort: str, number: int) -> None:
    target = tmp_path / "target"
    in_the_way(sort, target)
    before = target.lstat()
    with pytest.raises(OSError) as refused:  # noqa: PT011 the number says which
        write(target)
    assert refused.value.errno == number
    assert target.lstat() == before
    assert names(tmp_path) == ["target"]


def test_a_file_that_is_not_to_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, how: False)  # root may write every file
    with pytest.raises(PermissionError):
        write(target)
    assert contents(tmp_path) == {"target": b"old"}


def write_late(target: Path) -> None:
    with written_beside(target, overwrite=False) as beside:
        beside.write_bytes(b"new")
        target.write_bytes(b"of another process")


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, has_links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not has_links:
        monkeypatch.setattr(os, "link", no_link)
    write(tmp_path / "free", overwrite=False)
    with pytest.raises(FileExistsError):
        write_late(tmp_path / "taken")
    assert contents(tmp_path) == {"free": b"new", "taken": b"of another process"}
    assert names(tmp_path) == ["free", "taken"]


# Killed processes


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(b"whole")

    def write_and_die() -> None:
        with written_beside(tmp_path / "model.keras") as beside:
            beside.write_bytes(b"half of it")
            die()

    for _ in range(2):
        killed(write_and_die)
    assert len(temporary_folders(tmp_path)) == 1  # the second process swept that of the first
    write(tmp_path / "other")
    assert contents(tmp_path) == {"model.keras": b"whole", "other": b"new"}
    assert names(tmp_path) == ["model.keras", "other"]


def test_what_a_running_process_writes_is_not_swept(tmp_path: Path) -> None:
    with written_beside(tmp_path / "one") as first, written_beside(tmp_path / "two") as second:
        sweep(tmp_path)
        first.write_bytes(b"1")
        second.write_bytes(b"2")
    assert contents(tmp_path) == {"one": b"1", "two": b"2"}
    assert names(tmp_path) == ["one", "two"]


OTHERS = [
    ".cnnspec-notes",
    ".cnnspec-0123456789abcdef.yaml",
    ".cnnspec-0123456789ABCDEF",
    ".cnnspec-0123456789abcdef0",
    "cnnspec-0123456789abcdef",
]


def test_only_own_folders_are_swept(tmp_path: Path) -> None:
    for name in OTHERS:
        (tmp_path / name).mkdir()
    (tmp_path / ".cnnspec-0000000000000001").write_bytes(b"a file")
    (tmp_path / ".cnnspec-0000000000000002").symlink_to(OTHERS[0])
    kept = names(tmp_path)
    (tmp_path / ".cnnspec-0000000000000000").mkdir()
    sweep(tmp_path)
    assert names(tmp_path) == kept


def test_without_locks_the_age_of_a_folder_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.files.locks.fcntl", None)
    old, new = (tmp_path / f".cnnspec-000000000000000{number}" for number in range(2))
    for each in (old, new):
        each.mkdir()
    before = old.stat().st_mtime - A_DAY - 1
    os.utime(old, (before, before))
    write(tmp_path / "file")
    assert names(tmp_path) == [new.name, "file"]


# Folders

OWN = ("model", "summary", "old")


@pytest.fixture(params=["exchange", "moves"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How folders are replaced."""

    def fails(one: Path, other: Path) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    if request.param == "moves":
        monkeypatch.setattr(folders, "_exchange", fails)
    elif sys.platform != "linux":
        pytest.skip("only Linux exchanges folders")
    return str(request.param)


def build(target: Path, *, keeping: bool = True) -> None:
    """Write two of three files of a folder."""
    own = OWN if keeping else None
    complete(target, own)
    with folder_beside(target) as beside:
        (beside / NEW / "deep").mkdir(parents=True)
        for name in ("model", "summary", "deep/part"):
            (beside / NEW / name).write_bytes(b"new")
        if keeping:
            (beside / NEW / "deep" / "part").unlink()
            (beside / NEW / "deep").rmdir()
        replace_folder(beside, target, own)


BEFORE = {"model": b"old", "summary": b"old", "old": b"old"}
NOTES = {"notes.txt": b"mine", "runs/1/log": b"mine", ".hidden": b"mine"}
AFTER = {"model": b"new", "summary": b"new"}


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@pytest.mark.usefixtures("way")
def test_a_folder_is_replaced_and_files_of_others_stay(tmp_path: Path) -> None:
    target = tmp_path / "build"
    fill(target, {**BEFORE, **NOTES})
    (target / "empty").mkdir()
    (target / "link").symlink_to("nowhere")
    os.mkfifo(target / "pipe")
    target.chmod(0o750)
    inode = (target / "notes.txt").stat().st_ino
    build(target)
    assert contents(target) == {**AFTER, **NOTES}
    assert (target / "empty").is_dir()
    assert os.readlink(target / "link") == "nowhere"
    assert (target / "pipe").is_fifo()
    assert (mode(target), (target / "notes.txt").stat().st_ino) == (0o750, inode)
    assert names(tmp_path)[0] == "build"
    assert temporary_folders(tmp_path) == []


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("exists", [False, True])
def test_without_names_a_folder_is_replaced_as_a_whole(tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "predictions"
    if exists:
        fill(target, {**BEFORE, **NOTES})
    build(target, keeping=False)
    assert names(target) == ["deep", "deep/part", "model", "summary"]
    assert contents(target) == {**AFTER, "deep/part": b"new"}
    assert temporary_folders(tmp_path) == []


@pytest.mark.usefixtures("way")
def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    fill(tmp_path / "there", {**BEFORE, **NOTES})
    (tmp_path / "link").symlink_to("there")
    build(tmp_path / "link")
    assert os.readlink(tmp_path / "link") == "there"
    assert contents(tmp_path / "there") == {**AFTER, **NOTES}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", ["model", "old"])
def test_a_folder_in_the_place_of_a_file_stays(tmp_path: Path, name: str) -> None:
    target = tmp_path / "build"
    fill(target, {f"{name}/notes": b"mine", "summary": b"old"})
    with pytest.raises(IsADirectoryError):
        build(target)
    assert contents(target) == {f"{name}/notes": b"mine", "summary": b"old"}
    assert temporary_folders(tmp_path) == []


def test_what_others_write_just_before_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, exchange = tmp_path / "build", folders._exchange
    fill(target, {**BEFORE, **NOTES})

    def late(one: Path, other: Path) -> None:
        with written_beside(target / "notes.txt") as beside:
            beside.write_bytes(b"newer")
        fill(target, {"more/late": b"late"})
        exchange(one, other)

    monkeypatch.setattr(folders, "_exchange", late)
    build(target)
    assert contents(target) == {**AFTER, **NOTES, "notes.txt": b"newer", "more/late": b"late"}


@contextmanager
def dying_at(number: int) -> Iterator[None]:
    """Kill this process at a call that changes files."""
    left = number

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        is_write = event == "open" and arguments[1] not in (None, "r", "rb")
        if is_write or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"):
            left -= 1
            if left < 0:
                die()

    sys.addaudithook(hook)
    yield


@pytest.mark.parametrize("keeping", [True, False])
def test_a_killed_replacement_is_whole_or_is_completed(
    tmp_path: Path, way: str, keeping: bool
) -> None:
    """Kill the process at each call; wherever folders are exchanged, the folder is never mixed."""
    kept = NOTES if keeping else {}
    old = {**BEFORE, **NOTES}
    new = {**AFTER, **kept, **({} if keeping else {"deep/part": b"new"})}
    states = []
    for number in range(1000):
        target = tmp_path / str(number) / "build"
        fill(target, old)
        pid = os.fork()
        if not pid:
            with dying_at(number):
                build(target, keeping=keeping)
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        found = contents(target)
        assert {**found, **kept} == found
        states.append("old" if found == old else "new" if found == new else "mixed")
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        build(target, keeping=keeping)
        assert contents(target) == new
        assert [each.name for each in target.parent.iterdir()] == ["build"]
    assert len(states) > 10
    assert {*states} == ({"old", "new"} if way == "exchange" else {"old", "mixed", "new"})
    assert states == sorted(states, key=["old", "mixed", "new"].index)


HOSTILE = [
    '{"target": "build", "written": ["../../gone"], "removed": ["../notes", "/etc/x", "notes"]}',
    '{"target": "other", "written": [], "removed": ["model"]}',
    '{"target": "build", "written": 1, "removed": ["model"]}',
    "[]",
    "nothing",
]


@pytest.mark.parametrize("moves", HOSTILE)
def test_moves_that_no_command_wrote_do_no_harm(tmp_path: Path, moves: str) -> None:
    target = tmp_path / "build"
    fill(target, {**BEFORE, "notes": b"mine"})
    fill(tmp_path, {"notes": b"mine", ".cnnspec-0000000000000000/moves.json": moves.encode()})
    complete(target, OWN)
    assert contents(target) == {**BEFORE, "notes": b"mine"}
    assert (tmp_path / "notes").read_bytes() == b"mine"


WRITER = """
import sys
from pathlib import Path
from cnnspec.files.folders import NEW, replace_folder
from cnnspec.files.writing import folder_beside, written_beside
target, text = Path(sys.argv[1]), sys.argv[2]
for _ in range(10):
    with folder_beside(target) as beside:
        (beside / NEW).mkdir()
        for name in ("model", "summary"):
            (beside / NEW / name).write_text(text)
        replace_folder(beside, target, ("model", "summary"))
    with written_beside(target.parent / "file") as file:
        file.write_text(text)
"""


def test_two_processes_at_once_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "build"
    fill(target, NOTES)
    command = [sys.executable, "-c", WRITER, str(target)]
    both = [subprocess.Popen([*command, each * 1000]) for each in "ab"]
    assert [each.wait() for each in both] == [0, 0]
    found = contents(target)
    assert {name: found.pop(name) for name in NOTES} == NOTES
    assert {*found} == {"model", "summary"}
    assert found["model"] == found["summary"]
    assert found["model"] in (b"a" * 1000, b"b" * 1000)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["build", "file"]


# Reading


@pytest.mark.parametrize(
    ("sort", "message"),
    [("pipe", NOT_REGULAR), ("link to a device", NOT_REGULAR), ("folder", "Is a directory")],
)
def test_only_files_are_opened(tmp_path: Path, sort: str, message: str) -> None:
    in_the_way(sort, tmp_path / "path")
    with pytest.raises(OSError) as refused:  # noqa: PT011 the message says which
        opened(tmp_path / "path")
    assert refused.value.strerror == message


def test_a_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    with opened(tmp_path / "link") as file:
        assert file.read() == b"content"
