"""Letters are personal data: forgotten with the person, in the backup, brought by `serve`, read by the command."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import backup, restoring
from catalog.feedback.box import Box
from catalog.forgetting import files
from catalog.store import Store
from harvesters.persons.spellings import spellings_of
from schemas.region import ConfigurationError, load
from tests.catalog.builder import region_in
from tests.catalog.cli.command import REGION, allmende, started
from tests.catalog.feedback.mail_server import mail_server
from tests.catalog.feedback.test_letters import letter

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def folder(place: Path, more: str = "") -> Path:
    place.mkdir(parents=True)
    (place / "region.toml").write_text(f"{REGION}{more}", encoding="utf-8")
    return place


def test_F75_a_person_is_forgotten_in_letters_too(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    box = Box(region)
    box.put(letter(text="Hier schreibt Kunigunde Testfall.", email="kunigunde.testfall@example.org"))
    box.put(letter("F-3333-3333"))
    spellings = spellings_of(["Kunigunde Testfall", "kunigunde.testfall@example.org"])
    assert files.count(region, spellings)[0] == {"data/feedback": 1}
    files.free_others(region, spellings)
    assert not files.count(region, spellings)[0]
    kept = {each.reference: each for each in box.letters()}
    assert set(kept) == {"F-2345-6789", "F-3333-3333"}
    assert kept["F-3333-3333"] == letter("F-3333-3333")
    raw = "".join(file.read_text() for file in box.folder.glob("*.json"))
    assert "Testfall" not in raw
    assert "Kunigunde" not in raw


def test_letters_are_in_the_backup_and_come_back_for_the_operator_alone(tmp_path: Path) -> None:
    region = region_in(tmp_path / "region")
    Store(region).close()
    box = Box(region)
    box.put(letter())
    saved = tmp_path / "backup.tar.gz"
    assert "feedback/F-2345-6789.json" in backup.make(region, saved, NOW).files
    box.delete("F-2345-6789")
    restoring.restore(region, saved, NOW)
    assert box.get("F-2345-6789") == letter()
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700


def test_the_command_tells_sends_and_deletes(tmp_path: Path) -> None:
    with mail_server() as (keeper, port):
        settings = f'[region.feedback]\nsmtp = "smtp://127.0.0.1:{port}"\nsender = "katalog@example.org"\n'
        place = folder(tmp_path / "region", settings)
        assert allmende("feedback", cwd=place).out == "Keine Nachrichten.\n"
        box = Box(load(place))
        box.put(letter(title="Mähplan\x1b[31m", dataset="maehplan"))
        box.put(letter("F-3333-3333", to="weg@neuhof.example", written="2026-11-24T13:00:00Z"))
        keeper.refused = {"weg@neuhof.example"}
        done = allmende("feedback", "--send", cwd=place)
        assert done.code == 1
        assert "Gesendet: 1. Noch nicht gesendet: 1." in done.err
        assert re.search(r"F-2345-6789 .*Frage: Mähplan\ufffd\[31m\n    gesendet an bauamt@neuhof.example", done.out)
        assert "noch nicht gesendet an weg@neuhof.example: the mail server refuses the mailbox (550)" in done.out
    told = allmende("feedback", "F-2345-6789", cwd=place)
    assert "Wann wird gemäht?" in told.out
    assert "\x1b" not in told.out
    assert allmende("feedback", "--json", cwd=place).json()["letters"][1]["attempts"] == 1
    assert allmende("feedback", "F-3333-3333", "--delete", cwd=place).code == 0
    assert [each.reference for each in box.letters()] == ["F-2345-6789"]
    assert "F-3333-3333" in allmende("feedback", "F-3333-3333", cwd=place).complaint
    assert "--delete" in allmende("feedback", "--delete", cwd=place).complaint


def test_serve_brings_letters_by_itself(tmp_path: Path) -> None:
    with mail_server() as (keeper, port):
        settings = f'[region.feedback]\nsmtp = "smtp://127.0.0.1:{port}"\nsender = "katalog@example.org"\n'
        place = folder(tmp_path / "region", settings)
        Box(load(place)).put(letter())
        with started("serve", "--port", "0", cwd=place):
            assert keeper.arrived.wait(60)
    assert keeper.mails[0]["subject"] == "[F-2345-6789] Frage"


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('smtp = "smtps://mail.example.org"', "sender"),
        ('smtp = "http://mail.example.org"\nsender = "a@b.de"', "smtps://"),
        ('smtp = "smtp://mail.example.org:x"\nsender = "a@b.de"', "port"),
        ('sender = "keine"', "e-mail"),
        ("keep_days = 0", "keep_days"),
        ('password = "geheim"', "ALLMENDE_SMTP_PASSWORD"),
        ("gibtsnicht = 1", "gibtsnicht"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, table: str, complaint: str) -> None:
    place = folder(tmp_path / "region", f"[region.feedback]\n{table}\n")
    with pytest.raises(ConfigurationError, match=r"feedback") as raised:
        load(place, {})
    assert complaint in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_the_password_comes_from_the_environment(tmp_path: Path) -> None:
    settings = '[region.feedback]\nsmtp = "smtps://mail.example.org"\nuser = "katalog"\nsender = "a@example.org"\n'
    place = folder(tmp_path / "region", settings)
    region = load(place, {"ALLMENDE_SMTP_PASSWORD": "geheim"})
    assert region.feedback.password == "geheim"
    assert region.feedback.server == ("mail.example.org", 465, True)
    assert "geheim" not in repr(region)
    assert load(place, {}).feedback.password is None
