"""Data as people bring it, each with what becomes of it."""

from tests.brought.case import Case
from tests.brought.of_archives import ARCHIVES
from tests.brought.of_folders import FOLDERS
from tests.brought.of_labels import LABELS
from tests.brought.of_parts import WEIGHTS
from tests.brought.of_rows import TEXTS, VECTORS
from tests.brought.of_tables import COLUMNS

CASES: dict[str, Case] = COLUMNS | LABELS | ARCHIVES | TEXTS | VECTORS | FOLDERS | WEIGHTS
