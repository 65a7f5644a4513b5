"""Files of data: arrays, tables and images, of odd values, or damaged."""

import io
import zipfile
from random import Random

import numpy as np

from fuzz.inputs import Input
from fuzz.makers.mutations import OF_FILES, OF_TEXTS, mutated

ROWS = 6
DTYPES = (
    "float32", "float64", "int32", "int64", "uint8", "bool", "float16", "<U3", "S3", "complex64", "datetime64[D]", "O",
)  # fmt: skip
COLUMNS = ("x", "y", "x_train", "y_train", "x_test", "y_test", "x_val", "a/b", "", "é")
CELLS = (
    "0", "1", "2", "0.5", "-1", "1e400", "nan", "NA", "", " ", "cat", "dog", "1,5", '"a', '"a""b"', "\0", "é", "'1'",
    "99999999999999999999", "0x10", "True",
)  # fmt: skip
IMAGES = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MODES = ("RGB", "L", "P", "RGBA", "1", "CMYK", "I;16")
HUGE = (2**40, 10**20, -1, 0)


def data_file(rng: Random) -> Input:
    """Return a file of data, often damaged."""
    return rng.choice((_arrays, _stating, _table, _table, _image))(rng)


def _damaged(rng: Random, data: bytes) -> bytes:
    return mutated(rng, data, (), OF_FILES) if rng.random() < 0.5 else data


def _arrays(rng: Random) -> Input:
    """Return an archive of arrays."""
    generator = np.random.default_rng(rng.randrange(2**32))
    names = ["x", "y"] if rng.random() < 0.7 else rng.sample(COLUMNS, rng.randrange(4))
    arrays = {}
    for name in names:
        shape = rng.choice(((ROWS,), (ROWS, 4), (ROWS, 2, 2), (ROWS, 0), (3, 4), ()))
        usual = rng.random() < 0.5
        array = generator.integers(0, 3, shape) if usual else generator.random(shape) * 9 - 3
        arrays[name] = np.asarray(array).astype(rng.choice(DTYPES))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((0, zipfile.ZIP_DEFLATED))) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=True)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
    return Input(_damaged(rng, target.getvalue()), ".npz")


def _stating(rng: Random) -> Input:
    """Return an archive whose arrays state other shapes and types than they have."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((0, zipfile.ZIP_DEFLATED))) as archive:
        for name in ("x", "y"):
            shape = rng.choice(
                (f"({ROWS}, 4)", f"({rng.choice(HUGE)}, 4)", "(", f"({ROWS},)", "(True,)", "6")
            )
            dtype = rng.choice(
                ("<f4", "|O", "<U99999999", "V8", "<f4'", "nonsense", "[('a', '<f4')]")
            )
            head = f"{{'descr': '{dtype}', 'fortran_order': {rng.choice((True, False, 2))}, 'shape': {shape}, }}"
            text = head.encode().ljust(rng.choice((118, 60, 500))) + b"\n"
            start = b"\x93NUMPY" + bytes([rng.choice((1, 1, 2, 9)), 0])
            content = start + len(text).to_bytes(2, "little") + text + bytes(rng.randrange(120))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)
    return Input(target.getvalue(), ".npz")


def _table(rng: Random) -> Input:
    """Return a table."""
    delimiter, end = rng.choice(",,,;\t|"), rng.choice(("\n", "\n", "\r\n", "\r"))
    names = ["x", "y"] if rng.random() < 0.7 else rng.choices(COLUMNS, k=rng.randrange(4))
    clean = rng.random() < 0.5
    cells = CELLS[:5] if clean else CELLS
    rows = [names] + [[rng.choice(cells) for _ in names] for _ in range(rng.randrange(8))]
    if not clean and rng.random() < 0.3:
        rng.choice(rows).append("1")
    text = end.join(delimiter.join(row) for row in rows) + end
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1")))
    return Input(mutated(rng, data, (data,), OF_TEXTS) if rng.random() < 0.3 else data, ".csv")


def _image(rng: Random) -> Input:
    """Return an image."""
    from PIL import Image

    form, target = rng.choice(IMAGES), io.BytesIO()
    image = Image.new(rng.choice(MODES), (rng.randrange(1, 5), rng.randrange(1, 5)))
    try:
        image.save(target, form)
    except (OSError, ValueError):  # the format lacks the mode
        image.convert("RGB").save(target, form)
    return Input(_damaged(rng, target.getvalue()), f".{form.lower()}")
