"""Writes statements as lines: every value gets a variable that keeps it until its last use."""

from collections.abc import Iterator, Sequence

from cnnspec.backends.python.identifiers import Identifiers, identifier
from cnnspec.backends.python.layout import INDENT, lines
from cnnspec.backends.python.statements import Assign, Lane, Loop, Statement, Value, all_read

MAX_TARGETS = 32
"""The limit of the length of several targets together, so that they fit on a line with the call."""


class Variables:
    """The variables of a function.

    Values of a lane share a variable one after another. A value that is still needed when the next
    one is assigned has its own variable.
    """

    def __init__(self, names: Identifiers) -> None:
        self.names = names
        self.of: dict[Value, str] = {}
        self.lanes: dict[Lane, str] = {}
        self.commented: set[str] = set()
        """The comments above a statement."""

    def lane(self, lane: Lane) -> str:
        """Return the variable of a lane: that of the whole function is `x`."""
        if lane not in self.lanes:
            branch = lane[-1] if lane else "x"
            if branch.isdecimal():  # it has no name
                branch = f"branch_{int(branch) + 1}"
            self.lanes[lane] = self.names.free(branch)
        return self.lanes[lane]

    def choose(
        self,
        statements: Sequence[Statement],
        results: Sequence[Value],
        starts: Sequence[Value] = (),
    ) -> set[str]:
        """Choose variables for the results of some statements; return all assigned variables.

        `results` are used after the last statement; `starts` exist before the first, in the
        variables of their lanes, unless these are assigned while they are still needed.
        """
        last = dict.fromkeys(results, len(statements))
        for position, statement in reversed(list(enumerate(statements))):
            for each in statement.inputs():
                last.setdefault(each, position)
            for each in all_read(statement.body) if isinstance(statement, Loop) else ():
                last[each] = max(last.get(each, -1), position + 1)  # when the loop has begun
        assigned: list[set[str]] = [set() for _ in statements]
        for position, statement in reversed(list(enumerate(statements))):
            for value in statement.results:
                if value is not None:
                    later = assigned[position + 1 : last.get(value, 0)]
                    is_named = value.is_named and isinstance(statement, Assign)
                    assigned[position].add(self.variable(value, set().union(*later), is_named))
            if isinstance(statement, Loop):
                assigned[position] |= self.inside(statement)
        for start in starts:
            before = set().union(*assigned[: last.get(start, 0)])
            usual = self.lane(start.lane)
            self.of[start] = self.names.free(start.name) if usual in before else usual
        return set().union(*assigned)

    def variable(self, value: Value, later: set[str], is_named: bool) -> str:
        """Return the variable of a value that is needed while some others are assigned."""
        if value not in self.of:
            usual = self.lane(value.lane)
            is_own = usual in later or (is_named and identifier(value.name) != usual)
            self.of[value] = self.names.free(value.name) if is_own else usual
        return self.of[value]

    def inside(self, loop: Loop) -> set[str]:
        """Choose the variables inside a loop, whose lane is that of its result."""
        lane = loop.result.lane
        usual = self.lanes.get(lane)
        self.lanes[lane] = self.of[loop.result]
        assigned = self.choose(loop.body, (loop.last,), [loop.carried])
        if usual is None:
            del self.lanes[lane]
        else:
            self.lanes[lane] = usual
        return assigned

    def written(self, statements: Sequence[Statement], indent: str) -> Iterator[str]:
        """Return the lines of some statements."""
        for statement in statements:
            if isinstance(statement, Loop):
                yield from self.loop(statement, indent)
                continue
            yield from self.comment(statement, indent)
            targets = ", ".join(self.of[each] if each else "_" for each in statement.results)
            code = statement.code([self.of[each] for each in statement.reads])
            if len(targets) <= MAX_TARGETS:
                yield from lines(code, indent, f"{targets} = " if targets else "")
                continue
            together = self.names.free("outputs")
            yield from lines(code, indent, f"{together} = ")
            for position, each in enumerate(statement.results):
                if each is not None:
                    yield f"{indent}{self.of[each]} = {together}[{position}]"

    def returned(
        self, statements: Sequence[Statement], result: Value, indent: str
    ) -> Iterator[str]:
        """Return the lines of some statements and of the returned value."""
        last = statements[-1] if statements else None
        if isinstance(last, Assign) and last.results == (result,):
            yield from self.written(statements[:-1], indent)
            yield from self.comment(last, indent)
            code = last.code([self.of[each] for each in last.reads])
            yield from lines(code, indent, "return ")
        else:
            yield from self.written(statements, indent)
            yield f"{indent}return {self.of[result]}"

    def comment(self, statement: Assign, indent: str) -> Iterator[str]:
        """Return the lines of a comment, unless the function already has it."""
        if statement.comment and statement.comment not in self.commented:
            self.commented.add(statement.comment)
            yield from (f"{indent}# {line}" for line in statement.comment.splitlines())

    def loop(self, loop: Loop, indent: str) -> Iterator[str]:
        """Return the lines of a loop, which keeps its value in the variable of its result."""
        carrying = self.of[loop.result]
        yield from copied(carrying, self.of[loop.start], indent)
        yield from lines(loop.times, indent, f"for {loop.index} in range(", "):")
        deeper = indent + INDENT
        yield from copied(self.of[loop.carried], carrying, deeper)
        yield from self.written(loop.body, deeper)
        yield from copied(carrying, self.of[loop.last], deeper)


def copied(target: str, source: str, indent: str) -> Iterator[str]:
    """Return the line that assigns one variable to another, if they are different."""
    if target != source:
        yield f"{indent}{target} = {source}"
