"""What a record means whose fields a source file maps (kinds ``restjson`` and ``graphql``), to a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from harvesters.configured.choices import Choice
from harvesters.configured.items import Facts, Item
from harvesters.configured.mapping import DATASET, DISTRIBUTION, MANY, SINGLE
from harvesters.configured.options import DistributionOptions, MappedOptions
from harvesters.configured.paths import Scope
from harvesters.mapping.account import Account, Part, Parts, Said
from harvesters.mapping.agents import contact, publisher
from harvesters.mapping.field_rules import texts
from harvesters.mapping.license_terms import Terms, terms
from harvesters.mapping.native_values import address_of, word
from harvesters.mapping.periods import period
from harvesters.mapping.places import boxed, enter_box, shaped
from harvesters.reading import DERIVED_ID, Context, Native, Reading, without_identity
from schemas import iris
from schemas.findings import Severity
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution, Location, Resource, RightsStatement, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import find_file_type, find_media_type

_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_MOST_LEFTOVERS = 300


def native_id(native: Native, context: Context) -> str | None:
    """The identifier that the option ``id`` leads to; for a whole answer the word ``answer``; None if only reading can tell."""
    item: Item = native.data
    options: MappedOptions = context.options
    if options.one:
        return "answer"
    scope = Scope(item.value, item.key)
    for choice in options.id or options.fields.get("identifier", ()):
        for place in choice.places(scope):
            if text := word(place.value):
                return text
    return None


def read(native: Native, context: Context) -> Reading:
    """The dataset that a record describes. Raises Unusable where it has neither title nor identity."""
    return _Record(native, context).reading()


class _Record:
    """One record being mapped: the account of it, and the paths that were read."""

    def __init__(self, native: Native, context: Context) -> None:
        self.native = native
        self.context = context
        self.options: MappedOptions = context.options
        item: Item = native.data
        self.item = item
        self.scope = Scope(item.value, item.key)
        self.used: set[str] = set()
        known = native_id(native, context)
        self.account = Account(context, known or native.location or context.source.url)
        for choice in self.options.id:
            self.used.update(choice.used(self.scope))
        self.identity = known or self._derived()
        self.account.focus = self.account.mint("dataset", self.identity)
        if known is None:
            self.account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)

    def _derived(self) -> str:
        """An identity from address and title (F10). Raises Unusable without a title."""
        title = self._first("title")
        if not title:
            raise without_identity(self.account.focus)
        address = self._first("landing_page")
        return iris.digest(f"{address}\x1f{title}".encode("utf-8", "ignore"))

    def _first(self, name: str) -> str:
        found = (place for choice in self.options.fields.get(name, ()) for place in choice.places(self.scope))
        return next((text for place in found if (text := word(place.value))), "")

    def reading(self) -> Reading:
        """The dataset with trace, leftovers and findings."""
        account = self.account
        whole = self._dataset_fields()
        companions = self._agents()
        self._places_and_times()
        found = [each for options in self.options.distribution for each in self._distributions(options, whole)]
        if self.item.facts is not None:
            found += self._of_answer(self.item.facts, whole, bool(found))
        if found:
            account.values["distribution"] = list(found)
        else:
            account.extra += [(str(DCTERMS.license), value) for value in whole[0].license]
        if self.item.facts is None:
            self._leave_rest()
        return Reading(
            native_id=self.identity,
            record=Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples()),
            trace=tuple(account.trace),
            leftovers=tuple(account.leftovers),
            findings=tuple(account.findings),
            companions=companions,
            source_record=self.native.location,
        )

    # --- Fields ---------------------------------------------------------------------------------------------------

    def _dataset_fields(self) -> tuple[Terms, Sequence[Value], Sequence[Literal]]:
        account = self.account
        self._take(account, self.options.fields, DATASET, self.scope)
        return self._terms(account)

    def _take(self, account: Account, fields: Any, table: dict[str, Any], scope: Scope) -> None:
        for name, ways in fields.items():
            rule = table[name]
            taken: set[str] = set()
            for choice in ways:
                if choice.language in taken and name not in MANY:
                    continue
                self.used.update(choice.used(scope))
                given = [place for place in choice.places(scope) if place.value not in ("", [], {}, None)]
                for number, place in enumerate(given):
                    taken.add(choice.language)
                    field = self._field(choice, place.path)
                    if isinstance(rule, Part):
                        account.lay_aside(rule.role, rule.name, field, place.value)
                    elif number and name in SINGLE:
                        account.leave(field, place.value)
                    else:
                        self._apply(account, rule, choice, field, place.value)

    def _apply(self, account: Account, rule: Any, choice: Choice, field: str, value: Any) -> None:
        language, account.language = account.language, choice.language or account.language
        if choice.value is not None:
            rule = rule._replace(how="configured")
        account.apply(rule, field, value)
        account.language = language

    def _field(self, choice: Choice, path: str) -> str:
        """The place of a value as the trace names it: the path in the record, or the line of the source file."""
        if choice.value is not None:
            return f"sources/{self.context.source.id}.toml: {choice.said}{word(choice.value)[:80]}"
        return path or choice.said

    def _terms(self, account: Account) -> tuple[Terms, Sequence[Value], Sequence[Literal]]:
        """Licence, rights and attribution that a record states for its distributions."""
        said = terms(account, [account.plain["license"]]) if "license" in account.plain else Terms()
        labels = list(said.rights)
        if "rights" in account.plain:
            account.attribute = "rights"
            labels += texts(account, *account.plain["rights"])
        attribution: Sequence[Literal] = ()
        if "attribution" in account.plain:
            attribution = texts(account, *account.plain["attribution"])
            account.note("distribution.license_attribution", account.plain["attribution"][0], "copy")
        statement = (RightsStatement(label=tuple(dict.fromkeys(labels))),) if labels else ()
        return said, statement, attribution

    def _agents(self) -> tuple[Resource, ...]:
        account = self.account
        found: list[Resource] = []
        for role in ("publisher", "creator"):
            if parts := account.parts.get(role):
                body = publisher(account, parts)
                if isinstance(body, Agent) and body.iri:
                    found.append(body)
                    account.add(role, [body.iri], next(iter(parts.values()))[0], "copy")
        if (parts := account.parts.get("contact")) and (point := contact(account, parts)) is not None:
            account.add("contact_point", [point], next(iter(parts.values()))[0], "copy")
        return tuple(found)

    def _places_and_times(self) -> None:
        account = self.account
        if parts := account.parts.get("period"):
            account.attribute = "temporal"
            start, end = (_text(parts, key) for key in ("start", "end"))
            if found := period(account, start, end):
                account.add("temporal", found, next(iter(parts.values()))[0], "parse")
        if parts := account.parts.get("box"):
            enter_box(account, parts)
        if parts := account.parts.get("point"):
            self._enter_point(parts)

    def _enter_point(self, parts: Parts) -> None:
        account = self.account
        account.attribute = "spatial"
        try:
            east, north = (float(word(parts[key][1]).replace(",", ".")) for key in ("longitude", "latitude"))
        except (KeyError, ValueError):
            for field, value in parts.values():
                account.refuse(field, value)
            return
        field = parts["latitude"][0]
        if boxed(account, field, (east, north, east, north)):
            point = Literal(f"POINT({east!r} {north!r})", None, _WKT)
            account.add("spatial", [shaped(Location(centroid=(point,)))], field, "parse")

    # --- Distributions ----------------------------------------------------------------------------------------------

    def _distributions(self, options: DistributionOptions, whole: Any) -> Iterator[Distribution]:
        if options.each is None:
            if (found := self._distribution(options, self.scope, whole)) is not None:
                yield found
            return
        places = options.each.places(self.scope.record)
        if len(places) == 1 and isinstance(places[0].value, list):
            above = places[0].path
            places = [
                places[0]._replace(value=value, key=str(number), path=f"{above}[{number}]")
                for number, value in enumerate(places[0].value)
            ]
        for place in places:
            if (found := self._distribution(options, self.scope.within(place), whole)) is not None:
                yield found

    def _distribution(self, options: DistributionOptions, scope: Scope, whole: Any) -> Distribution | None:
        inner = self.account.within("distribution", Distribution)
        self._take(inner, options.fields, DISTRIBUTION, scope)
        known: list[str] = []
        for attribute in ("access_url", "download_url"):
            if attribute in inner.plain:
                field, value = inner.plain[attribute]
                if address := address_of(value):
                    inner.add(attribute, [address], field, "copy")
                    known.append(address)
                else:
                    inner.refuse(field, value, attribute)
        if not known:
            return None
        if "access_url" not in inner.values:  # DCAT-AP demands an accessURL; convention 39
            inner.add("access_url", [known[0]], inner.plain["download_url"][0], "K39")
        self._enter_terms(inner, whole)
        return Distribution(iri=self._minted(known[-1]), extra=tuple(inner.extra), **inner.tuples())

    def _enter_terms(self, inner: Account, whole: Any) -> None:
        said, statement, attribution = whole
        own, own_statement, _ = self._terms(inner)
        if license_iris := own.license or (() if own_statement else said.license):
            inner.values["license"] = list(license_iris)
        if rights := own_statement or (() if own.license else statement):
            inner.values["rights"] = list(rights)
        if attribution and "license_attribution" not in inner.values:
            inner.values["license_attribution"] = list(attribution)

    def _minted(self, address: str) -> str:
        subject, number = self.account.mint("distribution", f"{self.identity}/{address}"), 1
        while subject in self.used:
            number += 1
            subject = self.account.mint("distribution", f"{self.identity}/{address}#{number}")
        self.used.add(subject)
        return subject

    # --- The whole answer as one dataset ------------------------------------------------------------------------------

    def _of_answer(self, facts: Facts, whole: Any, has_own: bool) -> list[Distribution]:
        """What a live answer says of itself: the title from the source file, its fields as the data dictionary."""
        account, source = self.account, self.context.source
        if "title" not in account.values:
            account.add(
                "title", [Literal(source.title, account.language)], f"sources/{source.id}.toml: title", "default"
            )
        text = _dictionary(facts)
        if text and "description" not in account.values:
            account.add("description", [Literal(text, "de")], "Felder der Antwort", "derived")
        if has_own:
            return []
        inner = account.within("distribution", Distribution)
        inner.add("access_url", [source.url], f"sources/{source.id}.toml: url", "default")
        for attribute, code in (
            ("format", find_file_type("JSON")),
            ("media_type", find_media_type("application/json")),
        ):
            if code is not None:
                inner.add(attribute, [code.iri], "Antwort", "derived")
        if text:
            inner.add("description", [Literal(text, "de")], "Felder der Antwort", "derived")
        self._enter_terms(inner, whole)
        return [Distribution(iri=self._minted(source.url), **inner.tuples())]

    def _leave_rest(self) -> None:
        """Keeps what no field of the source file took."""
        for field, value in islice(_unused("", self.item.value, self.used, 8), _MOST_LEFTOVERS):
            self.account.leave(field, value)


def _text(parts: Parts, key: str) -> tuple[str, str]:
    field, value = parts.get(key, ("", ""))
    return field, word(value)


def _dictionary(facts: Facts) -> str:
    """The fields of a live answer in German sentences."""
    count = "" if facts.number is None else f"{facts.number} {'Eintrag' if facts.number == 1 else 'Einträge'}. "
    named = ", ".join(f"{name} ({kind})" if kind else name for name, kind in facts.fields)
    return f"{count}Felder: {named}." if named else count.strip()


def _unused(above: str, value: Any, used: set[str], depth: int) -> Iterator[Said]:
    if above in used or value in (None, "", [], {}):
        return
    if isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _unused(f"{above}.{name}" if above else str(name), inner, used, depth - 1)
    elif isinstance(value, list) and depth and any(isinstance(entry, dict | list) for entry in value):
        for number, inner in enumerate(value):
            yield from _unused(f"{above}[{number}]", inner, used, depth - 1)
    elif isinstance(value, list):
        rest = [entry for number, entry in enumerate(value) if f"{above}[{number}]" not in used]
        if rest:
            yield above, rest
    else:
        yield above, value
