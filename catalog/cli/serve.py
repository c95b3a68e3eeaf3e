"""``allmende serve``: pages, feeds, and the clock, in the foreground."""

from __future__ import annotations

import typer

from catalog import serving
from catalog.cli.output import complain, settings

VERB = "serve"


def command(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", "--host", help="The address to listen at."),
    port: int = typer.Option(8000, "--port", help="The port; the next free one if it is taken.", min=0, max=65485),
    workers: int = typer.Option(1, "--workers", help="Web workers.", min=1, max=64),
) -> int:
    """Serve the catalogue until it is ended, and run sources when they are due.

    Example: `allmende serve --port 8000 --workers 2`
    """
    region = settings(context).region()
    try:
        listening = serving.bind(host, port)
    except OSError as error:
        return complain(str(error))
    return serving.serve(region, listening, workers)
