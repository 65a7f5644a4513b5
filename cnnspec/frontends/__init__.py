"""Converts Keras models to documents. Models are parsed as data; Keras is not imported."""

from cnnspec.frontends.archive import read_archive, read_json
from cnnspec.frontends.files import Read, read_config, read_model
from cnnspec.keras_files.problems import UnreadableModel

__all__ = ["Read", "UnreadableModel", "read_archive", "read_config", "read_json", "read_model"]
