"""CKAN's own DCAT harvester (ckanext-dcat on ckanext-harvest) as a client of a feed, without a CKAN server.

    with real_client() as client: client.gather(url, "euro_dcat_ap_2")

Run as a script, in the environment of ``scripts/clients``, it harvests: one JSON line in (``url``, ``profile``,
``known``), one out: ``packages`` (what would be imported, in their order), ``errors``, ``deleted``.

The package's own code fetches, walks the pages and parses. What a CKAN server would do beside it is replaced: the
database (packages and harvest objects are kept in lists) and the choice of a free name.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

_PYTHON = Path(__file__).resolve().parents[2] / ".venv-clients/bin/python"
SITE = "http://ckan.example.org"


class Gathered(NamedTuple):
    """What the harvester gathered: packages to import, its error messages, the ids it would delete."""

    packages: list[dict[str, Any]]
    errors: list[str]
    deleted: list[str]


class Client:
    """A running harvester."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def gather(self, url: str, profile: str, known: Iterable[str] = ()) -> Gathered:
        """Harvests a feed; ``known`` are the ids (IRIs) of the datasets that it imported before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"url": url, "profile": profile, "known": list(known)}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the harvester ended")
        return Gathered(**json.loads(line))


@contextmanager
def real_client() -> Iterator[Client]:
    """A harvester in a process of its own. Skips the test where the environment of the clients is absent."""
    if not _PYTHON.exists():
        import pytest  # absent in the clients' own environment

        pytest.skip("no real clients here: run scripts/clients")
    process = subprocess.Popen(
        [str(_PYTHON), __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            yield Client(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()


# --- What runs in the clients' own environment ---------------------------------------------------------------------


def _harvester() -> Any:
    from ckan.common import config  # type: ignore[import-not-found]

    config.update(
        {
            "ckan.site_url": SITE,
            "ckan.site_id": "default",
            "ckan.locale_default": "de",
            "ckan.root_path": "",
            "ckan.plugins": "dcat",
            # What a format written as text is called on a portal is the portal's own affair.
            "ckanext.dcat.normalize_ckan_format": "false",
        }
    )
    from ckanext.dcat.harvesters import rdf  # type: ignore[import-not-found]

    class Kept:
        """Stands in for the table of harvest objects."""

        objects: ClassVar[list[Any]] = []

        def __init__(self, guid: str, job: Any, content: str) -> None:
            self.guid, self.content, self.id = guid, content, len(Kept.objects)

        def save(self) -> None:
            Kept.objects.append(self)

    class Source:
        """Stands in for the package that a harvest source is."""

        owner_org = None
        url = "http://source.example.org"

        @classmethod
        def get(cls, _: str) -> Any:
            return cls

    class Harvester(rdf.DCATRDFHarvester):  # type: ignore[misc]
        """The harvester without a database."""

        errors: list[str]
        known: set[str]
        deleted: list[str]

        @classmethod
        def _gen_new_name(cls, title: str, *_: Any, **__: Any) -> str:
            return re.sub(r"\W+", "-", title.lower())[:90]

        def _save_gather_error(self, message: str, _: Any) -> None:
            self.errors.append(message.splitlines()[0])

        def _mark_datasets_for_deletion(self, guids: list[str], _: Any) -> list[Any]:
            self.deleted = sorted(self.known - set(guids))
            return []

    rdf.HarvestObject = Kept
    rdf.model.Package = Source
    return Harvester, Kept, config


def _gathered(harvester_class: Any, kept: Any, config: Any, asked: dict[str, Any]) -> dict[str, Any]:
    from types import SimpleNamespace

    config["ckanext.dcat.rdf.profiles"] = asked["profile"]
    kept.objects = []
    harvester = harvester_class()
    harvester.errors, harvester.known, harvester.deleted = [], set(asked["known"]), []
    job = SimpleNamespace(source=SimpleNamespace(config=None, url=asked["url"], id="source"))
    try:
        ids = harvester.gather_stage(job)
    except Exception as error:  # what it does not catch itself ends its job
        harvester.errors.append(repr(error))
        ids = []
    by_id = {each.id: json.loads(each.content) for each in kept.objects}
    return {"packages": [by_id[i] for i in ids], "errors": harvester.errors, "deleted": harvester.deleted}


def _main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr
    harvester, kept, config = _harvester()
    for line in sys.stdin:
        answers.write(json.dumps(_gathered(harvester, kept, config, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    _main()
