"""Calendar files for tests, written line by line."""

from __future__ import annotations


def calendar(*events: str) -> bytes:
    """A calendar of events, each the lines of one."""
    written = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\n{written}END:VCALENDAR\n".replace("\n", "\r\n").encode()
