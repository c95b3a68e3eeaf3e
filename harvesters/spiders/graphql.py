"""Reaches a GraphQL interface with the query that lies beside the source file, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, ClassVar, Literal
from urllib.parse import urljoin, urlsplit

import orjson
from pydantic import Field, model_validator
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure
from w3lib.http import basic_auth_header

from harvesters.answer import Answer
from harvesters.configured.lists import ListSpider, unreadable
from harvesters.configured.options import MappedOptions, PathOption
from harvesters.configured.paths import path
from harvesters.graphql import query
from harvesters.mapping.native_values import word
from harvesters.reading import Page
from harvesters.reasons import INCOMPLETE, NO_ACCESS
from harvesters.spider import Detected, Options, asked
from schemas.loose_json import load_json
from schemas.refusals import Wrong
from schemas.region import ConfigurationError, HarvestSource, Region
from schemas.syntax import Unreadable, excerpt

_MOST_MESSAGES = 5


class GraphqlPaging(Options):
    """The table ``paging``: which variables of the query carry on."""

    by: Literal["cursor", "skip"]
    """By the connection's cursor (GraphQL Cursor Connections), or by how many are left out."""

    variable: str = ""
    """The variable for cursor or number; without it ``after``, ``skip``."""

    size_variable: str = ""
    """The variable for how many are wanted; without it ``first``, ``limit``."""

    size: int = Field(default=100, ge=1, le=10_000)
    """How many are asked for at once."""

    page_info: PathOption | None = None
    """The path to the connection's ``pageInfo``, below ``data``."""

    total: PathOption | None = None
    """The path to the number of records that the source says it has, below ``data``."""

    @model_validator(mode="after")
    def _whole(self) -> GraphqlPaging:
        if self.by == "cursor" and self.page_info is None:
            raise Wrong(
                'by = "cursor" needs page_info: the path to pageInfo with endCursor and hasNextPage',
                'zu by = "cursor" gehört page_info: der Pfad zu pageInfo mit endCursor und hasNextPage',
            )
        return self

    @property
    def names(self) -> tuple[str, str]:
        """The variables for place and size."""
        usual = ("after", "first") if self.by == "cursor" else ("skip", "limit")
        return self.variable or usual[0], self.size_variable or usual[1]


class GraphqlOptions(MappedOptions):
    """The table ``[graphql]`` of a source file."""

    query: str = ""
    """The file with the query, beside the source file; without it ``ID.graphql``."""

    variables: Mapping[str, Any] = {}
    """Values of the query's variables."""

    paging: GraphqlPaging | None = None
    """How the list goes on; without it, it is one answer."""

    depth: int = Field(default=12, ge=1, le=30)
    """How deeply the query may be nested."""

    token: str = ""
    """The path where an access token is had for client id and secret (OAuth 2, client credentials)."""

    @model_validator(mode="after")
    def _token_on_own_server(self) -> GraphqlOptions:
        if self.token and not (self.token.startswith("/") and not self.token.startswith("//")):
            raise Wrong(
                "token: a path on the source's own server that begins with / is allowed",
                "token: erlaubt ist ein Pfad auf dem Server der Quelle, der mit / beginnt",
            )
        return self


class GraphqlSpider(ListSpider):
    """A list: the query with its variables, until the source says that there is no more."""

    name = "graphql"
    reader = "restjson"
    title = ("GraphQL-Schnittstelle", "GraphQL interface")
    options_model: ClassVar[type[Options]] = GraphqlOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The page for people that GraphQL servers show; what can be asked there only their schema says."""
        answer = answers.get(url)
        if answer is None or answer.media_type != "text/html":
            return None
        shown = answer.body[:100_000].lower()
        named = any(word in shown for word in (b"graphiql", b"graphql playground", b"graphql-playground"))
        if not named or not urlsplit(answer.final_url).path.rstrip("/").endswith(("graphql", "graphiql", "playground")):
            return None
        return Detected(cls.name, url, None, (), {}, 60)

    @classmethod
    def check(cls, region: Region, source: HarvestSource, options: Options) -> None:
        """The query lies beside the source file and may be sent. Raises ConfigurationError."""
        super().check(region, source, options)
        assert isinstance(options, GraphqlOptions)
        try:
            query.load(region, source, options.query, options.depth)
        except query.QueryRefused as refused:
            said = f"{refused}".rstrip(".")
            where = f"sources/{source.id}.toml: [{cls.name}] query:"
            german = refused.de.rstrip(".").removeprefix("query: ")
            raise ConfigurationError(f"{where} {said.removeprefix('query: ')}", f"{where} {german}") from refused

    def first(self) -> Iterable[Request | Page]:
        """The token where one is needed, else the first answer."""
        self.begin()
        self._token = ""
        self._places: set[str] = set()
        try:
            self._query = query.load(self.job.context.region, self.source, self.options.query, self.options.depth).text
        except query.QueryRefused as refused:
            self.fail(refused.de, refused.en)
            return
        if self.options.token and self.job.replay is None:
            yield from self._ask_token()
        else:
            yield self._ask("")

    # --- The token (RFC 6749, section 4.4) ------------------------------------------------------------------------

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key, the client's secret, the token."""
        known = (self.source.api_key or "", (self.source.api_key or "").partition(":")[2], self._token)
        return tuple(secret for secret in known if secret)

    def key_headers(self, url: str) -> dict[str, str]:
        """The token where one was had, else the key."""
        if not self.options.token:
            return super().key_headers(url)
        return {"Authorization": f"Bearer {self._token}"} if self._token and self.is_own(url) else {}

    def _ask_token(self) -> Iterator[Request]:
        client, _, secret = (self.source.api_key or "").partition(":")
        if not client or not secret:
            name = f"ALLMENDE_SOURCE_{self.source.id.upper().replace('-', '_')}__API_KEY"
            self.fail(
                f"{self.source.url}: Für den Zugang fehlen Kennung und Geheimnis; setzen Sie {name}=KENNUNG:GEHEIMNIS.",
                f"{self.source.url}: client id and secret are missing; set {name}=ID:SECRET.",
                NO_ACCESS,
            )
            return
        yield self.request(
            urljoin(self.source.url, self.options.token),
            self.admitted,
            conditional=False,
            method="POST",
            headers={
                "Authorization": basic_auth_header(client, secret).decode("ascii"),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=b"grant_type=client_credentials",
            dont_filter=True,
            errback=self._unanswered,
        )

    def admitted(self, response: Response) -> Iterator[Request]:
        """The token's answer, which is kept nowhere."""
        try:
            document, _ = load_json(response.body)
        except Unreadable:
            document = None
        self._token = word(document.get("access_token")) if isinstance(document, dict) else ""
        if self._token.isascii() and self._token.isprintable() and self._token:
            yield self._ask("")
        else:
            self.fail(f"{response.url}: Die Antwort enthält kein Token.", f"{response.url}: the answer holds no token.")

    # --- Answers --------------------------------------------------------------------------------------------------

    def _ask(self, place: str) -> Request:
        """The query for the part of the list that begins at a cursor, or behind a number of records."""
        self._places.add(place)
        variables = dict(self.options.variables)
        paging: GraphqlPaging | None = self.options.paging
        if paging is not None:
            where, size = paging.names
            variables[size] = paging.size
            variables[where] = (place or None) if paging.by == "cursor" else int(place or 0)
        body = orjson.dumps({"query": self._query, "variables": variables}, option=orjson.OPT_SORT_KEYS)
        url = self.source.url
        return self.request(
            url,
            self.listed,
            conditional=False,
            asked_as=f"{url}#{blake2b(body, digest_size=12).hexdigest()}",
            method="POST",
            headers={
                "Content-Type": "application/json",
                "Accept": "application/graphql-response+json, application/json;q=0.9",
                **self.key_headers(url),
            },
            body=body,
            dont_filter=True,
            errback=self._unanswered,
            cb_kwargs={"place": place},
        )

    def listed(self, response: Response, place: str) -> Iterator[Request | Page]:
        """One answer. With errors in it nothing is taken, data or none: values may be missing in any record (F02)."""
        body = self.masked(response.body)
        try:
            document = self.document(response, body)
        except Unreadable as error:
            unreadable(self, response.url, error)
            return
        if (said := messages(document)) is not None:
            self._fail_with(response.url, said)
            return
        data = document.get("data") if isinstance(document, dict) else None
        if data is None:
            shown = excerpt(body[:1000].decode("utf-8", "replace"))
            self.fail(
                f"{response.url}: keine GraphQL-Antwort (data fehlt); sie beginnt mit: {shown}",
                f"{response.url}: no GraphQL answer (data is missing); it begins with: {shown}",
            )
            return
        found = self.cut(data, asked(response), body)
        if found is None:
            return
        natives, unusable, count = found
        paging: GraphqlPaging | None = self.options.paging
        if paging is not None:
            self.stated(data, paging.total)
            if count and self.is_repeated(natives, count, body):
                self.finish()
                return
        yield self.page(response, natives, unusable, kept_body=body)
        yield from self._after(data, place, count)

    def _after(self, data: Any, place: str, count: int) -> Iterator[Request]:
        paging: GraphqlPaging | None = self.options.paging
        following = ""
        if self.options.one:
            return
        if paging is not None and paging.by == "skip":
            total = self.job.stated_total
            if count and (total is None or self.came < total):
                following = str(int(place or 0) + count)
        elif paging is not None and paging.page_info is not None:
            following = self._cursor(data, paging)
        if not following:
            self.finish()
        elif following in self._places:
            self.fail(
                f"{self.source.url}: Der Zeiger auf die nächste Seite kam schon einmal; die Liste führt im Kreis.",
                f"{self.source.url}: the cursor of the next page came before; the list goes in a circle.",
                INCOMPLETE,
            )
            self.finish()
        else:
            yield self._ask(following)

    def _cursor(self, data: Any, paging: GraphqlPaging) -> str:
        assert paging.page_info is not None
        info = paging.page_info.first(data)
        if not isinstance(info, dict) or "hasNextPage" not in info:
            self.fail(
                f"{self.source.url}: unter „{paging.page_info.text}“ (page_info) stehen kein hasNextPage und endCursor; die "
                "Abfrage muss beide nennen.",
                f"{self.source.url}: there are no hasNextPage and endCursor at “{paging.page_info.text}” (page_info); the "
                "query must name both.",
            )
            return ""
        if not info["hasNextPage"]:
            return ""
        cursor = word(path("endCursor").first(info))
        if not cursor:
            self.fail(
                f"{self.source.url}: Es gibt eine nächste Seite, aber keinen Zeiger auf sie (endCursor).",
                f"{self.source.url}: there is a next page, but no cursor to it (endCursor).",
            )
        return cursor

    # --- Failures -------------------------------------------------------------------------------------------------

    def _fail_with(self, url: str, said: list[str]) -> None:
        more = f" (+{len(said) - _MOST_MESSAGES})" if len(said) > _MOST_MESSAGES else ""
        shown = "; ".join(said[:_MOST_MESSAGES]) + more
        self.fail(f"{url}: GraphQL-Fehler: {shown}", f"{url}: GraphQL errors: {shown}")

    def _unanswered(self, failure: Failure) -> None:
        """No answer; where it is a refusal in GraphQL's own words, these (GraphQL over HTTP, status 400)."""
        error = failure.value
        if isinstance(error, HttpError) and error.response.status not in (401, 403):
            try:
                said = messages(load_json(self.masked(error.response.body))[0])
            except Unreadable:
                said = None
            if said is not None:
                self._fail_with(f"{error.response.url} (Status {error.response.status})", said)
                self.finish()
                return
        self.refused(failure)
        self.finish()


def messages(document: Any) -> list[str] | None:
    """The messages of an answer's errors with the paths that they name; None if it has none (section 7.1.2)."""
    errors = document.get("errors") if isinstance(document, dict) else None
    if errors is None or errors == []:
        return None
    said = []
    for error in errors if isinstance(errors, list) else [errors]:
        text = word(error.get("message")) if isinstance(error, dict) else word(error)
        where = error.get("path") if isinstance(error, dict) else None
        place = ".".join(word(step) for step in where) if isinstance(where, list) else ""
        said.append(excerpt(f"{text or '?'} ({place})" if place else text or "?"))
    return said
