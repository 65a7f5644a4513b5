"""Keras models to documents, read as data: no Keras is imported, and nothing of a model is run."""

from cnnspec.frontends.archive import read_archive, read_json
from cnnspec.frontends.files import Read, read_config, read_model
from cnnspec.frontends.problems import UnreadableModel

__all__ = ["Read", "UnreadableModel", "read_archive", "read_config", "read_json", "read_model"]
