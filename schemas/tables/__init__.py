"""The schema of a table: decoding, dialect, header row, column types, figures; and what any file is. Pure, bounded.

`decode(bytes)`, `read_table(bytes)`, `profile(table)` and `describe_file(bytes)` are the four doors; all else is behind them.
"""

from schemas.tables.decoding import Decoded, decode
from schemas.tables.files import FileDescription, describe_file
from schemas.tables.geometry import BoundingBox, Extent
from schemas.tables.notes import Note, TableError
from schemas.tables.persons import PersonalHint
from schemas.tables.profile import Period, Profile, profile
from schemas.tables.table import Table, read_table
from schemas.tables.types import NUMBERS, Column, ColumnType

__all__ = [
    "NUMBERS",
    "BoundingBox",
    "Column",
    "ColumnType",
    "Decoded",
    "Extent",
    "FileDescription",
    "Note",
    "Period",
    "PersonalHint",
    "Profile",
    "Table",
    "TableError",
    "decode",
    "describe_file",
    "profile",
    "read_table",
]
