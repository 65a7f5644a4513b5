"""Files and folders that are written beside their target, then moved there."""

import stat
from pathlib import Path

import pytest

from cnnspec.files import folder_beside, sweep, written_beside


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_file_takes_its_place_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "model.weights.h5"
    for text in ("first", "second"):
        with written_beside(target) as beside:
            before = target.read_text() if target.exists() else None
            assert beside.name.endswith(".weights.h5")
            beside.write_text(text)
            assert (target.read_text() if target.exists() else None) == before
        assert contents(target.parent) == {"model.weights.h5": text.encode()}


def write_half(target: Path, error: BaseException) -> None:
    with written_beside(target) as beside:
        beside.write_text("half of it")
        raise error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_stays_where_writing_fails(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "spec.yaml"
    target.write_text("before")
    with pytest.raises(type(error)):
        write_half(target, error)
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


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(b"whole")
    with written_beside(tmp_path / "model.keras") as beside:
        sweep(tmp_path)
        assert not beside.exists()
        beside.write_bytes(b"again")
    assert contents(tmp_path) == {"model.keras": b"again"}
