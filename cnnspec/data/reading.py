"""Finds the columns that expressions use: their own, those of runs, and images that text names."""

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cnnspec.data.columns import Column, text_shown
from cnnspec.data.labels import Classes
from cnnspec.data.problems import DataProblem
from cnnspec.data.values import Expression, expression
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.files.reading import MISSING, trouble
from cnnspec.language.column_expressions import (
    as_text,
    column_name,
    image_size,
    one_hot_size,
    parse_columns,
    run_of,
)
from cnnspec.syntax.paths import leads_out

MOST_LISTED = 10
"""The most columns, or files, that a message lists."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads expressions over the columns of one part of the data."""

    columns: Mapping[str, Column]
    parameters: Mapping[str, float]
    root: Path | None = None
    """The folder that the paths of images may not lead out of."""
    source: str = "the data"
    """The source of the columns, for messages."""
    used: dict[str, Column] = field(default_factory=dict)
    """The columns that the expressions use, and those made of them, by their names in trees."""
    names: dict[str, None] = field(default_factory=dict)
    """The names of the columns in the expressions."""

    def read(
        self,
        text: str,
        at: At,
        *,
        channels: int = 3,
        classes: Classes | None = None,
        takes_numbers: bool = False,
        takes_text: bool = False,
    ) -> Expression:
        """Return an expression; its columns are then in `used`.

        Images have `channels`. `classes` number the labels of a `one_hot`, and with
        `takes_numbers` those of an expression that is only a column. With `takes_text` the columns
        are text.

        Raises:
            DataProblem: it cannot be parsed, or a column does not exist or cannot be used.

        """
        try:
            tree = parse_columns(text)
            finder = _Found(self, at, channels, classes)
            find = finder.labels if takes_numbers else finder.inside
            tree = (finder.texts if takes_text else find)(tree)
            shapes = {name: column.shape for name, column in self.used.items()}
            found = expression(tree, shapes, self.parameters)
        except DataProblem:
            raise
        except Problem as problem:
            raise DataProblem(
                problem.code, problem.message, at, suggestion=problem.suggestion
            ) from None
        except ValueError:
            raise DataProblem(
                "shape-mismatch", "columns whose rows have different shapes", at
            ) from None
        if not found.columns:
            message = f"'{text}' does not use a column of the data"
            raise DataProblem("bad-expression", message, at)
        return found

    def column(self, name: str, at: At) -> Column:
        """Return a column of the data.

        Raises:
            DataProblem: there is none of that name.

        """
        if name in self.columns:
            self.names[name] = None
            return self.columns[name]
        listed = [f"'{each}'" for each in [*self.columns][:MOST_LISTED]]
        known = ", ".join(listed + ["..."] * (len(self.columns) > MOST_LISTED))
        hint = did_you_mean(name, [*self.columns, *self.parameters]) or f"choose from {known}"
        message = f"{self.source} has no column '{name}'"
        raise DataProblem("unknown-name", message, at, suggestion=hint)


@dataclass(frozen=True, slots=True)
class _Found:
    """Finds the columns of one expression."""

    reader: Reader
    at: At
    channels: int
    classes: Classes | None

    def labels(self, tree: ast.expr) -> ast.expr:
        """Return the tree of labels, with class numbers for a column of text."""
        name = self.name_of(tree)
        if name is not None and self.classes is not None:
            column = self.reader.column(name, self.at)
            numbered = None if column.fault else self.classes.numbered(column)
            if numbered is not None:
                return self.made(f"{name} as the classes of {self.classes.output}", numbered)
        return self.inside(tree)

    def texts(self, tree: ast.expr) -> ast.expr:
        """Return the tree of a column of text, or of a vector of them."""
        name = self.name_of(tree)
        if name is not None:
            column = self.reader.column(name, self.at).text(self.at)
            return self.made(f"{name} as text", column)
        match tree:
            case ast.BinOp(op=ast.MatMult()):
                return ast.List([self.texts(ast.Name(each)) for each in run_of(tree)])
            case ast.List(elts=parts):
                return ast.List([*map(self.texts, parts)])
        message = f"'{self.at[-1]}' takes text, which is a column or a list of columns"
        raise DataProblem("bad-expression", f"{message}, not '{as_text(tree)}'", self.at)

    def name_of(self, tree: ast.expr) -> str | None:
        """Return the name of the column that a tree is; None for parameters and others."""
        is_column = isinstance(tree, ast.Call) and getattr(tree.func, "id", "") == "column"
        if is_column or (
            isinstance(tree, ast.Name)
            and (tree.id in self.reader.columns or tree.id not in self.reader.parameters)
        ):
            return column_name(tree)
        return None

    def inside(self, tree: ast.expr) -> ast.expr:
        if (name := self.name_of(tree)) is not None:
            return self.numbers(name)
        match tree:
            case ast.BinOp(op=ast.MatMult()):
                return ast.List([*map(self.numbers, run_of(tree))])
            case ast.Call(func=ast.Name(id="image"), args=[path, _]):
                size = image_size(tree, self.reader.parameters)
                column = self.reader.column(column_name(path), self.at)
                shape = (*size, self.channels)
                return self.made(f"{as_text(tree)} {shape}", self.images(column, shape))
            case ast.Call(func=ast.Name(id="one_hot") as function, args=[labels, _]):
                count = ast.Constant(one_hot_size(tree, self.reader.parameters))
                return ast.Call(function, [self.labels(labels), count], [])
            case ast.Call(func=function, args=arguments):
                return ast.Call(function, [*map(self.inside, arguments)], [])
            case ast.List(elts=parts):
                return ast.List([*map(self.inside, parts)])
            case ast.BinOp(left=left, op=operator, right=right):
                return ast.BinOp(self.inside(left), operator, self.inside(right))
            case ast.UnaryOp(op=sign, operand=operand):
                return ast.UnaryOp(sign, self.inside(operand))
            case ast.Compare(left=left, ops=operators, comparators=others):
                return ast.Compare(self.inside(left), operators, [*map(self.inside, others)])
        return tree

    def numbers(self, name: str) -> ast.expr:
        return self.made(name, self.reader.column(name, self.at).checked(self.at))

    def made(self, key: str, column: Column) -> ast.expr:
        self.reader.used[key] = column
        return ast.Name(key)

    def images(self, column: Column, shape: tuple[int, int, int]) -> Column:
        """Return the images that a column of paths names, relative to its file."""
        if column.fault is not None or not column.is_text or column.is_image:
            column.checked(self.at)
            message = f"{column.shown} must contain the paths of images, not {column.dtype}"
            raise DataProblem("wrong-dtype", message, self.at)
        folder = column.file.parent if column.file else Path()
        texts = column.texts()
        paths = [folder / text for text in texts.reshape(len(texts), -1)[:, 0]]
        wrong = []
        for place, (path, text) in enumerate(zip(paths, texts, strict=True)):
            if outside := leads_out(path, self.reader.root, str(text)):
                raise DataProblem("outside-root", f"row {column.row(place)}: {outside}", self.at)
            if not text:
                raise DataProblem(
                    "wrong-dtype", f"{column.shown} is empty in row {column.row(place)}", self.at
                )
            if os.path.isfile(path):
                continue
            what = trouble(path)
            if what not in (MISSING, None):
                message = f"row {column.row(place)} of {column.shown}: '{text}' {what}"
                raise DataProblem("file-not-found", message, self.at)
            wrong.append(f"row {column.row(place)} {text_shown(str(text))}")
        if wrong:
            listed = ", ".join(wrong[:MOST_LISTED]) + ", ..." * (len(wrong) > MOST_LISTED)
            message = f"{column.shown} names files that do not exist: {listed}"
            raise DataProblem("file-not-found", message, self.at)
        as_read = np.array([path.as_posix() for path in paths])
        return replace(column, shape=shape, dtype="float32", read=lambda: as_read, is_image=True)
