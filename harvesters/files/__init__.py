"""Folders of data files: what lies there, what belongs together, what the files say of themselves."""
