"""How the command's words are taken apart: as Typer does, but that an option stands once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from typer.core import TyperCommand, TyperGroup

from schemas import refusals, region
from schemas.region import ConfigurationError


def fingerprints(given: str) -> tuple[str, ...]:
    """What ``--certificate`` says. Raises ConfigurationError."""
    try:
        return region.fingerprints(given)
    except refusals.Wrong as wrong:
        raise ConfigurationError(f"--certificate: {wrong}", f"--certificate: {wrong.de}") from wrong


class Verb(TyperCommand):
    """A verb that refuses an option of one value that stands twice: else the last would silently win."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Takes the words behind the verb. Raises ConfigurationError."""
        _refuse_twice(self, ctx, args)
        return super().parse_args(ctx, args)


class Verbs(TyperGroup):
    """All verbs, with what stands before them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Takes all words. Raises ConfigurationError."""
        _refuse_twice(self, ctx, args)
        return super().parse_args(ctx, args)


def _refuse_twice(command: Any, ctx: Any, args: list[str]) -> None:
    # The parser enters in this order each option as often as it stood.
    _, _, order = command.make_parser(ctx).parse_args(args=list(args))
    for option, number in Counter(order).items():
        single = option.param_type_name == "option" and not (option.multiple or option.is_flag or option.count)
        if single and number > 1:
            raise ConfigurationError(
                f"{option.opts[0]}: stands {number} times; one value is allowed",
                f"{option.opts[0]}: steht {number}-mal da; erlaubt ist ein Wert",
            )
