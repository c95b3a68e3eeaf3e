"""The rules of the guards, each for itself: destinations, redirects, pace, decompression, robots, wording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings
from scrapy.settings import default_settings as scrapy_defaults
from scrapy.utils.misc import load_object

from harvesters import settings
from harvesters.guards import exceptions
from harvesters.guards.destinations import check_destination, origin, same_domain
from harvesters.guards.exceptions import FetchRefused, RedirectRefused, RequestRefused
from harvesters.guards.pace import Pace, retry_after
from harvesters.guards.redirects import follow, may_carry, next_method
from harvesters.guards.run import agent_string
from schemas.findings import WORDING
from schemas.limits import Limits

LIMITS = Limits()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://www.neuhof-fulda.de/daten"


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# --- destinations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://ftp.example.org/x", "scheme"),
        ("data:text/plain,x", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("https://", "scheme"),
        ("http://[1", "scheme"),
        ("http://www.neuhof-fulda.de:99999/", "scheme"),
        ("https://user:secret@www.neuhof-fulda.de/", "userinfo"),
        ("https://www.neuhof-fulda.de@evil.example/", "userinfo"),
        ("http://www.neuhof-fulda.de:22/", "port"),
        ("http://www.neuhof-fulda.de:6379/", "port"),
        ("http://93.184.215.14:25/", "port"),
        ("http://10.0.0.1:5000/", "address"),
        ("http://a..b/", "dns"),
    ],
)
def test_F38_what_is_never_asked(url: str, code: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        check_destination(url, "GET", (), LIMITS)
    assert refused.value.code == code
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "CONNECT", "TRACE"])
def test_F38_only_reading_methods(method: str) -> None:
    with pytest.raises(RequestRefused, match=method):
        check_destination(URL, method, (), LIMITS)


def test_ports_are_free_on_our_own_hosts_and_by_limit() -> None:
    assert check_destination("http://127.0.0.1:5000/", "GET", ("127.0.0.1",), LIMITS).port == 5000
    assert check_destination("http://geo.example.org:8123/", "GET", (), Limits(ports=(8123,))).port == 8123


def test_an_origin_is_scheme_host_and_port() -> None:
    assert str(origin("HTTPS://WWW.Neuhof-Fulda.DE:443/x")) == "https://www.neuhof-fulda.de"
    assert str(origin("http://[::1]:8080/")) == "http://[::1]:8080"
    assert origin("http://h.example/") != origin("https://h.example/")


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("neuhof-fulda.de", "www.neuhof-fulda.de", True),
        ("daten.neuhof-fulda.de", "www.neuhof-fulda.de", True),
        ("neuhof-fulda.de", "flieden.de", False),
        ("a.github.io", "b.github.io", False),
        ("a.co.uk", "b.co.uk", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("localhost", "localhost", True),
        ("ckan.lan", "evil.lan", False),
    ],
)
def test_a_registered_domain_is_what_the_suffix_list_says(host: str, other: str, same: bool) -> None:
    assert same_domain(host, other) is same


# --- redirects -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "location", "target"),
    [
        ("http://neuhof-fulda.de/a", "https://www.neuhof-fulda.de/a", "https://www.neuhof-fulda.de/a"),
        ("http://neuhof-fulda.de/a", "https://neuhof-fulda.de/a", "https://neuhof-fulda.de/a"),
        (URL, "/neu ort", "https://www.neuhof-fulda.de/neu%20ort"),
        (URL, "//daten.neuhof-fulda.de/x#y", "https://daten.neuhof-fulda.de/x"),
        (URL, "http://127.0.0.1:5000/", "http://127.0.0.1:5000/"),
    ],
)
def test_F30_redirects_that_are_followed(start: str, location: str, target: str) -> None:
    assert follow([start], location, ["127.0.0.1"], LIMITS) == target


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", "redirect-scheme"),
        ("ftp://www.neuhof-fulda.de/x", "redirect-scheme"),
        ("data:text/html,x", "redirect-scheme"),
        ("javascript:alert(1)", "redirect-scheme"),
        ("http://[oops", "redirect-scheme"),
        ("https://www.flieden.de/", "redirect-domain"),
        ("//evil.example/", "redirect-domain"),
        ("https://10.0.0.1/", "redirect-domain"),
        ("https://[::1]/", "redirect-domain"),
        ("http://www.neuhof-fulda.de/daten", "redirect-downgrade"),
        ("https://u:p@www.neuhof-fulda.de/", "userinfo"),
        ("https://www.neuhof-fulda.de:22/", "port"),
    ],
)
def test_F31_redirects_that_are_refused(location: str, code: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        follow([URL], location, [], LIMITS)
    assert refused.value.code == code


def test_F31_another_domain_is_named_for_the_steward() -> None:
    with pytest.raises(RedirectRefused) as refused:
        follow([URL], "https://www.flieden.de/", [], LIMITS)
    assert refused.value.arguments[1] == "www.flieden.de"
    assert "www.flieden.de" in refused.value.message("de")
    assert "www.flieden.de" in refused.value.fix("de")


def test_F30_the_sixth_hop_shows_the_whole_chain() -> None:
    chain = [f"https://www.neuhof-fulda.de/{number}" for number in range(6)]
    assert follow(chain[:5], "/5", [], LIMITS) == chain[5]
    with pytest.raises(RedirectRefused) as refused:
        follow(chain, "/6", [], LIMITS)
    assert refused.value.code == "redirect-loop"
    assert all(hop in str(refused.value) for hop in chain)


def test_robots_may_lie_with_another_authority() -> None:
    assert follow([URL], "https://www.flieden.de/robots.txt", [], LIMITS, any_domain=True)


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Proxy-Authorization", "X-CKAN-API-Key", "If-None-Match"])
@pytest.mark.parametrize("target", ["http://h.example/", "https://h.example:8443/", "https://www.h.example/"])
def test_F32_secrets_stay_with_their_origin(name: str, target: str) -> None:
    assert may_carry(name, "https://h.example/a", "https://h.example/b")
    assert not may_carry(name, "https://h.example/a", target)
    assert may_carry("User-Agent", "https://h.example/a", target)


def test_a_post_becomes_a_get_unless_told_otherwise() -> None:
    assert [next_method(status, "POST") for status in (301, 302, 303, 307, 308)] == ["GET"] * 3 + ["POST"] * 2
    assert next_method(303, "HEAD") == "HEAD"


# --- pace ----------------------------------------------------------------------------------------------------------


def test_F35_a_host_rests_for_the_longest_of_delay_crawl_delay_and_latency() -> None:
    clock = Clock()
    pace = Pace(LIMITS, (), clock)
    assert pace.wait("h.example") == 0
    pace.answered("h.example", latency=0.2)
    assert pace.wait("H.example.") == 1
    clock.now += 1
    pace.answered("h.example", latency=4)
    assert pace.wait("h.example") == 4
    clock.now += 4
    pace.crawl_delay("h.example", 7)
    pace.answered("h.example", latency=0.2)
    assert pace.wait("h.example") == 7
    assert pace.wait("other.example") == 0


def test_our_own_hosts_rest_only_if_their_robots_txt_says_so() -> None:
    clock = Clock()
    pace = Pace(LIMITS, ("127.0.0.1",), clock)
    pace.answered("127.0.0.1", latency=5)
    assert pace.wait("127.0.0.1") == 0
    pace.crawl_delay("127.0.0.1", 7)
    pace.answered("127.0.0.1", latency=0.1)
    assert pace.wait("127.0.0.1") == 7


def test_F34_a_held_host_is_not_released_early() -> None:
    clock = Clock()
    pace = Pace(LIMITS, ("127.0.0.1",), clock)
    pace.hold("127.0.0.1", 60)
    pace.hold("127.0.0.1", 5)
    pace.answered("127.0.0.1", latency=0.1)
    assert pace.wait("127.0.0.1") == 60


def test_F25_back_off_doubles_with_jitter_and_is_short_for_our_own_hosts() -> None:
    pace = Pace(LIMITS, ("127.0.0.1",))
    assert all(1 <= pace.backoff("h.example", 1) <= 2 for _ in range(50))
    assert all(2 <= pace.backoff("h.example", 2) <= 4 for _ in range(50))
    assert len({pace.backoff("h.example", 1) for _ in range(10)}) > 1
    assert pace.backoff("127.0.0.1", 2) < 0.3


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120),
        (" 0 ", "", 0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), "", 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), "", 0),
        # The server's clock is a day ahead of ours; what counts is the difference it means.
        (
            format_datetime(NOW + timedelta(days=1, seconds=30), usegmt=True),
            format_datetime(NOW + timedelta(days=1), usegmt=True),
            30,
        ),
        ("", "", None),
        ("soon", "", None),
        ("-5", "", None),
        ("1.5", "", None),
    ],
)
def test_F34_retry_after_in_seconds_and_as_a_date(value: str, date: str, seconds: float | None) -> None:
    assert retry_after(value, date, NOW) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_F34_no_header_upsets_retry_after(value: str, date: str) -> None:
    wait = retry_after(value, date, NOW)
    assert wait is None or wait >= 0


# --- wording and settings ------------------------------------------------------------------------------------------


def test_every_refusal_has_both_languages_and_a_remedy() -> None:
    rules = [rule for rule in WORDING if rule.startswith("fetch-")]
    assert len(rules) >= 20
    for rule in rules:
        refused = FetchRefused(rule.removeprefix("fetch-"), URL, *"abc")
        assert refused.finding().rule == rule
        assert URL in refused.message("de")
        assert refused.message("de") != refused.message("en")
        assert refused.fix("de")
        assert refused.fix("en")


def test_the_codes_named_by_the_classes_are_the_codes_that_exist() -> None:
    told = " ".join(
        kind.__doc__ or ""
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, FetchRefused)
    )
    for rule in WORDING:
        if rule.startswith("fetch-"):
            assert rule.removeprefix("fetch-") in told


def test_a_code_without_wording_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="no wording"):
        FetchRefused("nonsense", URL)


def test_F69_messages_show_neither_passwords_nor_control_characters() -> None:
    refused = RequestRefused("port", "https://u:geheim@h.example/", "22\r\n\x1b[31m" + "x" * 1000)
    assert "geheim" not in repr(refused)
    for text in (str(refused), refused.message("de"), refused.finding().focus):
        assert "geheim" not in text
        assert text.isprintable()
        assert len(text) < 500


def test_the_agent_string_names_version_address_and_contact() -> None:
    agent = agent_string("https://daten.example.org", "daten@example.org")
    assert agent.startswith("Allmende/")
    assert agent.endswith(" (+https://daten.example.org; daten@example.org)")


def test_each_part_named_in_the_settings_exists() -> None:
    chosen = Settings()
    chosen.setmodule(settings, priority="project")
    for path, order in chosen.getdict("DOWNLOADER_MIDDLEWARES").items():
        assert load_object(path)
        if order is None:
            # Switching off a part that Scrapy has renamed would leave the new one on.
            assert path in scrapy_defaults.DOWNLOADER_MIDDLEWARES_BASE
    handlers = chosen.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, path in handlers.items() if path} == {"http", "https"}
    assert load_object(handlers["http"])


def test_no_setting_is_misspelt() -> None:
    known = {name for name in dir(scrapy_defaults) if name.isupper()}
    ours = {name for name in dir(settings) if name.isupper() and not name.startswith("ALLMENDE_")}
    assert ours <= known
