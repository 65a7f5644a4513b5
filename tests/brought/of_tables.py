"""Tables, their cells and columns."""

from tests.brought.case import FOUR, Case, Gives, Says, X
from tests.brought.files import archive, folders, table

COLUMNS = {
    "an empty cell": Case(
        table("x,label\n1,0\n,1\n3,0\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 3 is empty",
            "x",
        ),
    ),
    "an empty cell below an empty line": Case(
        table("x,label\n\n1,0\n,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 4 is empty",
            "x",
        ),
    ),
    "a word for what is missing": Case(
        table("x,label\n1,0\nn/a,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 3 has 'n/a'",
            "x",
        ),
    ),
    "a number that is missing": Case(
        table("x,label\n1,0\nnan,1\n"),
        Says("out-of-range", "the column 'x' of './data.csv' has nan in row 3", "x"),
    ),
    "true and false as an input": Case(
        table("x,label\nTrue,0\nFalse,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has 'True'",
            "x",
        ),
    ),
    "decimal commas": Case(
        table("x;label\n1,5;0\n2,5;1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has '1,5'",
            "x",
            "write a decimal point: 1.5",
        ),
        data='{csv: {path: data.csv, delimiter: ";"}}',
    ),
    "another delimiter": Case(
        table("x;label\n1;0\n2;1\n"),
        Says(
            "wrong-structure",
            "'./data.csv' has only one column, 'x;label'",
            "csv",
            'set `delimiter: ";"`',
        ),
    ),
    "two columns of one name": Case(
        table("x,label,x\n1,0,2\n"),
        Says("duplicate-name", "two columns of './data.csv' are called 'x'", "csv"),
    ),
    "a short row": Case(
        table("x,label\n1,0\n2\n"),
        Says("file-not-found", "row 3 of './data.csv' has 1 value, but the header has 2", "csv"),
    ),
    "a header and no rows": Case(
        table("x,label\n"),
        Says("file-not-found", "'./data.csv' has no rows after its header", "csv"),
    ),
    "nothing at all": Case(table(""), Says("file-not-found", "'./data.csv' is empty", "csv")),
    "a table from Excel": Case(
        table(f"\ufeff{FOUR}".replace("\n", "\r\n")),
        Gives(inputs=[1, 2, 3, 4], targets=[0, 1, 0, 1]),
    ),
    "a table in UTF-16": Case(
        table(FOUR, encoding="utf-16"),
        Says("not-utf8", "'./data.csv' is text in UTF-16, not in UTF-8", "csv", "save it in UTF-8"),
    ),
    "the numbers of rows without a name": Case(
        table(",x,label\n0,5,1\n1,6,0\n"), Gives(inputs=[5, 6], targets=[1, 0])
    ),
    "a label that is no class": Case(
        table("x,label\n1,0\n2,2\n"),
        Says(
            "out-of-range", "'kind' has 2 classes, 0 to 1, but row 3 of './data.csv' has 2", "label"
        ),
    ),
    "an infinite number": Case(
        table("x,label\n1,0\n-inf,1\n"),
        Says(
            "out-of-range",
            "the column 'x' of './data.csv' has -inf in row 3",
            "x",
            "numbers with a point are float32, at most 3.4e38",
        ),
    ),
    "a number that is too large": Case(
        table("x,label\n1.5,0\n1e39,1\n"),
        Says(
            "out-of-range",
            "the column 'x' of './data.csv' has inf in row 3",
            "x",
            "numbers with a point are float32, at most 3.4e38",
        ),
    ),
    "a division by zero": Case(
        table("x,w,label\n1,1,0\n1,0,0\n"),
        Says("out-of-range", "the expression is inf in row 3 of './data.csv'", "x / w"),
        inputs="x / w",
    ),
    "whole numbers beyond 53 bits": Case(
        table("x,label\n9007199254740993,0\n9007199254740992,1\n"),
        Gives(inputs=[1, 0], targets=[0, 1]),
        inputs="x - 9007199254740992",
    ),
    "whole numbers that overflow": Case(
        table("x,label\n9223372036854775807,0\n1,1\n"),
        Says("out-of-range", "a whole number of the expression does not fit 64 bits", "x * 2"),
        inputs="x * 2",
    ),
    "separators of thousands": Case(
        table('x,label\n"1,234,567",0\n'),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has '1,234,567'",
            "x",
            "write 1234567, without commas",
        ),
    ),
    "an underscore between digits": Case(
        table("x,label\n1_5,0\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has '1_5'",
            "x",
        ),
    ),
    "a percentage": Case(
        table("x,label\n50%,0\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 2 has '50%'",
            "x",
        ),
    ),
    "blank lines and empty rows at the end": Case(
        table("x,label\n1,0\n2,1\n,\n   \n,\n\n"), Gives(inputs=[1, 2], targets=[0, 1])
    ),
    "an empty row above others": Case(
        table("x,label\n1,0\n,\n2,1\n"),
        Says(
            "wrong-dtype",
            "the column 'x' of './data.csv' must contain numbers, but row 3 is empty",
            "x",
        ),
    ),
    "a delimiter at the end of each row": Case(
        table("x,label,\n1,0,\n2,1,\n"), Gives(inputs=[1, 2], targets=[0, 1])
    ),
    "quotes around everything": Case(
        table('"x","label"\n"1","a, b"\n"2","c ""d"""\n'),
        Gives(inputs=[1, 2], targets=[0, 1], classes=("a, b", 'c "d"')),
    ),
    "a quote that is not closed": Case(
        table('x,label\n1,"a\n2,c\n'),
        Says("file-not-found", "line 3 of './data.csv' has a quote that is never closed", "csv"),
    ),
    "text behind a quote": Case(
        table('x,label\n1,"a" b\n'),
        Says("file-not-found", "line 2 of './data.csv' has text after a closing quote", "csv"),
    ),
    "lines of an old Mac": Case(table(FOUR.replace("\n", "\r")), Gives(targets=[0, 1, 0, 1])),
    "a table in Latin-1": Case(
        table("x,label\n1,café\n", encoding="latin-1"),
        Says(
            "not-utf8",
            "'./data.csv' is not text in UTF-8: line 2 has the byte 0xe9",
            "csv",
            "save it in UTF-8",
        ),
    ),
    "no header": Case(
        table("5,0\n6,1\n"),
        Says("unknown-name", "the data has no column 'x'", "x", "choose from '5', '0'"),
    ),
    "a folder instead of a table": Case(
        folders("a/1.png"),
        Says("file-not-found", "'./data' cannot be read: Is a directory", "csv"),
        data="{csv: data}",
    ),
    "an archive instead of a table": Case(
        archive(x=X),
        Says(
            "not-utf8",
            "'./data.npz' is not text in UTF-8: line 1 has the byte 0xff",
            "csv",
            "save it in UTF-8",
        ),
        data="{csv: data.npz}",
    ),
    "class numbers from 1": Case(
        table("x,label\n1,1\n2,2\n"),
        Says(
            "out-of-range",
            "'kind' has 2 classes, 0 to 1, but row 3 of './data.csv' has 2",
            "label",
            "classes are numbered from 0: subtract 1",
        ),
    ),
    "class numbers with a point": Case(
        table("x,label\n1,0.0\n2,1.0\n"), Gives(inputs=[1, 2], targets=[0, 1])
    ),
    "a class number that is not whole": Case(
        table("x,label\n1,0\n2,0.5\n"),
        Says(
            "out-of-range",
            "'kind' has 2 classes, 0 to 1, but row 3 of './data.csv' has 0.5",
            "label",
        ),
    ),
}
