"""``python -m tests.bench``: measures one part or all, prints tables with goals, writes JSON and docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import orjson

from tests.bench import parts, region, report
from tests.bench.figures import plain
from tests.bench.surroundings import surroundings


def main() -> int:
    """Measures what is asked for. A goal that is missed is said, and is no error."""
    asked = _arguments()
    stores = [asked.store] if asked.store else [region.SQLITE]
    if not asked.store and (postgres := os.environ.get("ALLMENDE_TEST_POSTGRES")):
        stores.append(postgres)
    before = surroundings()
    measured = {}
    for name in list(parts.PARTS) if asked.part == "all" else [asked.part]:
        print(f"{name}: measuring {asked.records:,} records", file=sys.stderr, flush=True)
        command = f"scripts/bench {name} --records {asked.records}"
        if asked.store:  # the address may hold a password
            command += f" --store {asked.store.partition(':')[0]}:…"
        one = measured[name] = parts.measure(name, asked.records, stores, command, before)
        said = [parts.PARTS[name].title, one.command, *one.surroundings.lines(), *([one.peer] if one.peer else [])]
        print("\n".join(said), plain(one.figures), sep="\n\n", flush=True)
    if asked.json:
        document = {name: one.to_json() for name, one in measured.items()}
        asked.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    if asked.write:
        report.write(measured)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures speed and memory, with named peers.")
    parser.add_argument("part", nargs="?", default="all", choices=[*parts.PARTS, "all"], help="default: all")
    parser.add_argument(
        "--records", type=int, default=10_000, help="default: 10000; memory also takes ten times as many"
    )
    parser.add_argument(
        "--store",
        help=f"default: {region.SQLITE}, and for harvest also the PostgreSQL of ALLMENDE_TEST_POSTGRES; of a "
        "PostgreSQL a database of its own is used",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
