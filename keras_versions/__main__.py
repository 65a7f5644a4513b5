"""Writes `cnnspec/declarations/keras_table.py` from the wheels of all supported releases of Keras."""

from pathlib import Path

from cnnspec.declarations import keras_table
from keras_versions.scan import contents
from keras_versions.source import KerasSource
from keras_versions.table import committed, compared, text
from keras_versions.wheels import releases, wheel


def main() -> None:
    """Compare the releases, write the table, and print what changed."""
    found = {release: contents(KerasSource(wheel(release))) for release in releases()}
    table = compared(found)
    before = committed()
    Path(keras_table.__file__).write_text(text(table), encoding="utf-8")
    for name, value in table.items():
        print(f"{name}: {'as before' if value == before[name] else 'changed'}")


if __name__ == "__main__":
    main()
