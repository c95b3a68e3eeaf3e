"""Letters reach the office by a real mail server: whole, inert, encrypted, again after failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.feedback import post
from catalog.feedback.box import Box
from catalog.feedback.mail import compose
from schemas.feedback import Feedback
from schemas.region import Region
from tests.catalog.builder import region_in
from tests.catalog.feedback.mail_server import mail_server
from tests.catalog.feedback.test_letters import letter
from tests.catalog.web.payloads import PAYLOADS
from tests.harvesters.certificates import server_context

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def region_with(folder: Path, port: int, scheme: str = "smtp", **more: object) -> Region:
    settings = Feedback(smtp=f"{scheme}://127.0.0.1:{port}", sender="katalog@example.org", **more)  # type: ignore[arg-type]
    return region_in(folder).model_copy(update={"feedback": settings})


def test_a_letter_reaches_the_office(tmp_path: Path) -> None:
    with mail_server() as (keeper, port):
        region = region_with(tmp_path, port)
        box = Box(region)
        box.put(
            letter(text="Wann wird gemäht?\n\nGrüße", email="anna@example.org", dataset="maehplan-1", title="Mähplan")
        )
        assert post.deliver(region, NOW) == (1, 0, "")
        assert post.deliver(region, NOW) == (0, 0, ""), "once"
    (mail,) = keeper.mails
    assert keeper.recipients == [["bauamt@neuhof.example"]]
    assert mail["subject"] == "[F-2345-6789] Frage zu „Mähplan“"
    assert mail["to"] == "bauamt@neuhof.example"
    assert mail["reply-to"] == "anna@example.org"
    assert mail["from"].addresses[0].addr_spec == "katalog@example.org"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content().replace("\r\n", "\n")
    assert "> Wann wird gemäht?\n>\n> Grüße" in text
    assert "https://daten.example.org/dataset/maehplan-1" in text
    assert "F-2345-6789" in text
    (kept,) = box.letters()
    assert (kept.sent, kept.reason) == ("2026-11-24T12:00:00Z", "")


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: opfer@evil.example",
        "x\nSubject: y\n\nBody",
        "x\x00\x0b\u2028Bcc: a@evil.example",
        "=?utf-8?q?x=0ABcc?=",
        *PAYLOADS[:12],
    ],
)
def test_nothing_that_was_written_becomes_a_header_or_runs(tmp_path: Path, evil: str) -> None:
    with mail_server() as (keeper, port):
        region = region_with(tmp_path, port).model_copy(update={"title": evil})
        Box(region).put(letter(text=f"Guten Tag {evil}", email=evil, title=evil, page=f"/{evil}", dataset=evil))
        assert post.deliver(region, NOW).sent == 1
    (mail,) = keeper.mails
    names = [name.lower() for name, _ in mail.items()]
    assert sorted(names) == sorted(
        [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "auto-submitted",
            "content-type",
            "content-transfer-encoding",
            "mime-version",
        ]
    )
    assert keeper.recipients == [["bauamt@neuhof.example"]]
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()


def test_what_one_letter_meets_does_not_concern_the_others(tmp_path: Path) -> None:
    with mail_server() as (keeper, port):
        keeper.refused = {"weg@neuhof.example"}
        region = region_with(tmp_path, port)
        box = Box(region)
        box.put(letter("F-2222-2222", to="weg@neuhof.example"))
        box.put(letter("F-3333-3333", to="kein postfach"))
        box.put(letter("F-4444-4444"))
        done = post.deliver(region, NOW)
        assert (done.sent, done.waiting) == (1, 2)
    by = {each.reference: each for each in box.letters()}
    assert "refuses the mailbox (550)" in by["F-2222-2222"].reason
    assert by["F-3333-3333"].attempts == 1
    assert by["F-4444-4444"].sent


def test_what_could_not_be_sent_is_tried_again_later_and_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server() as (keeper, port):
        region = region_with(tmp_path, port)
        box = Box(region)
        box.put(letter())
        keeper.refusal = "451 try later"
        pauses = []
        now = NOW
        for _ in range(9):
            assert post.deliver(region, now).sent == 0
            (kept,) = box.letters()
            pauses.append(datetime.fromisoformat(kept.due) - now)
            assert post.deliver(region, now + timedelta(seconds=1)).waiting == 1
            (same,) = box.letters()
            assert same == kept, "not before it is due"
            now = datetime.fromisoformat(kept.due)
        assert [pause.total_seconds() / 60 for pause in pauses] == [5, 10, 20, 40, 80, 160, 320, 360, 360]
        keeper.refusal = ""
        assert post.deliver(region, NOW, at_once=True).sent == 1
    assert "refuses the mail (451)" in caplog.text
    assert "gemäht" not in caplog.text


def test_a_server_that_is_down_loses_nothing(tmp_path: Path) -> None:
    with mail_server() as (_, port):
        pass
    region = region_with(tmp_path, port)
    box = Box(region)
    box.put(letter("F-2222-2222"))
    box.put(letter("F-3333-3333"))
    done = post.deliver(region, NOW)
    assert (done.sent, done.waiting) == (0, 2)
    assert all(each.attempts == 1 and "ConnectionRefused" in each.reason for each in box.letters())


def test_without_a_mail_server_letters_stay_in_their_folder(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    assert post.deliver(region, NOW) == (0, 0, "")
    Box(region).put(letter())
    assert post.deliver(region, NOW, at_once=True) == (0, 0, "")
    (kept,) = Box(region).letters()
    assert kept == letter()


def test_mail_is_encrypted_and_the_password_goes_no_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    for scheme, encrypted in (("smtp", False), ("smtps", True)):
        with mail_server(context, encrypted, login=True) as (keeper, port):
            folder = tmp_path / scheme
            region = region_with(folder, port, scheme, user="katalog", password="geheim")
            Box(region).put(letter())
            assert post.deliver(region, NOW) == (1, 0, "")
            assert keeper.logins == [(b"katalog", b"geheim")]
            wrong = region_with(folder, port, scheme, user="katalog", password="falsch")
            Box(region).put(letter("F-3333-3333"))
            assert "refuses user and password (535)" in post.deliver(wrong, NOW).reason
            assert "geheim" not in repr(region)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    with mail_server(context) as (keeper, port):
        region = region_with(tmp_path, port)
        Box(region).put(letter())
        assert "certificate verify failed" in post.deliver(region, NOW).reason.lower()
        assert not keeper.mails


def test_a_server_elsewhere_without_encryption_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "_is_here", lambda _: False)
    with mail_server() as (keeper, port):
        region = region_with(tmp_path, port)
        Box(region).put(letter())
        assert "no STARTTLS" in post.deliver(region, NOW).reason
        assert not keeper.mails


def test_two_rounds_at_a_time_send_a_letter_once(tmp_path: Path) -> None:
    with mail_server() as (keeper, port):
        region = region_with(tmp_path, port)
        Box(region).put(letter())
        with post._alone(Box(region)) as alone:
            assert alone
            assert post.deliver(region, NOW) == (0, 0, "")
        assert post.deliver(region, NOW).sent == 1
        assert len(keeper.mails) == 1


def test_a_mail_without_a_mailbox_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no mailbox"):
        compose(region_with(tmp_path, 25), letter(to="x"))
