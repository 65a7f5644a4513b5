"""Labels of tables and archives."""

import numpy

from tests.brought.case import FOUR, NPZ, ONE_HOT, YES_OR_NO, Case, Gives, Says, X
from tests.brought.files import archive, table

LABELS = {
    "text labels": Case(
        table("x,label\n1,dog\n2,cat\n3,dog\n"),
        Gives(inputs=[1, 2, 3], targets=[1, 0, 1], classes=("cat", "dog")),
    ),
    "text labels in the order of the spec": Case(
        table("x,label\n1,dog\n2,cat\n3,dog\n"),
        Gives(targets=[0, 1, 0], classes=("dog", "cat")),
        output=", classes: [dog, cat]",
    ),
    "text labels with spaces around them": Case(
        table("x,label\n1, dog\n2,cat \n3,dog\n"), Gives(targets=[1, 0, 1], classes=("cat", "dog"))
    ),
    "true and false as labels": Case(
        table("x,label\n1,True\n2,False\n"),
        Gives(targets=[1, 0], classes=("False", "True")),
        loss=YES_OR_NO,
        units=1,
    ),
    "a label that is missing": Case(
        table("x,label\n1,dog\n2,\n3,cat\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' has labels, but row 3 is empty",
            "label",
        ),
    ),
    "labels that are numbers and text": Case(
        table("x,label\n1,0\n2,1\n3,unknown\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' has numbers and text: row 2 has '0', row 4 has 'unknown'",
            "label",
            "if all of them are classes, list them in `classes` of 'kind'",
        ),
    ),
    "a label that is not listed": Case(
        table("x,label\n1,dog\n2,cat\n3,dogs\n"),
        Says(
            "unknown-name",
            "the column 'label' of './data.csv' has 'dogs' in row 4, which is not one of the classes "
            "of 'kind': 'cat', 'dog'",
            "label",
            "did you mean 'dog'?",
        ),
        output=", classes: [cat, dog]",
    ),
    "a listed class that no row has": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Gives(
            targets=[1, 0],
            classes=("cat", "dog", "bird"),
            warnings=(("empty-class", "no row has one of these classes of 'kind': 'bird'", None),),
        ),
        units=3,
        output=", classes: [cat, dog, bird]",
    ),
    "more labels than units": Case(
        table("x,label\n1,dog\n2,cat\n3,bird\n"),
        Says(
            "out-of-range",
            "'kind' has 2 classes, but the column 'label' of './data.csv' has 3: 'bird', 'cat', 'dog'",
            "label",
        ),
    ),
    "fewer labels than units": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "out-of-range",
            "'kind' has 3 classes, but the column 'label' of './data.csv' has 2: 'cat', 'dog'",
            "label",
            "list all classes in `classes` of 'kind'",
        ),
        units=3,
    ),
    "text labels for a loss of one-hot labels": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "shape-mismatch",
            "a row has the shape (), but 'kind' needs labels of shape (2,)",
            "label",
            "SparseCategoricalCrossentropy takes class numbers; one_hot(y, 2) makes vectors of them",
        ),
        loss=ONE_HOT,
    ),
    "text labels made one-hot": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Gives(targets=[[0, 1], [1, 0]], classes=("cat", "dog")),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
    "text labels for numbers": Case(
        table("x,label\n1,dog\n2,cat\n"),
        Says(
            "wrong-dtype",
            "the column 'label' of './data.csv' must contain numbers, but row 2 has 'dog'",
            "label",
        ),
        loss="mse",
    ),
    "text labels in an archive": Case(
        archive(x=X, label=numpy.array(["b", "a", "b", "a"])),
        Gives(targets=[1, 0, 1, 0], classes=("a", "b")),
        data=NPZ,
    ),
    "text labels of bytes": Case(
        archive(x=X, label=numpy.array([b"b", b"a", b"b", b"a"])),
        Gives(targets=[1, 0, 1, 0], classes=("a", "b")),
        data=NPZ,
    ),
    "numbers as text in an archive": Case(
        archive(x=X, label=numpy.array(["1", "2", "10", "2"])),
        Gives(
            targets=[0, 2, 1, 2],
            classes=("1", "10", "2"),
            warnings=(
                (
                    "class-order",
                    "classes are sorted as text, so class 1 is '10', not '2'",
                    "list them in the output: `classes: [1, 2, 10, ...]`",
                ),
            ),
        ),
        data=NPZ,
        units=3,
    ),
    "the test data has a label that training has not": Case(
        archive(
            x_train=X, label_train=list("abab"), x_test=X[:2], label_test=numpy.array(["a", "c"])
        ),
        Says(
            "unknown-name",
            "the column 'label_test' of './data.npz' has 'c' in row 1, which is not one of the classes "
            "of 'kind': 'a', 'b'",
            "label",
        ),
        data=NPZ,
    ),
    "class numbers made one-hot": Case(
        table(FOUR),
        Gives(targets=[[1, 0], [0, 1], [1, 0], [0, 1]]),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
    "class numbers that are no vectors": Case(
        table("x,label\n1,0\n2,2\n"),
        Says(
            "out-of-range",
            "one_hot takes 2 classes, 0 to 1, but row 3 of './data.csv' has 2",
            '"one_hot(label, 2)"',
        ),
        loss=ONE_HOT,
        targets='"one_hot(label, 2)"',
    ),
    "labels with spaces, commas and accents": Case(
        table('x,label\n1,naïve\n2,"iris, setosa"\n'),
        Gives(targets=[1, 0], classes=("iris, setosa", "naïve")),
    ),
    "numbers that are listed as classes": Case(
        table("x,label\n1,7\n2,3.0\n3,7\n"),
        Gives(targets=[1, 0, 1], classes=("3", "7")),
        output=", classes: [3, 7]",
    ),
    "numbers that are listed in another order": Case(
        archive(x=X, label=[0, 1, 0, 1]),
        Gives(targets=[1, 0, 1, 0], classes=("1", "0")),
        data=NPZ,
        output=", classes: [1, 0]",
    ),
    "a number that is not listed": Case(
        table("x,label\n1,7\n2,5\n"),
        Says(
            "unknown-name",
            "the column 'label' of './data.csv' has '5' in row 3, which is not one of the classes of "
            "'kind': '3', '7'",
            "label",
        ),
        output=", classes: [3, 7]",
    ),
    "class numbers with names": Case(
        table(FOUR),
        Gives(targets=[0, 1, 0, 1], classes=("cat", "dog")),
        output=", classes: [cat, dog]",
    ),
}
