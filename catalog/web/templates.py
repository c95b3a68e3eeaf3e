"""The frame of every page: a request's language, catalogue and time, its links, and Jinja templates that escape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from catalog import formats
from catalog.reading import past
from catalog.reading.remembered import Remembered
from catalog.search import Catalogue
from catalog.web import conditional, sanitising, static
from catalog.web.texts import LANGUAGES, SOURCE, Texts, texts
from schemas.region import Municipality, Region

PAGES = Path(__file__).parent / "pages"
Handler = Callable[[Request], Awaitable[Response]]
Query = Iterable[tuple[str, str]] | Mapping[str, str]
READY = 4000  # parts of pages that are kept in each language


def routes(path: str, handler: Handler, methods: Sequence[str] = ("GET",)) -> list[Route]:
    """The routes of a page or of its form: in German at its path, in the other languages under ``/en/…``."""
    paths = [_in_language(path, language) for language in LANGUAGES]
    return [Route(each, handler, methods=list(methods), name=f"{handler.__name__}:{each}") for each in paths]


class Page:
    """What a page needs to know of its request. The publication number is taken once, when it is first asked for."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.region: Region = request.app.state.region
        self.language, self.path = _split(request.url.path)
        self.texts: Texts = texts(self.language)
        self._links = Links(urlsplit(self.region.base_url).path, self.language)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue to read."""
        catalogue: Catalogue = self.request.app.state.catalogue
        return catalogue

    @property
    def at(self) -> int:
        """The publication number that this request reads at."""
        return conditional.number(self.request)

    @cached_property
    def now(self) -> datetime:
        """The present time; an application's ``state.now`` replaces the clock."""
        clock: Callable[[], datetime] | None = getattr(self.request.app.state, "now", None)
        return clock() if clock else datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day that it is in Europe/Berlin."""
        return past.today(self.now)

    def link(self, path: str, query: Query = ()) -> str:
        """The address of a page in this request's language."""
        return self._links.page(path, query)

    def file(self, path: str, query: Query = ()) -> str:
        """The address of what has no language: a feed, an asset."""
        return self._links.file(path, query)

    def spoken(self, text: str, lang: str) -> Markup:
        """Words that may be in another language than the page: what is put into one of its sentences, as HTML."""
        marked = Markup('<span lang="{}">{}</span>')
        return marked.format(lang, text) if lang and lang != self.language else escape(text)

    def public(self, path: str, language: str = "") -> str:
        """The absolute address of a page, made from the region's base address alone (F72)."""
        return self.region.base_url + _in_language(path, language or self.language)

    @property
    def here(self) -> str:
        """The absolute address of this page with what it asks for, as a search and a file's rows are printed."""
        query = self.request.url.query
        return self.public(self.path) + (f"?{query}" if query else "")

    def place(self, municipality_id: str) -> Municipality | None:
        """The municipality of an id."""
        return self.region.municipality(municipality_id)

    def exists(self, path: str) -> bool:
        """Whether there is a page at a path without variable parts, so that menus show only what is there."""
        return path in self.fixed

    @property
    def fixed(self) -> frozenset[str]:
        """The paths without variable parts that there are."""
        return _fixed_paths(self.request.app)

    @property
    def menu_path(self) -> str:
        """The path of this page if a menu may name it; else nothing, so that few menus are made."""
        return self.path if self.path in self.fixed else ""

    def day(self, text: str) -> str:
        """A date in words."""
        return formats.day(text, self.language)

    def age(self, text: str) -> str:
        """How long ago a time was."""
        return formats.age(text, self.now, self.language)

    def render(self, template: str, title: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The answer with a page. ``title`` is its heading; what the template needs beyond the frame is in ``values``.

        ``tab``, among them, says in parts what this page is and others of its kind are not, for tabs and bookmarks (WCAG 2.4.2).
        """
        query = self.request.url.query
        languages = [
            (language, self._links.other(self.path, language) + (f"?{query}" if query else ""))
            for language in LANGUAGES
        ]
        text = _environment(self._links.prefix, self.language).get_template(template)
        body = text.render(
            page=self,
            region=self.region,
            title=title,
            languages=languages,
            **{
                "indexed": status == 200,
                "alternates": (),
                "trail": (),
                "heading_words": title,
                "tab": (title,),
                **values,
            },
        )
        return HTMLResponse(body, status_code=status, headers={"Content-Language": self.language})


class Links:
    """Addresses inside the site, under the path that the region's base address has."""

    def __init__(self, prefix: str, language: str) -> None:
        self.prefix = prefix.rstrip("/")
        self.language = language

    def page(self, path: str, query: Query = ()) -> str:
        """A page in the language at hand."""
        return self.file(_in_language(path, self.language), query)

    def other(self, path: str, language: str) -> str:
        """The same page in another language."""
        return self.file(_in_language(path, language))

    def file(self, path: str, query: Query = ()) -> str:
        """What has no language."""
        pairs = query.items() if isinstance(query, Mapping) else query
        encoded = "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])
        return f"{self.prefix}{path}?{encoded}" if encoded else f"{self.prefix}{path}"

    def asset(self, name: str) -> str:
        """A file of ``assets/``; its address changes with its content, so that it can be kept for good."""
        return self.file(f"/assets/{name}", {"v": static.file(name).version})

    def vendored(self, name: str) -> str:
        """A file of an npm package, like :meth:`asset`; empty where the build left these files out."""
        return self.asset(name) if name in static.paths() else ""


class _Generator(CodeGenerator):
    """Compiles templates so that what is HTML already is put in as it is: escaping it would copy it, hundreds of times a page."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._is_escaped(frame, finalize):
            self.write("(said if type(said := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._is_escaped(frame, finalize):
            self.write(") is Markup else escape(said))")
        else:
            super()._output_child_post(node, frame, finalize)

    @staticmethod
    def _is_escaped(frame: Frame, finalize: Any) -> bool:
        return bool(frame.eval_ctx.autoescape) and not frame.eval_ctx.volatile and finalize.src is None


class _Ready:
    """``ready("macro", …)``: what a macro makes of some values, made once and kept while it is asked for.

    The macro is one of ``macros.html``, or of the template before a slash: ``"frame.html/foot"``. It depends on the values
    alone. What lies inside of a value (a row of hits) must be Markup throughout: the same letters as text and as HTML
    are equal, and only the values themselves are told apart by what they are.
    """

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._kept = Remembered(READY)

    def __call__(self, macro: str, *values: Hashable) -> Markup:
        return self._kept.once((macro, values, *map(type, values)), lambda: self._made(macro, values))

    @cached_property
    def _macros(self) -> jinja2.environment.TemplateModule:
        return self._environment.get_template("macros.html").module

    def _made(self, macro: str, values: Sequence[Hashable]) -> Markup:
        template, slash, name = macro.rpartition("/")
        macros = self._environment.get_template(template).module if slash else self._macros
        made: Markup = getattr(macros, name)(*values)
        return made


@lru_cache(maxsize=2048, typed=True)
def _quoted(text: str) -> str:
    """A name or a value as the query of an address has it. A page of results says the same ones in thirty addresses."""
    return quote_plus(str(text))


def _fixed_paths(app: Starlette) -> frozenset[str]:
    known: frozenset[str] | None = getattr(app.state, "fixed_paths", None)
    if known is None:
        known = app.state.fixed_paths = frozenset(route.path for route in app.routes if isinstance(route, Route))
    return known


def _split(path: str) -> tuple[str, str]:
    """The language of a path and the path without it."""
    for language in LANGUAGES[1:]:
        if path == f"/{language}" or path.startswith(f"/{language}/"):
            return language, path[len(language) + 1 :] or "/"
    return SOURCE, path


def _in_language(path: str, language: str) -> str:
    if language == SOURCE:
        return path
    return f"/{language}" if path == "/" else f"/{language}{path}"


@cache
def _environment(prefix: str, language: str) -> jinja2.Environment:
    """The templates in one language. Everything is escaped; an undefined name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.code_generator_class = _Generator
    links = Links(prefix, language)
    said = texts(language)
    environment.globals |= {
        "_": said.text,
        "_n": said.plural,
        "language": language,
        "link": links.page,
        "file": links.file,
        "asset": links.asset,
        "vendored": links.vendored,
        "ready": _Ready(environment),
        "other": lambda lang: Markup(' lang="{}"').format(lang) if lang and lang != language else Markup(),
    }
    environment.filters |= {
        "day": lambda text: formats.day(text, language),
        "time": lambda text: formats.time(text, language),
        "number": lambda value: formats.number(value, language),
        "size": lambda value: formats.size(value, language),
        "clean": sanitising.clean,
        "sentence": sanitising.sentence,
        "short_name": short_name,
    }
    environment.tests["a_link"] = sanitising.is_link
    return environment


def short_name(municipality: str) -> str:
    """A municipality's name as one says it: Neuhof for Gemeinde Neuhof."""
    for kind in ("Gemeinde ", "Stadt ", "Marktgemeinde ", "Markt "):
        if municipality.startswith(kind):
            return municipality.removeprefix(kind)
    return municipality
