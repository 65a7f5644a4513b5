"""Expressions over the columns of data: those of the language, with vectors, classes and images.

- `column("sepal length (cm)")`: a column whose name is not an identifier
- `[a, b, c / 10]`: one vector of several columns
- `pixel0..pixel783`: a run of numbered columns, also a vector
- `one_hot(y, 10)`: class numbers as vectors of zeros with a one
- `image(path, [96, 96])`: the images that a column of paths names

In the syntax tree, `a..b` is the operator `@`, which the language does not have.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.language.evaluation import FUNCTIONS, check_parts, compute
from cnnspec.language.expressions import MAX_LENGTH, Valued, syntax_tree

MAX_TEXT = 100 * MAX_LENGTH
"""The longest text of a vector, whose parts have `MAX_LENGTH` characters at most."""
MAX_RUN = 2**20
"""The most columns of a run."""

_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_COLUMN = rf"(?:[A-Za-z_]\w*(?!\w|\()|column\(\s*{_STRING}\s*\))"
_RUN = rf"(?a)(?P<text>{_STRING})|(?P<first>{_COLUMN})\s*\.\.\s*(?P<last>{_COLUMN})"
_WRITTEN_RUN = rf"{_STRING}| @ "
_ALLOWED = r"(?a)[\w\s.+\-*/%<>=!(),\[\]]*"
_WORDS = r"(?!.*\.\.)[^\W\d]\w*( +[\w(][\w().%]*)+"
FORMS = {
    "column": 'the name of a column in quotes: column("sepal length (cm)")',
    "one_hot": "class numbers and how many classes there are: one_hot(y, 10)",
    "image": "a column of paths and the size of the images: image(path, [96, 96])",
}


def parse_columns(text: str) -> ast.expr:
    """Parse and check an expression over columns, whatever their values will be.

    Raises:
        Problem: it is too long, or not an expression over columns.

    """
    if len(text) > MAX_TEXT:
        raise _too_long(len(text), MAX_TEXT)
    bare = re.sub(_STRING, "", text)
    if not re.fullmatch(_ALLOWED, bare):
        odd = next(letter for letter in bare if not re.fullmatch(_ALLOWED, letter))
        raise Problem("bad-expression", f"'{odd}' is not allowed in an expression")
    try:
        tree = syntax_tree(re.sub(_RUN, _as_operator, text), text)
    except Problem as problem:
        if re.fullmatch(_WORDS, text):
            problem.suggestion = f'write column("{text}") for a column of that name'
        raise
    for part in tree.elts if isinstance(tree, ast.List) else (tree,):
        length = (part.end_col_offset or 0) - part.col_offset
        if length > MAX_LENGTH:
            raise _too_long(length, MAX_LENGTH)
    check_parts(_Plain().visit(syntax_tree(re.sub(_RUN, _as_operator, text), text)))
    return tree


def _too_long(length: int, limit: int) -> Problem:
    message = f"an expression may have at most {limit} characters, but this one has {length}"
    return Problem("bad-expression", message)


def _as_operator(found: re.Match[str]) -> str:
    return found["text"] or f"({found['first']} @ {found['last']})"


def as_text(tree: ast.expr) -> str:
    """Return the text of an expression over columns."""
    return re.sub(
        _WRITTEN_RUN, lambda each: ".." if each[0] == " @ " else each[0], ast.unparse(tree)
    )


def parts_of(text: str) -> str | list[str]:
    """Return an expression as in a spec: a vector as the list of its parts."""
    tree = parse_columns(text)
    return [*map(as_text, tree.elts)] if isinstance(tree, ast.List) else text


def joined(parts: str | list[str]) -> str:
    """Return the text of an expression that a spec writes as text or as a list."""
    return f"[{', '.join(parts)}]" if isinstance(parts, list) else parts


@lru_cache(maxsize=1024)
def names_over_columns(text: str) -> frozenset[str]:
    """Return the names of the columns and parameters in an expression.

    Raises:
        Problem: it is not an expression over columns.

    """
    return frozenset(_names(parse_columns(text)))


def _names(tree: ast.expr) -> Iterator[str]:
    match tree:
        case ast.BinOp(op=ast.MatMult()):
            yield from run_of(tree)
        case ast.Call(func=ast.Name(id="column")):
            yield column_name(tree)
        case ast.Call(args=arguments):
            for each in arguments:
                yield from _names(each)
        case ast.Name(id=name):
            yield name
        case _:
            for inner in ast.iter_child_nodes(tree):
                if isinstance(inner, ast.expr):
                    yield from _names(inner)


def column_name(tree: ast.expr) -> str:
    """Return the name of the column that a name or a `column("...")` stands for.

    Raises:
        Problem: it is something else.

    """
    match tree:
        case ast.Name(id=name):
            return name
        case ast.Call(
            func=ast.Name(id="column"), args=[ast.Constant(value=str() as name)], keywords=[]
        ):
            return name
    raise Problem("bad-expression", f"'{as_text(tree)}' is not the name of a column")


def run_of(tree: ast.BinOp) -> tuple[str, ...]:
    """Return the names of the columns of a run.

    Raises:
        Problem: its ends are not two numbered columns in their order.

    """
    ends = [
        re.fullmatch(r"(.*?)([0-9]+)", column_name(each), re.DOTALL)
        for each in (tree.left, tree.right)
    ]
    first, last = ends
    if first is None or last is None or first[1] != last[1] or int(first[2]) > int(last[2]):
        message = f"'{as_text(tree)}' is not a run of numbered columns, such as pixel0..pixel783"
        raise Problem("bad-expression", message)
    start, stop = int(first[2]), int(last[2]) + 1
    if stop - start > MAX_RUN:
        raise Problem("too-large", f"a run may have at most {MAX_RUN:,} columns")
    digits = len(first[2]) if first[2].startswith("0") else 1
    return tuple(f"{first[1]}{number:0{digits}}" for number in range(start, stop))


def one_hot_size(call: ast.Call, parameters: Mapping[str, Any]) -> int:
    """Return the number of classes of a `one_hot`.

    Raises:
        Problem: it is not a whole number of at least 1.

    """
    size = compute(call.args[1], parameters)
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_RUN:
        message = f"'one_hot' takes a whole number of classes, not {as_text(call.args[1])}"
        raise Problem("bad-expression", message)
    return size


def image_size(call: ast.Call, parameters: Mapping[str, Any]) -> tuple[int, int]:
    """Return the height and width of an `image`.

    Raises:
        Problem: they are not whole numbers of at least 1.

    """
    height, width = (compute(each, parameters) for each in call.args[1].elts)  # type: ignore[attr-defined]
    for side in (height, width):
        if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= 2**15:
            message = f"the size of an image is a height and a width in pixels, not {side}"
            raise Problem("bad-expression", message)
    return int(height), int(width)


def with_parameters(text: str, parameters: Mapping[str, Any]) -> str:
    """Return an expression over columns with its parameters replaced by their values.

    Raises:
        Problem: it is not an expression over columns.

    """
    if not names_over_columns(text) & set(parameters):
        return text
    return as_text(_Valued(parameters).visit(parse_columns(text)))


def _is_constant(tree: ast.expr) -> bool:
    """Whether an expression does not depend on parameters."""
    return not any(isinstance(each, ast.Name) for each in ast.walk(tree))


class _Valued(Valued):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Keep the name of the function, and the name of a column."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "column"):
            node.args = [self.visit(each) for each in node.args]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Keep a run."""
        return node if isinstance(node.op, ast.MatMult) else self.generic_visit(node)  # type: ignore[return-value]


class _Plain(ast.NodeTransformer):
    """Checks what only expressions over columns have, and puts names in its place."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Check `column`, `one_hot` and `image`."""
        shown = ast.Name(as_text(node))
        match node:
            case ast.Call(func=ast.Name(id="column"), args=[ast.Constant(value=str())]):
                pass
            case ast.Call(func=ast.Name(id="one_hot"), args=[labels, size]):
                check_parts(self.visit(labels))
                check_parts(size)
                if _is_constant(size):
                    one_hot_size(node, {})
            case ast.Call(
                func=ast.Name(id="image"),
                args=[ast.Name() | ast.Call() as path, ast.List(elts=[height, width])],
            ):
                column_name(path)
                check_parts(height)
                check_parts(width)
                if _is_constant(height) and _is_constant(width):
                    image_size(node, {})
            case ast.Call(func=ast.Name(id=name)) if name in FORMS:
                raise Problem("bad-expression", f"'{name}' takes {FORMS[name]}")
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                known = ", ".join((*FUNCTIONS, *FORMS))
                message = f"unknown function '{name}'; choose from {known}"
                raise Problem("bad-expression", message)
            case _:
                node.args = [self.visit(each) for each in node.args]
                return node
        if node.keywords:
            raise Problem("bad-expression", f"an expression cannot contain '{as_text(node)}'")
        return shown

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Check a run."""
        if not isinstance(node.op, ast.MatMult):
            return self.generic_visit(node)  # type: ignore[return-value]
        run_of(node)
        return ast.Name(as_text(node))

    def visit_List(self, node: ast.List) -> ast.expr:
        """Check the parts of a vector."""
        if not node.elts:
            raise Problem("bad-expression", "a vector needs at least one part")
        for each in node.elts:
            if isinstance(each, ast.List):
                raise Problem("bad-expression", "a vector cannot contain another one")
            check_parts(self.visit(each))
        return ast.Name(as_text(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Refuse a name with a dot."""
        name = as_text(node)
        message = f"'{name}' is not an expression"
        hint = f'write column("{name}") for a column of that name'
        raise Problem("bad-expression", message, suggestion=hint)
