"""Folders of images."""

from tests.brought.case import PIXELS, Case, Gives, Says
from tests.brought.files import both, folders, images, link

PARTS = ("train/a/1.png", "train/b/2.png")
FOLDERS = {
    "hidden folders": Case(
        folders("a/1.png", "b/2.png", ".ipynb_checkpoints/1.png", "__MACOSX/a/1.png", "a/._1.png"),
        Gives(inputs=["a/1.png", "b/2.png"], targets=[0, 1], classes=("a", "b")),
        **PIXELS,
    ),
    "an empty folder of a class": Case(
        folders("a/1.png", "b/2.png", "c/"),
        Gives(
            targets=[0, 1],
            classes=("a", "b", "c"),
            warnings=(("empty-class", "'./data/c' contains no images", None),),
        ),
        **{**PIXELS, "units": 3},
    ),
    "validation data beside the training data": Case(
        folders(*PARTS, "val/a/3.png"),
        Gives(targets=[0, 1], validation=[0], classes=("a", "b")),
        **PIXELS,
    ),
    "parts of other names": Case(
        folders(
            "training_set/a/1.png", "training_set/b/2.png", "test_set/b/3.png", "Validation/b/4.png"
        ),
        Gives(targets=[0, 1], validation=[1], test=[1], classes=("a", "b")),
        **PIXELS,
    ),
    "a class that is called train": Case(
        folders("train/1.png", "tram/2.png"),
        Gives(targets=[1, 0], classes=("train", "tram")),
        **PIXELS,
    ),
    "test images without classes": Case(
        folders(*PARTS, "test/3.png"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                ("unused-data", "'./data/test' is not used: it has no folder for each class", None),
            ),
        ),
        **PIXELS,
    ),
    "a folder beside the parts": Case(
        folders(*PARTS, "extra/a/3.png"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                ("unused-data", "'./data/extra' is not used: it is not a part of the data", None),
            ),
        ),
        **PIXELS,
    ),
    "a class that only the test data has": Case(
        folders(*PARTS, "test/c/3.png"),
        Says("file-not-found", "'./data/test' has an additional class 'c'", "data"),
        **PIXELS,
    ),
    "files that are no images": Case(
        folders("a/1.png", "b/2.png", "b/3.tiff", "b/4.heic", "a/5.TIFF", "a/Thumbs.db", "6.jpg"),
        Gives(
            targets=[0, 1],
            classes=("a", "b"),
            warnings=(
                (
                    "unused-data",
                    "files in './data' are left out because of their endings: 1 .heic, 2 .tiff",
                    "images end in .bmp, .gif, .jpeg, .jpg, .png, .webp",
                ),
                (
                    "unused-data",
                    "images directly in './data' are left out, because they have no class: 1",
                    None,
                ),
            ),
        ),
        **PIXELS,
    ),
    "classes in the order of the spec": Case(
        folders("a/1.png", "b/2.png"),
        Gives(targets=[1, 0], classes=("b", "a")),
        **{**PIXELS, "output": ", classes: [b, a]"},
    ),
    "a folder that is not listed": Case(
        folders("a/1.png", "b/2.png"),
        Says(
            "unknown-name",
            "'./data' has the class 'b', which is not one of the classes of 'kind': 'a', 'c'",
            "label",
        ),
        **{**PIXELS, "output": ", classes: [a, c]"},
    ),
    "numbers as names of classes": Case(
        folders("1/1.png", "2/2.png", "10/3.png"),
        Gives(
            targets=[2, 0, 1],
            classes=("1", "10", "2"),
            warnings=(
                (
                    "class-order",
                    "classes are sorted as text, so class 1 is '10', not '2'",
                    "list them in the output: `classes: [1, 2, 10, ...]`",
                ),
            ),
        ),
        **{**PIXELS, "units": 3},
    ),
    "no images": Case(
        folders("a/", "b/"),
        Says("file-not-found", "no subfolder of './data' contains images", "data"),
        **PIXELS,
    ),
    "a fraction instead of the validation folder": Case(
        folders(*PARTS, "train/a/4.png", "train/b/5.png", "val/a/3.png"),
        Gives(
            classes=("a", "b"),
            validation=[0],
            warnings=(
                (
                    "unused-data",
                    "the validation data of the source is not used, because 'validation' names other rows",
                    None,
                ),
            ),
        ),
        **{**PIXELS, "train": "validation: 0.25"},
    ),
    "validation images in another folder": Case(
        both(folders("a/1.png", "b/2.png"), images({"more/b/3.png": (0, 0, 0)})),
        Gives(targets=[0, 1], validation=[1], classes=("a", "b")),
        **{**PIXELS, "train": "validation: more"},
    ),
    "endings in capitals and folders in folders": Case(
        folders("my cat/one/1 1.PNG", "dog/2.Jpg", ".DS_Store", "dog/.DS_Store"),
        Gives(
            inputs=["dog/2.Jpg", "my cat/one/1 1.PNG"], targets=[1, 0], classes=("dog", "my cat")
        ),
        **PIXELS,
    ),
    "more folders than units": Case(
        folders("a/1.png", "b/2.png", "c/3.png"),
        Says(
            "out-of-range",
            "'kind' has 2 classes, but the column 'label' of './data' has 3: 'a', 'b', 'c'",
            "label",
        ),
        **PIXELS,
    ),
    "fewer folders than units": Case(
        folders("a/1.png", "b/2.png"),
        Gives(
            targets=[0, 1],
            warnings=(
                (
                    "empty-class",
                    "'kind' has 3 classes, but the column 'label' of './data' has 2: 'a', 'b'",
                    "list all classes in `classes` of 'kind'",
                ),
            ),
        ),
        **{**PIXELS, "units": 3},
    ),
    "images without folders": Case(
        folders("1.png", "2.png"),
        Says(
            "file-not-found",
            "no subfolder of './data' contains images",
            "data",
            "put the images of each class into a folder of its name",
        ),
        **PIXELS,
    ),
    "parts without training data": Case(
        folders("val/a/1.png", "test/b/2.png"),
        Says(
            "file-not-found",
            "'./data' has 'test', 'val', but no folder with the training data",
            "data",
            "call it 'train'",
        ),
        **PIXELS,
    ),
    "two folders of validation data": Case(
        folders(*PARTS, "val/a/3.png", "validation/b/4.png"),
        Gives(
            targets=[0, 1],
            validation=[0],
            classes=("a", "b"),
            warnings=(
                (
                    "unused-data",
                    "'./data/validation' is not used: './data/val' has the validation data",
                    None,
                ),
            ),
        ),
        **PIXELS,
    ),
    "a link to a folder": Case(
        both(folders("a/1.png"), images({"other/2.png": (0, 0, 0)}), link("data/b", "other")),
        Gives(inputs=["a/1.png", "b/2.png"], targets=[0, 1], classes=("a", "b")),
        **PIXELS,
    ),
}
