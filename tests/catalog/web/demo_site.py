"""The demo region, harvested and served, with every page that a reader can come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from catalog.follower import Follower
from catalog.quality import following
from catalog.reading.entries import Hit, Query
from catalog.search import Catalogue
from catalog.store import utc_now
from catalog.web import previewed
from catalog.web.app import create_app
from catalog.web.file_addresses import path as file_path
from harvesters.regions import server
from schemas.region import load
from tests.catalog.cli.command import DEMO, allmende, demo
from tests.catalog.preview.region_of_files import end_maker
from tests.catalog.web.serving import served

# Every page that a reader can come to, by its name; {…} is the slug of a dataset, by the beginning of its title.
PAGES: Mapping[str, str] = {
    "home": "/",
    "datasets": "/datasets",
    "search": "/datasets?q=wasser&municipality=flieden",
    "nothing-found": "/datasets?q=nirgends",
    "past": "/datasets?on={today}",
    "dataset-chart": "/dataset/{Wasserstand der Fliede}",
    "dataset-map": "/dataset/{Spielplätze in Neuhof}",
    "dataset-pdf": "/dataset/{Haushaltsplan 2026 der Gemeinde Kalbach}",
    "dataset-history": "/dataset/{Wasserstand der Fliede}/history",
    "dataset-then": "/dataset/{Wasserstand der Fliede}?version=1",
    "dataset-repair": "/dataset/{Spielplätze in Kalbach}/repair",
    "file-table": "{Wasserstand der Fliede}#1",
    "file-chart": "{Wasserstand der Fliede}#1?view=chart",
    "file-columns": "{Wasserstand der Fliede}#1?view=columns",
    "file-map": "{Spielplätze in Neuhof}#1?view=map",
    "file-pdf": "{Haushaltsplan 2026 der Gemeinde Kalbach}#1",
    "file-calendar": "{Veranstaltungskalender}#2",
    "municipalities": "/municipalities",
    "municipality": "/municipality/flieden",
    "themes": "/themes",
    "theme": "/theme/ENVI",
    "news": "/news",
    "status": "/status",
    "run": "/runs/1",
    "set-aside": "/set-aside",
    "quality": "/quality",
    "quality-cause": "/quality?cause=temporalAvailability",
    "gaps": "/gaps",
    "feedback": "/feedback?kind=question",
    "help": "/help",
    "developers": "/developers",
    "imprint": "/imprint",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "easy-language": "/easy-language",
    "sign-language": "/sign-language",
    "licences": "/licences",
    "components": "/components",
    "missing": "/nichts",
}


class Region(NamedTuple):
    """The demo region, harvested and served: where, the path of each page in German, the folder of readers' letters."""

    address: str
    paths: Mapping[str, str]
    letters: Path

    def url(self, name: str, language: str = "de") -> str:
        """The address of a page."""
        path = self.paths[name]
        if language == "en":
            path = "/en" + ("" if path == "/" else path)
        return self.address + path


@contextmanager
def demo_site(folder: Path) -> Iterator[Region]:
    """Harvests and serves the demo region in a folder; its pages wait for previews as long as a busy machine needs."""
    with server.start(DEMO, 0) as samples:
        own = demo(folder / "region", samples.base_url)
        assert allmende("harvest", cwd=own).code in (0, 1)
        region = load(own)
        follower = Follower(region)
        follower.catch_up()
        follower.close()
        catalogue = Catalogue(region)
        patience, previewed.PATIENCE = previewed.PATIENCE, 300.0
        try:
            following.follow(region, catalogue.engine, utc_now())
            with served(create_app(region, catalogue)) as address:
                yield Region(address, paths_of(catalogue), region.data / "feedback")
        finally:
            previewed.PATIENCE = patience
            catalogue.close()
            end_maker(region)


def paths_of(catalogue: Catalogue) -> dict[str, str]:
    """The pages' paths, with the datasets that they name."""
    hits = catalogue.find(Query(size=200), catalogue.number()).hits
    today = datetime.now(UTC).date().isoformat()
    found = {}
    for name, path in PAGES.items():
        before, _, rest = path.replace("{today}", today).partition("{")
        title, _, after = rest.partition("}")
        slug = slug_of(hits, title) if title else ""
        number, _, query = after.removeprefix("#").partition("?")
        if after.startswith("#"):
            found[name] = file_path(slug, int(number)) + (f"?{query}" if query else "")
        else:
            found[name] = before + slug + after
    return found


def slug_of(hits: tuple[Hit, ...], title: str) -> str:
    """The slug of the dataset whose title begins so."""
    return next(hit.slug for hit in hits if hit.summary.title.startswith(title))
