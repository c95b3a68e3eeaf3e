"""Kinds of source whose fields a steward names in the source file: paths, field mapping, paging, authorisation."""
