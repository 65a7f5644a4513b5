"""Model files: archives, HDF5 and JSON, with changes in their bytes or their configurations."""

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from random import Random

from fuzz.inputs import Input
from fuzz.makers import seeds
from fuzz.makers.material import Data, changed
from fuzz.makers.mutations import OF_FILES, OF_TEXTS, mutated

CONFIG = "config.json"
ARCHIVE = ".keras"
FORMS = (0, 0, zipfile.ZIP_DEFLATED)
"""How entries are compressed, mostly not at all."""


def model_file(rng: Random) -> Input:
    """Return a model file that is damaged, or states something else than it did."""
    return rng.choice((_damaged, _configuration, _configuration, _archive))(rng)


def _damaged(rng: Random) -> Input:
    """Return a file with some bytes changed."""
    file = rng.choice(seeds.model_files())
    return Input(mutated(rng, _content(file), (), OF_FILES), "".join(file.suffixes[-2:]))


def _configuration(rng: Random) -> Input:
    """Return the JSON of a model with values changed, or damaged as a text."""
    text = json.dumps(_changed(rng)).encode(errors="surrogatepass")
    if rng.random() < 0.2:
        text = mutated(rng, text, (text,), OF_TEXTS)
    return Input(text, ".json")


def _archive(rng: Random) -> Input:
    """Return an archive whose configuration has values changed."""
    file = rng.choice(_archives())
    target = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w", rng.choice(FORMS)) as made:
        for name in source.namelist():
            if name == CONFIG:
                made.writestr(
                    _entry(name), json.dumps(_changed(rng, file)).encode(errors="surrogatepass")
                )
            elif rng.random() < 0.9:
                content = source.read(name)
                damaged = rng.random() < 0.1
                made.writestr(
                    _entry(name), mutated(rng, content, (), OF_FILES) if damaged else content
                )
    return Input(target.getvalue(), ARCHIVE)


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry without the time of day, so that an input is always the same."""
    return zipfile.ZipInfo(name)


def _changed(rng: Random, file: Path | None = None) -> Data:
    data = rng.choice(list(_configurations().values())) if file is None else _configurations()[file]
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        data = changed(rng, data)
    return data


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes()


@cache
def _archives() -> tuple[Path, ...]:
    return tuple(file for file in seeds.model_files() if file.suffix == ARCHIVE)


@cache
def _configurations() -> dict[Path, Data]:
    """Return the configurations in the archives."""
    found = {}
    for file in _archives():
        with zipfile.ZipFile(file) as archive:
            found[file] = json.loads(archive.read(CONFIG))
    return found
