"""How a training is shown on a terminal, and elsewhere."""

import io
import re
import sys

import pytest

from cnnspec.cli.progress import progress

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
