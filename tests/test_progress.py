"""How a training is shown on a terminal, and elsewhere."""

import io
import re
import sys

import pytest

from cnnspec.cli.progress import Bar, pass_progress, progress
from cnnspec.training.display import Lines
from cnnspec.training.pace import Pace, in_words

NOW = {"digit_accuracy": 0.5, "digit_loss": 1.23456, "loss": 2, "odd_accuracy": 0.75, "odd_loss": 1}
EPOCH = {"epoch": 0, **NOW, "val_digit_accuracy": 0.25, "val_digit_loss": 3, "val_loss": 4.5}
LINE = (
    "epoch 1/2: digit_accuracy 0.5, digit_loss 1.235, loss 2, odd_accuracy 0.75, odd_loss 1, "
    "val_digit_accuracy 0.25, val_digit_loss 3, val_loss 4.5"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, width: int = 100, term: str = "xterm"
) -> str:
    """All that is written of an epoch and a half, without the codes that move the cursor."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", term)
    with progress(2, quiet=False) as listener:
        assert listener is not None
        listener.batch(0, 10, 10, NOW)
        listener.epoch(0, EPOCH)
        listener.batch(1, 5, 10, NOW)
    written = stream.getvalue().replace("\r", "\n")  # where it writes over what it wrote
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)


@pytest.mark.parametrize("width", [50, 100])
def test_a_terminal_shows_everything(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [each.rstrip() for each in shown(monkeypatch, Terminal(), width).splitlines()]
    assert lines.count(LINE) == 1  # which stays
    last = lines[max(at for at, line in enumerate(lines) if line.startswith("epoch 2/2, step")) :]
    assert re.fullmatch(r"epoch 2/2, step 5/10 [━╸╺]+ [-0-9:]+ left", last[0])
    measures = [
        "digit_accuracy 0.5",
        "digit_loss 1.235",
        "loss 2",
        "odd_accuracy 0.75",
        "odd_loss 1",
    ]
    assert re.split(r" {2,}", "   ".join(each for each in last[1:] if each)) == measures
    assert max(map(len, last)) <= width


class Encoded(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_lines_shows_a_bar_of_others(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream is strict: what it lacks would be an error."""
    written = io.BytesIO()
    stream = Encoded(written, encoding)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    with progress(2, quiet=False) as listener:
        assert listener is not None
        listener.batch(0, 5, 10, NOW)
        listener.epoch(0, EPOCH)
    stream.flush()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.getvalue().decode(encoding))
    assert LINE in text
    assert re.search(r"epoch 1/2, step 5/10 -{5,}", text)


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_a_line_an_epoch(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), term=term) == f"{LINE}\n"


def test_what_is_no_terminal_gets_a_line_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == f"{LINE}\n"


def test_quiet_is_quiet() -> None:
    with progress(2, quiet=True) as listener:
        assert listener is None


def lines_of(stream: io.StringIO) -> list[str]:
    """The lines that a terminal shows, one after the other, without the codes."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue().replace("\r", "\n"))
    return [line.rstrip() for line in text.splitlines() if line.strip()]


BAR = r"[━╸╺]+"
LEFT = r"[-0-9:]+ left"


def test_passes_around_and_within_epochs_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    shown = []
    with progress(3, quiet=False) as listener:
        assert isinstance(listener, Bar)
        for told in (
            lambda: listener.follow("computing features", 2, 8),
            lambda: listener.follow("computing features", 8, 8),
            lambda: listener.batch(0, 10, 10, {"loss": 2.0}),
            lambda: listener.follow("validation", 1, 4, 0),
            lambda: listener.batch(1, 1, 10, {"loss": 1.0}),
            lambda: listener.follow("evaluating the test data", 3, 4),
        ):
            told()
            listener.live.refresh()
            shown.append(lines_of(stream))
    steps = [
        f"computing features, step 2/8 {BAR} {LEFT}",
        f"computing features, step 8/8 {BAR} {LEFT}",
        f"epoch 1/3, step 10/10 {BAR} {LEFT}",
        f"epoch 1/3, validation 1/4 {BAR} {LEFT}",
        f"epoch 2/3, step 1/10 {BAR} {LEFT}",
        f"evaluating the test data, step 3/4 {BAR} {LEFT}",
    ]
    for line, lines in zip(steps, shown, strict=True):
        bars = [each for each in lines if re.search("[━╸╺]", each)]
        assert re.fullmatch(line, bars[-1])


def test_a_pass_alone_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        monkeypatch.setattr(sys, "stderr", stream)
        with pass_progress("evaluating the test data") as follower:
            if follower is not None:
                follower.follow("evaluating the test data", 3, 4)
                follower.live.refresh()
    line = f"evaluating the test data, step 3/4 {BAR} {LEFT}"
    assert any(re.fullmatch(line, each) for each in lines_of(terminal))
    assert file.getvalue() == ""


def test_lines_are_for_epochs_alone() -> None:
    written: list[str] = []
    lines = Lines(2, written.append)
    lines.follow("computing features", 1, 2)
    lines.batch(0, 1, 2, NOW)
    lines.follow("validation", 1, 2, 0)
    lines.epoch(0, EPOCH)
    assert written == [LINE]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03"), (90000, "25:00:00")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert in_words(seconds) == text


def test_the_time_left_is_that_of_the_last_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("cnnspec.training.pace.time.monotonic", lambda: now[0])
    pace = Pace()
    found = []
    for seconds, done in ((0, 10), (10, 20), (20, 30), (60, 31), (100, 32), (140, 210)):
        now[0] = 100.0 + seconds
        found.append(pace.left(done, 210))
    # A resumed run begins at step 10; then it becomes slow, which counts after half a minute.
    assert found == ["", "3:10 left", "3:00 left", "1:59:20 left", "1:58:40 left", ""]
