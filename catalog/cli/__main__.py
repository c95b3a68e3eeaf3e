"""``python -m catalog.cli``: the command where no script of its name is at hand."""

from __future__ import annotations

from catalog.cli import main

if __name__ == "__main__":
    main()
