"""A region's folder: every key, its default, its override, and the one line that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harvesters import registry
from harvesters.regions import server
from schemas import refusals
from schemas.limits import Limits
from schemas.pinned_charts import PinnedChart
from schemas.region import ConfigurationError, Expected, HarvestSource, Region, load, publisher_key

REGION = """
[region]
title = "Südkreis"
description = "Offene Daten"
base_url = "https://daten.example.org"
publisher = { name = "Zweckverband", email = "daten@example.org" }
"""
PLACE = """
[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""
SOURCE = """
title = "Portal"
municipality = "neuhof"
url = "https://portal.example.org"
"""


def folder(where: Path, region: str = REGION + PLACE, **sources: str) -> Path:
    (where / "region.toml").write_text(region, encoding="utf-8")
    (where / "sources").mkdir(exist_ok=True)
    for name, text in sources.items():
        (where / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
    return where


def source(where: Path, more: str = "", region: str = REGION + PLACE, **environment: str) -> HarvestSource:
    return load(folder(where, region, portal=SOURCE + more), environment).sources[0]


def refusal(where: Path, environment: Mapping[str, str] | None = None) -> str:
    """The text of the refusal; it is one line whatever is wrong."""
    with pytest.raises(ConfigurationError) as refused:
        registry.check_sources(load(where, environment or {}))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_region_without_more_has_the_documented_defaults(tmp_path: Path) -> None:
    region = load(folder(tmp_path), {})
    assert (region.title, region.language, region.store) == ("Südkreis", "de", "sqlite:///data/allmende.db")
    assert (region.allowed_hosts, region.contributor_id, region.sources) == ((), None, ())
    assert region.store_url == f"sqlite:///{tmp_path.resolve()}/data/allmende.db"
    assert region.data == tmp_path.resolve() / "data"
    assert region.agent == "+https://daten.example.org; daten@example.org"
    assert region.municipality("neuhof") == region.municipalities[0]
    assert region.municipality("fulda") is None
    assert region.source("portal") is None


def test_every_key_of_a_region_may_be_written(tmp_path: Path) -> None:
    more = 'backups = 7\nlanguage = "en"\nstore = "sqlite:///x.db"\nallowed_hosts = ["localhost"]\n'
    region = load(folder(tmp_path, REGION + more + PLACE), {})
    assert (region.backups, region.language, region.allowed_hosts) == (7, "en", ("localhost",))
    assert load(tmp_path, {"ALLMENDE_BACKUPS": "2"}).backups == 2


def test_folder_without_sources_is_a_region(tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_text(REGION + PLACE)
    assert load(tmp_path, {}).sources == ()


def test_source_without_more_has_the_documented_defaults(tmp_path: Path) -> None:
    found = source(tmp_path)
    assert found.model_dump(exclude={"title", "municipality", "url", "limits"}) == {
        "id": "portal",
        "key": "portal",
        "protocol": None,
        "schedule": "daily",
        "license": None,
        "language": "de",
        "profile": "dcat-ap-de",
        "missing": "withdraw",
        "grace": timedelta(days=7),
        "expected": {"min": None, "max": None, "filled": {}},
        "personal_data": "remove",
        "permission": None,
        "certificate": (),
        "options": {},
        "tables": {},
        "api_key": None,
    }
    assert found.limits == Limits()


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        ('protocol = "ckan"', "protocol", "ckan"),
        ('schedule = "hourly"', "schedule", "hourly"),
        ('schedule = "30 4 * * 1-5"', "schedule", "30 4 * * 1-5"),
        ('schedule = "0 6 1 JAN,JUL *"', "schedule", "0 6 1 JAN,JUL *"),
        ('schedule = "0 6 * * MON"', "schedule", "0 6 * * MON"),
        ('license = "dl-by-de/2.0"', "license", "dl-by-de/2.0"),
        ('language = "en"', "language", "en"),
        ('profile = "dcat-ap"', "profile", "dcat-ap"),
        ('missing = "archive"', "missing", "archive"),
        ('missing = "keep"', "missing", "keep"),
        ('grace = "12h"', "grace", timedelta(hours=12)),
        ('grace = "2w"', "grace", timedelta(weeks=2)),
        ('grace = "0d"', "grace", timedelta(0)),
        ("expected = { min = 10 }", "expected", Expected(min=10)),
        ("expected = { min = 0, max = 5 }", "expected", Expected(min=0, max=5)),
        ("expected = { filled = { license = 0.9 } }", "expected", Expected(filled={"license": 0.9})),
        ('key = "altes-portal"', "key", "altes-portal"),
        (f'certificate = "{"AB:" * 31}AB"', "certificate", ("ab" * 32,)),
        (f'certificate = ["{"ab" * 32}", "{"cd " * 32}"]', "certificate", ("ab" * 32, "cd" * 32)),
        ("[limits]\npages = 5\nports = [8410]", "limits", Limits(pages=5, ports=(8410,))),
    ],
)
def test_key_of_a_source(tmp_path: Path, line: str, attribute: str, value: Any) -> None:
    assert getattr(source(tmp_path, line), attribute) == value


def test_persons_may_be_shown_with_a_reason(tmp_path: Path) -> None:
    found = source(tmp_path, 'personal_data = "allowed"\npermission = "Einwilligung vom 01.02.2026"')
    assert (found.personal_data, found.permission) == ("allowed", "Einwilligung vom 01.02.2026")


def test_options_stand_in_a_table_named_after_the_protocol(tmp_path: Path) -> None:
    found = source(tmp_path, 'protocol = "ckan"\n[ckan]\norganizations = ["ordnungsamt"]')
    assert (found.options, found.tables) == ({"organizations": ["ordnungsamt"]}, {})
    registry.check_sources(load(tmp_path, {}))


def test_options_without_protocol_wait_for_its_detection(tmp_path: Path) -> None:
    found = source(tmp_path, '[ckan]\norganizations = ["ordnungsamt"]')
    assert (found.protocol, found.tables) == (None, {"ckan": {"organizations": ["ordnungsamt"]}})
    registry.check_sources(load(tmp_path, {}))


def test_defaults_hold_where_the_source_is_silent(tmp_path: Path) -> None:
    defaults = '[defaults]\nschedule = "weekly"\nlicense = "cc-by/4.0"\nlimits = { pages = 3, retries = 0 }\n'
    found = source(tmp_path, 'schedule = "manual"\n[limits]\nretries = 1\n', REGION + PLACE + defaults)
    assert (found.schedule, found.license) == ("manual", "cc-by/4.0")
    assert (found.limits.pages, found.limits.retries) == (3, 1), "a table is merged key by key"


def test_defaults_of_a_protocol_concern_its_sources_only(tmp_path: Path) -> None:
    defaults = '[defaults.ckan]\norganizations = ["bauamt"]\n'
    where = folder(
        tmp_path,
        REGION + PLACE + defaults,
        portal=SOURCE + 'protocol = "ckan"\n',
        katalog=SOURCE + 'protocol = "dcat"\n',
        rest=SOURCE + 'protocol = "ckan"\n[ckan]\norganizations = ["rathaus"]\n',
    )
    region = load(where, {})
    registry.check_sources(region)
    assert {each.id: dict(each.options) for each in region.sources} == {
        "portal": {"organizations": ["bauamt"]},
        "katalog": {},
        "rest": {"organizations": ["rathaus"]},
    }


@pytest.mark.parametrize(
    ("variable", "value", "attribute", "expected"),
    [
        ("ALLMENDE_TITLE", "Anders", "title", "Anders"),
        ("ALLMENDE_DESCRIPTION", "Anders", "description", "Anders"),
        ("ALLMENDE_BASE_URL", "https://anders.example.org/", "base_url", "https://anders.example.org"),
        ("ALLMENDE_LANGUAGE", "en", "language", "en"),
        ("ALLMENDE_STORE", "postgresql+psycopg://a@b/c", "store_url", "postgresql+psycopg://a@b/c"),
        ("ALLMENDE_ALLOWED_HOSTS", "127.0.0.1, portal.lan,", "allowed_hosts", ("127.0.0.1", "portal.lan")),
        ("ALLMENDE_ALLOWED_HOSTS", "", "allowed_hosts", ()),
        (
            "ALLMENDE_CONTRIBUTOR_ID",
            "http://dcat-ap.de/def/contributors/hessen",
            "contributor_id",
            "http://dcat-ap.de/def/contributors/hessen",
        ),
    ],
)
def test_environment_overrides_the_region(
    tmp_path: Path, variable: str, value: str, attribute: str, expected: Any
) -> None:
    assert getattr(load(folder(tmp_path), {variable: value}), attribute) == expected


def test_environment_gives_tables_as_toml(tmp_path: Path) -> None:
    region = load(folder(tmp_path), {"ALLMENDE_PUBLISHER": '{ name = "Kreis", email = "kreis@example.org" }'})
    assert (region.publisher.name, region.publisher.email) == ("Kreis", "kreis@example.org")
    found = source(tmp_path, ALLMENDE_SOURCE_PORTAL__EXPECTED="{ min = 3 }")
    assert found.expected == Expected(min=3)


def test_environment_overrides_a_source(tmp_path: Path) -> None:
    where = folder(tmp_path, **{"mein-portal": SOURCE, "mein--portal": SOURCE, "mein": SOURCE})
    environment = {
        "ALLMENDE_SOURCE_MEIN_PORTAL__URL": "https://anders.example.org",
        "ALLMENDE_SOURCE_MEIN_PORTAL__SCHEDULE": "manual",
        "ALLMENDE_SOURCE_MEIN__PORTAL__GRACE": "1d",
        "ALLMENDE_SOURCE_MEIN_PORTAL__API_KEY": "geheim",
    }
    found = {each.id: each for each in load(where, environment).sources}
    assert (found["mein-portal"].url, found["mein-portal"].schedule) == ("https://anders.example.org", "manual")
    assert found["mein-portal"].api_key == "geheim"
    assert "geheim" not in repr(found["mein-portal"]), "F69: secrets stand in no text"
    assert (found["mein--portal"].grace, found["mein"].grace) == (timedelta(days=1), timedelta(days=7))


def test_environment_can_name_another_protocol_than_the_file(tmp_path: Path) -> None:
    found = source(tmp_path, 'protocol = "ckan"', ALLMENDE_SOURCE_PORTAL__PROTOCOL="dcat")
    assert found.protocol == "dcat"


def test_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    where = folder(tmp_path)
    (where / "sources" / "portal.toml").write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    assert load(where, {}).sources[0].title == "Portal"


def test_folder_as_url_is_told_from_an_address(tmp_path: Path) -> None:
    assert not source(tmp_path).is_folder
    where = folder(tmp_path, portal=SOURCE.replace("https://portal.example.org", "daten/haushalt"))
    assert load(where, {}).sources[0].is_folder


def test_publisher_of_a_municipality_has_a_lasting_key() -> None:
    assert publisher_key("neuhof") == publisher_key("neuhof") != publisher_key("flieden")


def test_blank_and_demo_regions_load() -> None:
    regions = Path(server.__file__).parent
    for name in ("blank", "demo"):
        registry.check_sources(load(regions / name, {}))


CHART = '[[region.charts]]\nfile = "https://portal.example.org/pegel.csv"\nkind = "line"\n'


def test_colour_of_a_municipality_and_charts_of_files(tmp_path: Path) -> None:
    text = REGION + PLACE + 'accent = "violet"\n' + CHART + 'y = ["Pegel"]\nagg = "mean"\n'
    found = load(folder(tmp_path, text), {})
    (chart,) = found.charts
    assert found.municipalities[0].accent == "violet"
    assert (chart.kind, chart.y, chart.agg) == ("line", ("Pegel",), "mean")
    assert PinnedChart(file="a", kind="bar").agg == ""


def test_parts_and_postcodes_of_a_municipality(tmp_path: Path) -> None:
    text = REGION + PLACE + 'parts = ["Rommerz", " Höf und Haid "]\npostcodes = ["36119", "01067"]\n'
    (found,) = load(folder(tmp_path, text), {}).municipalities
    assert (found.parts, found.postcodes) == (("Rommerz", "Höf und Haid"), ("36119", "01067"))


WRONG_REGIONS = [
    ("", "region.toml: missing key 'region'", "[region]"),
    ("[region\n", "region.toml: no valid TOML", "line 1"),
    (PLACE + "[region]\n", "region.toml: missing key 'title'", ""),
    (REGION, "region.toml: missing key 'municipality'", "[[municipality]]"),
    (REGION + "[municipality]\nid = 'a'\n", "region.toml: municipality", "[[municipality]]"),
    (REGION + PLACE + "[portal]\n", "region.toml: unknown key 'portal'", "region, defaults, municipality"),
    ("region = 5\n" + PLACE, "region.toml: region", "[region]"),
    (REGION + 'titel = "x"\n' + PLACE, "region.toml: [region] unknown key 'titel'", "title, description, base_url"),
    (
        REGION + PLACE + 'plz = "36119"\n',
        "region.toml: [[municipality]] 1: unknown key 'plz'",
        "id, name, ags, ars, url",
    ),
    (REGION + PLACE + PLACE, "region.toml: municipality 'neuhof' stands twice", "once"),
    (
        REGION + PLACE + 'accent = "turkis"\n',
        "region.toml: [[municipality]] 1: accent",
        "did you mean 'turquois'? allowed: dark",
    ),
    (REGION + PLACE + "accent = 5\n", "region.toml: [[municipality]] 1: accent", "'violet'"),
    (REGION + PLACE + 'parts = "Rommerz"\n', "region.toml: [[municipality]] 1: parts", "list"),
    (REGION + PLACE + 'parts = ["Rommerz", "1"]\n', "region.toml: [[municipality]] 1: parts", "names of at most 80"),
    (REGION + PLACE + 'parts = ["Au", "Au"]\n', "region.toml: [[municipality]] 1: parts", "'Au' stands there twice"),
    (REGION + PLACE + 'postcodes = ["3611"]\n', "region.toml: [[municipality]] 1: postcodes", "5 digits"),
    (REGION + PLACE + "postcodes = [36119]\n", "region.toml: [[municipality]] 1: postcodes", "string"),
    (
        REGION + PLACE + CHART.replace("line", "pie"),
        "region.toml: [[region.charts]] 1: kind",
        "line, bar, histogram, none",
    ),
    (
        REGION + PLACE + CHART.replace("line", "none") + 'x = "Ort"\n',
        "region.toml: [[region.charts]] 1:",
        "x, y and agg",
    ),
    (REGION + PLACE + CHART + CHART, "region.toml: charts: file", "stands twice"),
    (REGION + PLACE + CHART + 'z = "Ort"\n', "region.toml: unknown key", "file, kind, x, y, agg"),
    (
        REGION + PLACE + CHART + 'agg = "meen"\n',
        "region.toml: [[region.charts]] 1: agg",
        "unknown aggregate 'meen'; did you mean 'mean'? allowed: sum, mean, count",
    ),
    (REGION + PLACE + CHART + "agg = 5\n", "region.toml: [[region.charts]] 1: agg", "'count'"),
    (REGION + PLACE + CHART.replace("line", "none") + 'agg = "sum"\n', "region.toml: [[region.charts]] 1:", "and agg"),
    (REGION + PLACE + CHART.replace("line", "histogram") + 'agg = "sum"\n', "region.toml: [[region.charts]] 1:", "agg"),
    (REGION + PLACE.replace("06631018", "6631018"), "region.toml: [[municipality]] 1: ags", "8 digits"),
    (REGION + PLACE.replace("066310018018", "1"), "region.toml: [[municipality]] 1: ars", "12 digits"),
    (REGION + PLACE.replace('"neuhof"', '"Neuhof"'), "region.toml: [[municipality]] 1: id", "a-z"),
    (REGION + PLACE.replace('name = "Gemeinde Neuhof"', ""), "region.toml: [[municipality]] 1: missing key name", ""),
    (REGION.replace("https://daten", "daten") + PLACE, "region.toml: base_url", "https://daten.example.org"),
    (REGION.replace('"Südkreis"', "5") + PLACE, "region.toml: title", "string"),
    (REGION.replace('"Südkreis"', '" "') + PLACE, "region.toml: title", "at least 1"),
    (REGION.replace(', email = "daten@example.org"', "") + PLACE, "region.toml: missing key 'publisher.email'", ""),
    (REGION.replace("daten@example.org", "daten") + PLACE, "region.toml: publisher.email", "e-mail"),
    (REGION.replace(" }", ", fax = '1' }") + PLACE, "region.toml: unknown key 'publisher.fax'", "name, url, email"),
    (REGION + 'contributor_id = "hessen"\n' + PLACE, "region.toml: contributor_id", "contributors/hessen"),
    (REGION + 'language = "deutsch"\n' + PLACE, "region.toml: language", "'de'"),
    (REGION + 'allowed_hosts = "a"\n' + PLACE, "region.toml: allowed_hosts", ""),
    (REGION + PLACE + "[defaults]\nlizenz = 1\n", "region.toml: [defaults] unknown key 'lizenz'", "license"),
    (REGION + PLACE + '[defaults]\ncertificate = "x"\n', "region.toml: [defaults] certificate", "of its source"),
    (REGION + PLACE + '[defaults]\napi_key = "x"\n', "region.toml: [defaults] api_key", "environment"),
]


@pytest.mark.parametrize(("text", "begin", "contains"), WRONG_REGIONS)
def test_wrong_region_is_refused_naming_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, begin: str, contains: str
) -> None:
    said = refusal(folder(tmp_path, text))
    assert said.startswith(begin)
    assert contains in said


WRONG_SOURCES = [
    ("title = x", "sources/portal.toml: no valid TOML", "line 1"),
    (SOURCE.replace('title = "Portal"', ""), "sources/portal.toml: missing key 'title'", ""),
    (SOURCE.replace('url = "https://portal.example.org"', ""), "sources/portal.toml: missing key 'url'", ""),
    (SOURCE.replace('municipality = "neuhof"', ""), "sources/portal.toml: missing key 'municipality'", ""),
    (SOURCE.replace('"neuhof"', '"fulda"'), "sources/portal.toml: municipality 'fulda'", "allowed: neuhof"),
    (SOURCE + 'shedule = "daily"', "sources/portal.toml: unknown key 'shedule'", "schedule"),
    (SOURCE + 'api_key = "x"', "sources/portal.toml: api_key", "ALLMENDE_SOURCE_<ID>__API_KEY"),
    (SOURCE + 'id = "x"', "sources/portal.toml: unknown key 'id'", ""),
    (SOURCE + 'protocol = "gopher"', "sources/portal.toml: protocol 'gopher' is unknown", "ckan"),
    (SOURCE + "protocol = 5", "sources/portal.toml: protocol", "string"),
    (SOURCE + 'protocol = "ckan"\n[dcat]\nx = 1', "sources/portal.toml: unknown key 'dcat'", "[ckan]"),
    (SOURCE + "[limit]\npages = 1", "sources/portal.toml: unknown key 'limit'", "limits"),
    (
        SOURCE + 'protocol = "ckan"\n[ckan]\norganisation = 1',
        "sources/portal.toml: [ckan] unknown key 'organisation'",
        "organizations",
    ),
    (SOURCE + "[ckan]\norganisation = 1", "sources/portal.toml: [ckan] unknown key 'organisation'", "organizations"),
    (SOURCE + 'protocol = "ckan"\nckan = 1', "sources/portal.toml: unknown key 'ckan'", ""),
    (SOURCE + 'schedule = "sometimes"', "sources/portal.toml: schedule", "'hourly', 'daily', 'weekly', 'manual'"),
    (SOURCE + 'schedule = "99 4 * * *"', "sources/portal.toml: schedule", "cron"),
    (SOURCE + 'schedule = "0 0 30 2 *"', "sources/portal.toml: schedule", "cron"),
    (SOURCE + 'schedule = "@daily"', "sources/portal.toml: schedule", "cron"),
    (SOURCE + 'schedule = "* * * *"', "sources/portal.toml: schedule", "cron"),
    (SOURCE + 'license = "frei"', "sources/portal.toml: license", "dl-by-de/2.0"),
    (SOURCE + 'language = "Deutsch"', "sources/portal.toml: language", "'de'"),
    (SOURCE + 'profile = "hvd"', "sources/portal.toml: profile", "'dcat-ap' or 'dcat-ap-de'"),
    (SOURCE + 'missing = "delete"', "sources/portal.toml: missing", "'withdraw', 'archive' or 'keep'"),
    (SOURCE + 'grace = "7 Tage"', "sources/portal.toml: grace", "'7d'"),
    (SOURCE + "expected = 10", "sources/portal.toml: expected", ""),
    (SOURCE + "expected = { least = 1 }", "sources/portal.toml: unknown key 'expected.least'", "min, max"),
    (SOURCE + "expected = { min = 5, max = 2 }", "sources/portal.toml: expected", "above max"),
    (SOURCE + "expected = { filled = { lizenz = 0.9 } }", "sources/portal.toml: expected.filled: unknown", "license"),
    (
        SOURCE + "expected = { filled = { license = 90 } }",
        "sources/portal.toml: expected.filled.license",
        "less than or equal to 1",
    ),
    (SOURCE + "[limits]\npage = 1", "sources/portal.toml: unknown key 'limits.page'", "pages"),
    (SOURCE + "[limits]\npages = 0", "sources/portal.toml: limits.pages", "greater than 0"),
    (SOURCE + 'certificate = "AB:CD"', "sources/portal.toml: certificate", "64 hexadecimal digits"),
    (SOURCE + "certificate = 5", "sources/portal.toml: certificate", "SHA-256"),
    (SOURCE + "certificate = [5]", "sources/portal.toml: certificate", "64 hexadecimal digits"),
    (SOURCE + 'personal_data = "keep"', "sources/portal.toml: personal_data", "'remove' or 'allowed'"),
    (SOURCE + 'personal_data = "allowed"', "sources/portal.toml: personal_data", "permission"),
    (SOURCE + 'key = ""', "sources/portal.toml: key", "a-z"),
    (SOURCE + 'key = "municipality"', "sources/portal.toml: key", "taken"),
    (SOURCE.replace("https:", "ftp:"), "sources/portal.toml: url", "http"),
    (SOURCE.replace("https://portal.example.org", "file:///etc"), "sources/portal.toml: url", "http"),
    (SOURCE.replace("https://portal.example.org", "https://"), "sources/portal.toml: url", "http"),
]


@pytest.mark.parametrize(("text", "begin", "contains"), WRONG_SOURCES)
def test_wrong_source_is_refused_naming_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, begin: str, contains: str
) -> None:
    said = refusal(folder(tmp_path, portal=text))
    assert said.startswith(begin)
    assert contains in said


def test_name_of_a_source_file_is_checked(tmp_path: Path) -> None:
    assert "sources/Mein Portal.toml" in refusal(folder(tmp_path, **{"Mein Portal": SOURCE}))


def test_two_sources_under_one_key_are_refused(tmp_path: Path) -> None:
    said = refusal(folder(tmp_path, alt=SOURCE, neu=SOURCE + 'key = "alt"'))
    assert said.startswith("sources/alt.toml and sources/neu.toml: key 'alt' stands in both")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'protocol = "csw"\n[csw]\nmaxrecords = 5',
            "[csw] unknown key 'maxrecords'; did you mean 'max_records'? allowed: ",
        ),
        (
            'protocol = "sheet"\n[sheet.columns]\ntitel = "Was"',
            "[sheet] columns: unknown field 'titel'; did you mean 'title'? allowed: title, ",
        ),
        (
            'protocol = "sheet"\n[sheet]\nheader_row = "zwei"',
            "[sheet] header_row: a whole number is allowed (found: 'zwei')",
        ),
        (
            'protocol = "restjson"\n[restjson.paging]\nby = "page"\nsice = 5',
            "[restjson] unknown key 'paging.sice'; did you mean 'size'? allowed: by, ",
        ),
        (
            'protocol = "restjson"\n[restjson.paging]\nby = "seite"',
            "[restjson] paging.by: 'page', 'offset', 'cursor' or 'next' is allowed (found: 'seite')",
        ),
        ('protocol = "restjson"\n[restjson]\npaging = 5', "[restjson] paging: a table is allowed (found: 5)"),
        (
            'protocol = "restjson"\n[restjson.fields]\ntitel = "name"',
            "[restjson] fields: unknown field 'titel'; did you mean",
        ),
        ('protocol = "restjson"\n[restjson.fields]\nissued = "d"', "[restjson] fields.title is missing"),
        ("shedule = 'daily'", "unknown key 'shedule'; did you mean 'schedule'? allowed: "),
        ("grace = true", "grace: a time like '12h', '7d' or '2w' is allowed (found: True)"),
        (
            "expected = { filled = { licence = 0.9 } }",
            "expected.filled: unknown attribute 'licence'; did you mean 'license'?",
        ),
    ],
)
def test_refusals_speak_of_keys_and_not_of_the_library(tmp_path: Path, text: str, said: str) -> None:
    found = refusal(folder(tmp_path, portal=f"{SOURCE}{text}\n"))
    assert found.startswith(f"sources/portal.toml: {said}")
    assert not [word for word in ("Value error", "Extra inputs", "Input should", "valid ", "pydantic") if word in found]


def every_model() -> list[type[Any]]:
    return [Region, HarvestSource, Expected, *(spider.options_model for spider in registry.spider_classes().values())]


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
@pytest.mark.parametrize("value", [object(), -1, 1.5, "", "\n", [], [1], {}, {"x": 1}, True, None])
def test_no_value_of_any_key_is_refused_in_words_of_the_library(model: type[Any], value: object) -> None:
    for key in set(refusals.keys_of(model)) - {"folder"}:  # that one no file holds
        try:
            model.model_validate({key: value})
        except ValidationError as error:
            for place in range(error.error_count()):
                found = error.errors()[place]
                assert found["type"] in (*refusals.KNOWN, "missing", "extra_forbidden", "value_error"), found


def test_no_region_here(tmp_path: Path) -> None:
    assert "no region.toml here; 'allmende init DIR'" in refusal(tmp_path)
    assert "no region.toml here" in refusal(tmp_path / "nowhere")


def test_not_utf8_is_refused(tmp_path: Path) -> None:
    where = folder(tmp_path)
    (where / "sources" / "portal.toml").write_bytes('title = "Gemeinde Größe"'.encode("cp1252"))
    assert refusal(where).startswith("sources/portal.toml: not in UTF-8 at byte")


def test_unknown_key_in_the_environment_is_refused(tmp_path: Path) -> None:
    said = refusal(folder(tmp_path, portal=SOURCE), {"ALLMENDE_SOURCE_PORTAL__ULR": "https://x.example.org"})
    assert said.startswith("environment: ALLMENDE_SOURCE_PORTAL__ULR: unknown key")
    assert "url" in said


def test_wrong_value_in_the_environment_is_refused(tmp_path: Path) -> None:
    where = folder(tmp_path, portal=SOURCE)
    assert "schedule" in refusal(where, {"ALLMENDE_SOURCE_PORTAL__SCHEDULE": "bald"})
    assert "expected" in refusal(where, {"ALLMENDE_SOURCE_PORTAL__EXPECTED": "viele"})
    assert "base_url" in refusal(where, {"ALLMENDE_BASE_URL": "daten"})


def test_region_is_frozen(tmp_path: Path) -> None:
    region: Region = load(folder(tmp_path), {})
    with pytest.raises(ValueError, match="frozen"):
        setattr(region, "title", "Anders")  # noqa: B010
