"""Every writing command with something in its way: it writes all that it should, or nothing, and says so.

All of them run in forks of one process, which imports Keras once.
"""

import json

import pytest

from faults.commands import COMMANDS
from faults.conditions import CONDITIONS
from tests.support.commands import python_output
from tests.support.paths import ROOT

NAMES = [each.name for each in COMMANDS if not each.errors]


@pytest.fixture(scope="module")
def wrong() -> dict[str, dict[str, list[str]]]:
    """What is wrong, by command and condition."""
    found: dict[str, dict[str, list[str]]] = json.loads(
        python_output("-m", "faults.conditions", cwd=ROOT)
    )
    return found


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("command", NAMES)
def test_a_command_is_done_or_changes_nothing(
    command: str, condition: str, wrong: dict[str, dict[str, list[str]]]
) -> None:
    assert wrong[command][condition] == []
