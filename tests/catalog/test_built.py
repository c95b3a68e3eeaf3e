"""The commit that the program was made from is told where git or pip says it, and nowhere invented."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog import built

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *said: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *said], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_folder_of_git_tells_its_commit_in_each_of_its_forms(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    assert built.of_folder(folder) == "", "no commit yet"
    git(folder, "commit", "-q", "--allow-empty", "-m", "Begin")
    commit = git(folder, "rev-parse", "HEAD")
    assert built.of_folder(folder) == commit, "a reference in a file"
    git(folder, "worktree", "add", "-q", str(tmp_path / "other"), "-b", "side")
    assert built.of_folder(tmp_path / "other") == commit, "a second working tree"
    git(folder, "pack-refs", "--all")
    assert built.of_folder(folder) == commit, "a packed reference"
    git(folder, "checkout", "-q", "--detach")
    assert built.of_folder(folder) == commit, "a commit of no branch"


def test_what_git_does_not_know_has_no_commit(tmp_path: Path) -> None:
    assert built.of_folder(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert built.of_folder(tmp_path) == ""
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/gone\n")
    assert built.of_folder(tmp_path) == ""


@pytest.mark.parametrize(
    ("said", "commit"),
    [
        (f'{{"url": "https://x.example/a.git", "vcs_info": {{"vcs": "git", "commit_id": "{COMMIT}"}}}}', COMMIT),
        ('{"url": "file:///srv/a", "dir_info": {}}', ""),
        ('{"vcs_info": {"commit_id": "main"}}', ""),
        ("[]", ""),
        ("no JSON", ""),
        (None, ""),
    ],
)
def test_pip_tells_the_commit_only_of_what_it_took_from_git(said: str | None, commit: str) -> None:
    assert built._installed(said) == commit
