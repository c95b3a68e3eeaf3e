"""What an entry of RSS or Atom means, that of an INSPIRE download service included, or a whole feed: to a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from harvesters.feeds import shapes
from harvesters.feeds.distributions import Distributions, reference_system
from harvesters.feeds.documents import Field, Person
from harvesters.feeds.moments import moment
from harvesters.feeds.natives import FeedNative, dataset_feed, is_data
from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule
from harvesters.mapping.agents import agent, contact, publisher
from harvesters.mapping.field_rules import addresses, codes, strings, texts
from harvesters.mapping.native_values import address_of
from harvesters.reading import DERIVED_ID, Context, Native, Reading
from schemas.findings import Severity
from schemas.kinds import Literal, is_web
from schemas.model import Dataset, Location, Resource, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import (
    find_frequency,
    find_language,
    find_theme,
)

_PAGE_RELATIONS = frozenset({"describedby", "related", "via", "help", "about"})


def _moments(account: Account, field: str, value: Any) -> Sequence[Literal]:
    found = moment(value)
    return (found,) if found else account.refuse(field, value)


def _place(account: Account, field: str, value: Any) -> Sequence[str | Location]:
    """A place by its name or IRI."""
    if isinstance(value, str) and is_web(value):
        return addresses(account, field, value)
    return [Location(pref_label=(text,)) for text in texts(account, field, value)]


def _language(account: Account, field: str, value: Any) -> Sequence[Value]:
    """The language of a tag, whatever its region."""
    return _languages(account, field, value.partition("-")[0].strip().lower())


_languages = codes(find_language)

FIELDS: dict[str, Rule | Part] = {
    "title": Rule("title", texts),
    "summary": Rule("description", texts),
    "content": Rule("description", texts, rank=1),
    "published": Rule("issued", _moments, how="parse"),
    "updated": Rule("modified", _moments, how="parse"),
    "language": Rule("language", _language, how="lookup"),
    "place": Rule("spatial", _place),
    "box": Rule("spatial", shapes.boxes, how="parse"),
    "polygon": Rule("spatial", shapes.polygons, how="parse"),
    "line": Rule("spatial", shapes.lines, how="parse"),
    "point": Rule("spatial", shapes.points, how="parse"),
    "lat": Part("point", "lat"),
    "long": Part("point", "long"),
    "id": Part("", "id"),
    "identifier": Part("", "identifier"),
    "code": Part("", "code"),
    "codespace": Part("", "codespace"),
    "period": Part("", "period"),
    "times": Part("", "times"),
    "complete": IGNORED,
    "total": IGNORED,
}
_TEXTS = frozenset({"title", "summary", "content", "place"})
_APART = frozenset({"category", "rights", "license"})


def native_id(native: Native, context: Context) -> str | None:
    """The entry's id (``guid``, ``rdf:about``), else one derived from its link and title; the feed's id or address."""
    data: FeedNative = native.data
    return data.native_id


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry or a feed is. Raises Unusable."""
    return _Entry(native.data, context).reading()


class _Entry:
    """One dataset being read."""

    def __init__(self, data: FeedNative, context: Context) -> None:
        self.data = data
        self.item = data.item
        self.account = account = Account(context, "")
        account.focus = account.mint("dataset", data.native_id)
        account.language = data.item.lang or account.language
        self.place = "feed" if data.whole else "entry"

    def reading(self) -> Reading:
        """The dataset, with its publisher as a record of its own."""
        data, account = self.data, self.account
        if data.derived:
            account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
        account.take(self._fields(), FIELDS)
        self._identify()
        self._date()
        self._classify(self.item.fields)
        self._point()
        companions = self._people()
        self._pages()
        Distributions(data, account, self.place).add()
        record = Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples())
        return Reading(
            native_id=data.native_id,
            record=record,
            trace=tuple(account.trace),
            leftovers=tuple(account.leftovers),
            findings=tuple(account.findings),
            companions=tuple(companions),
            source_record=data.address if is_web(data.address) else None,
        )

    def _fields(self) -> Iterable[tuple[str, str, Any]]:
        seen: set[str] = set()
        for field in self.item.fields:
            if field.name in _APART:
                continue
            # Of two titles, as RSS has them beside Dublin Core's, the first counts.
            if field.name in ("title", "summary", "updated", "published") and field.name in seen:
                self.account.leave(self._name(field), field.text)
                continue
            seen.add(field.name)
            yield field.name, self._name(field), _spoken(field) if field.name in _TEXTS else field.text
        head = self.data.part_head
        if head is not None and "summary" not in seen and (text := head.text("summary")):
            yield "summary", "dataset feed/subtitle", text
        stated = self.data.head.text("language") or (self.item.lang if self.data.whole else "")
        if "language" not in seen and stated:
            yield "language", "feed/language", stated

    def _name(self, field: Field) -> str:
        return f"{self.place}/{field.field}"

    def _identify(self) -> None:
        account = self.account
        if "code" in account.plain:
            field, code = account.plain["code"]
            space = str(account.plain.get("codespace", ("", ""))[1])
            whole = code if is_web(code) or not space else f"{space.rstrip('/#')}/{code}"
            account.add("identifier", [Literal(whole)], field, "joined")
        elif "identifier" in account.plain:
            account.add(
                "identifier", strings(account, *account.plain["identifier"]), account.plain["identifier"][0], "copy"
            )
        elif "id" in account.plain:
            account.add("identifier", [Literal(str(account.plain["id"][1]))], account.plain["id"][0], "copy")
        elif self.data.whole:
            account.add("identifier", [Literal(self.data.native_id)], "feed", "address")

    def _date(self) -> None:
        account = self.account
        if self.data.whole:
            account.values.pop("modified", None)
            account.values.pop("issued", None)
            if self.data.newest and (found := moment(self.data.newest)):
                account.add("modified", [found], "latest entry", "latest")
            self._frequency()
        elif self.data.parts and (found := moment(self._latest_part())):
            account.values["modified"] = [found]
            account.note("modified", "dataset feed/updated", "latest")

    def _latest_part(self) -> str:
        head = self.data.part_head
        return head.text("updated") if head is not None else ""

    def _frequency(self) -> None:
        account = self.account
        if "period" in account.plain:
            field, period = account.plain["period"]
            times = account.plain.get("times", ("", "1"))[1]
            code = find_frequency(period)
            if code is None or times not in ("", "1"):
                account.refuse(field, f"{times} {period}".strip(), "accrual_periodicity")
            else:
                account.add("accrual_periodicity", [code.iri], field, "lookup")

    def _classify(self, fields: Iterable[Field]) -> None:
        """Categories: the EU's themes by their IRI, reference systems, all others keywords."""
        account = self.account
        for field in fields:
            if field.name != "category":
                continue
            name = self._name(field)
            if is_web(field.more) and (known := find_theme(field.more)):
                account.add("theme", [code.iri for code in known], name, "lookup")
            elif system := reference_system(field):
                account.add("conforms_to", [system], name, "lookup")
            elif is_web(field.text):
                account.leave(name, field.text)
            else:
                account.add("keyword", [Literal(field.text, field.lang or account.language)], name, "copy")

    def _point(self) -> None:
        """A point of two fields; and the name that one place goes by."""
        parts = self.account.parts.get("point", {})
        if "lat" in parts and "long" in parts:
            field = f"{parts['lat'][0]}, {parts['long'][0]}"
            found = shapes.points(self.account, field, f"{parts['lat'][1]} {parts['long'][1]}")
            if found:
                self.account.add("spatial", found, field, "parse")
        places = self.account.values.get("spatial", [])
        named = [each for each in places if isinstance(each, Location) and each.pref_label]
        shaped = [each for each in places if isinstance(each, Location) and not each.pref_label]
        if len(named) == len(shaped) == 1:
            # One name and one shape in one entry are of one place.
            others = [each for each in places if not isinstance(each, Location)]
            self.account.values["spatial"] = [replace(shaped[0], pref_label=named[0].pref_label), *others]

    # --- People -----------------------------------------------------------------------------------------------------

    def _people(self) -> list[Resource]:
        """Authors as creators and, with a mailbox, contact points; those of the feed where the entry names none."""
        account = self.account
        companions: list[Resource] = []
        for person, place in self._named():
            field = f"{place}/{person.field}"
            parts: Parts = {
                part: (f"{field}/{part}", value)
                for part, value in (("name", person.name), ("email", person.email), ("uri", person.uri))
                if value
            }
            if person.uri and "uri" in parts:
                # A page of somebody is not who they are.
                parts["url"] = parts.pop("uri")
            if person.role == "publisher":
                body = publisher(account, parts)
                if body is not None and body.iri is not None:
                    companions.append(body)
                    account.add("publisher", [body.iri], field, "copy")
                continue
            known = agent(account, person.role, parts)
            if known is not None:
                account.add(person.role, [known], field, "copy")
            if person.email and (point := contact(account, parts)):
                account.add("contact_point", [point], field, "copy")
        return companions

    def _named(self) -> list[tuple[Person, str]]:
        own = [(person, self.place) for person in self.item.people]
        part = self.data.part_head
        for people, place in ((part.people if part else (), "dataset feed"), (self.data.head.people, "feed")):
            if not any(person.role != "publisher" for person, _ in own):
                own += [(person, place) for person in people if person.role != "publisher"]
            if not any(person.role == "publisher" for person, _ in own):
                own += [(person, place) for person in people if person.role == "publisher"]
        return list(dict.fromkeys(own)) if not self.data.whole else [(person, "feed") for person in self.item.people]

    # --- Links ------------------------------------------------------------------------------------------------------

    def _pages(self) -> None:
        account = self.account
        landing = False
        for link in self.item.links:
            if is_data(link) or link.href == self.data.address or link.href == dataset_feed(self.item):
                continue
            field, address = f"{self.place}/{link.field}", address_of(link.href)
            if link.rel not in ("alternate", *_PAGE_RELATIONS):
                continue
            if address is None:
                account.refuse(field, link.href, "landing_page")
            elif link.rel == "alternate" and not landing and not link.type.endswith("+xml"):
                landing = True
                account.add("landing_page", [address], field, "copy")
            else:
                account.add("page", [address], field, "copy")


def _spoken(field: Field) -> Any:
    return {field.lang: field.text} if field.lang else field.text
