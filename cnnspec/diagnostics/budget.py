"""What one run may do, over a spec and everything that it refers to."""

from collections.abc import Callable

from cnnspec.diagnostics.problems import Failure

MAX_STEPS = 50_000
"""The most steps that are expanded, those of submodels counted at each of their uses."""
MAX_VALUES = 3_000_000
"""The most values of lists and mappings in the arguments of all steps together."""
TOO_MANY_STEPS = f"the spec expands to more than {MAX_STEPS} steps"
TOO_MANY_VALUES = f"the arguments of all steps have more than {MAX_VALUES:,} values"


class Budget:
    """Counts what a run does; all stages draw on it."""

    def __init__(self) -> None:
        self.steps = 0
        """The steps that were expanded."""
        self.values = 0
        """The values that were put into arguments and parameters."""
        self._exceeded: Failure | None = None

    def stop(self, tell: Callable[[], Failure]) -> Failure:
        """Return the failure of what was one too many; only the first is told."""
        if self._exceeded is None:
            self._exceeded = tell()
        return self._exceeded

    def has_values(self, value: object) -> bool:
        """Count the values in a value, and return whether they were still allowed."""
        waiting = [value]
        for each in waiting:
            if isinstance(each, list | dict):
                self.values += len(each)
                if self.values > MAX_VALUES:
                    return False
                waiting += each.values() if isinstance(each, dict) else each
        return True
