// Brings a map to life: Leaflet, features from our own address, keys, popups of plain text.
const SIZE = 24;
const TILE = 256; // pixels
const CLOSEST = 19; // the largest zoom
const NEAR = 18; // as close as opening a gathering goes

/** Puts a live map in the place of a stage's drawing; fails where something that it needs does not come. */
export async function live(stage) {
  const [, , outlines, features] = await Promise.all([
    script(stage.dataset.leaflet),
    style(stage.dataset.leafletCss),
    stage.dataset.outlines ? json(stage.dataset.outlines) : null,
    stage.dataset.source ? json(asking(stage.dataset.source, { zoom: fitting(stage) })) : null,
  ]);
  new Live(stage, JSON.parse(stage.dataset.words), outlines, features);
}

class Live {
  constructor(stage, words, outlines, features) {
    const L = window.L;
    const still = (this.still = matchMedia("(prefers-reduced-motion: reduce)").matches);
    const ground = document.createElement("div");
    this.stage = stage;
    this.words = words;
    ground.className = "map-live";
    ground.setAttribute("role", "group");
    ground.setAttribute("aria-labelledby", stage.getAttribute("aria-labelledby"));
    stage.classList.add("alive");
    stage.append(ground);
    const options = { attributionControl: false, zoomControl: false, scrollWheelZoom: false, maxZoom: CLOSEST };
    if (still) Object.assign(options, { zoomAnimation: false, fadeAnimation: false, inertia: false });
    // One finger scrolls the page; two fingers move the map.
    options.dragging = !matchMedia("(pointer: coarse)").matches;
    const map = (this.map = L.map(ground, options));
    L.control.zoom({ zoomInTitle: words.in, zoomOutTitle: words.out }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.fitBounds(bounds(stage.dataset.box), { animate: false });
    map.on("click", (event) => map.panTo(event.latlng, { animate: !still })); // moving without dragging
    this.tiles();
    if (outlines) {
      const style = ({ id }) => ({ className: id && id === stage.dataset.about ? "map-outline own" : "map-outline", weight: 2 });
      L.geoJSON(outlines, { interactive: false, style, onEachFeature: (feature, layer) => this.named(feature, layer) }).addTo(map);
    }
    this.layer = L.layerGroup().addTo(map);
    this.show(features?.features ?? []);
    if (features?.closer) {
      this.telling();
      this.tell(features);
      map.on("moveend", () => this.closer());
      map.on("popupclose", () => this.missed && this.closer());
    }
    this.beside();
    // In a form that htmx swaps the map stays as it is, and what stands beside it is new.
    if (stage.dataset.fields) document.addEventListener("htmx:after:swap", () => this.beside());
  }

  // What is told beside a live map: its keys, whose base map it is, the choice of its view.
  beside() {
    const figure = this.stage.closest("figure, fieldset, form") ?? this.stage.parentElement;
    const help = figure.querySelector(".map-help");
    if (help) {
      help.hidden = false;
      this.map.getContainer().setAttribute("aria-describedby", help.id);
    }
    const source = figure.querySelector(".map-source");
    if (source && this.stage.dataset.tiles) source.hidden = false;
    this.choosing();
  }

  tiles() {
    const { tiles, zooms, overlay, tiling, still } = this.stage.dataset;
    const L = window.L;
    if (tiles) {
      const [least, most] = zooms.split(" ").map(Number);
      const options = { minZoom: least, maxNativeZoom: most, maxZoom: CLOSEST, bounds: bounds(this.stage.dataset.frame), alt: "" };
      L.tileLayer(tiles, options).addTo(this.map);
      this.stage.classList.add("tiled");
    }
    if (!overlay && !still) return;
    const place = bounds(this.stage.dataset.box);
    this.stage.classList.add("tiled");
    if (still) return void L.imageOverlay(still, place, { alt: "" }).addTo(this.map);
    // A tile of 512 pixels shows at its zoom what the map shows in four of 256 one zoom further in.
    const [side, least, most] = tiling?.split(" ").map(Number) ?? [TILE, 0, CLOSEST];
    const further = Math.log2(side / TILE);
    const within = { minZoom: least + further, maxNativeZoom: most + further, maxZoom: CLOSEST, zoomOffset: -further };
    L.tileLayer(overlay, { tileSize: side, ...within, bounds: place, alt: "" }).addTo(this.map);
  }

  named(feature, layer) {
    if (this.stage.dataset.tiles) return; // a base map has names of its own
    const name = Object.assign(document.createElement("span"), { textContent: feature.properties.short });
    layer.bindTooltip(name, { permanent: true, direction: "center", className: "map-name", interactive: false });
  }

  // Where there is more to be seen than was sent, what is in sight is asked for again when the map was moved.
  async closer() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const bbox = squares(this.map);
    const address = asking(this.stage.dataset.source, { bbox, zoom: this.map.getZoom() });
    try {
      const found = await json(address);
      if (turn !== this.turn) return;
      // What somebody reads stays; it is asked for again when it is closed.
      this.missed = !!this.map.getContainer().querySelector(".leaflet-popup");
      if (this.missed) return;
      this.show(found.features);
      this.tell(found);
    } catch { /* what is shown stays */ }
  }

  // How many objects are in sight, for everybody: a screen reader hears it when the map was moved.
  telling() {
    const told = (this.told = Object.assign(document.createElement("p"), { className: "map-seen" }));
    const corner = window.L.control({ position: "topright" });
    told.setAttribute("role", "status");
    corner.onAdd = () => told;
    corner.addTo(this.map);
  }

  tell(found) {
    const text = this.words.seen.replace("{n}", number(found.numberMatched));
    if (this.told.textContent !== text) this.told.textContent = text;
  }

  show(features) {
    const focused = this.order?.find((element) => element === document.activeElement);
    const was = focused?.dataset.feature;
    this.layer.clearLayers();
    this.order = [];
    features.forEach((feature, index) => this.add(feature, index));
    const again = was && this.order.find((element) => element.dataset.feature === was);
    const next = again ?? this.order.find((element) => this.sees(element)) ?? this.order[0];
    if (next) this.rove(next);
    if (!focused) return;
    this.quiet = true; // who moves the map does not want it moved back
    (next ?? this.map.getContainer()).focus({ preventScroll: true });
    this.quiet = false;
  }

  sees(element) {
    const [own, ground] = [element, this.map.getContainer()].map((each) => each.getBoundingClientRect());
    return own.left >= ground.left && own.right <= ground.right && own.top >= ground.top && own.bottom <= ground.bottom;
  }

  parts(layer) {
    return layer.getLayers ? layer.getLayers().flatMap((inner) => this.parts(inner)) : [layer.getElement?.()];
  }

  add(feature, index) {
    const L = window.L;
    const { count, mark } = feature.properties;
    const named = count
      ? this.words.several.replace("{n}", number(count))
      : String(feature.properties.name || this.words.feature.replace("{n}", index + 1));
    const label = mark ? `${named}: ${mark}` : named;
    const shape = L.geoJSON(feature, {
      style: () => ({ className: "map-shape", weight: 3 }),
      pointToLayer: (_, place) => L.marker(place, { icon: dot(count), keyboard: false, riseOnHover: true, autoPanOnFocus: false }),
    }).addTo(this.layer);
    if (mark) {
      const value = Object.assign(document.createElement("span"), { textContent: mark });
      shape.eachLayer((layer) => layer.bindTooltip(value, { permanent: true, direction: "right", offset: [8, 0], className: "map-name map-mark", interactive: false }));
    }
    for (const element of this.parts(shape).filter(Boolean)) {
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", label);
      if (feature.id !== undefined) element.dataset.feature = feature.id;
      if (this.stage.dataset.lang && !count) element.setAttribute("lang", this.stage.dataset.lang);
      element.setAttribute("tabindex", "-1");
      element.addEventListener("keydown", (event) => this.key(event, element, () => this.open(feature, shape, element)));
      element.addEventListener("focus", () => {
        this.rove(element);
        if (!this.quiet && !this.sees(element)) this.map.panTo(shape.getBounds().getCenter(), { animate: !this.still });
      });
      this.order.push(element);
    }
    shape.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      this.open(feature, shape, event.propagatedFrom?.getElement?.() ?? this.parts(shape)[0], event.latlng);
    });
  }

  // One stop for the Tab key among all features: arrows lead on from there, Tab leaves the map.
  rove(element) {
    for (const each of this.order) each.setAttribute("tabindex", each === element ? "0" : "-1");
  }

  key(event, element, open) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const at = this.order.indexOf(element);
      this.order[(at + step + this.order.length) % this.order.length].focus();
    } else if (event.key === "Enter" || event.key === " ") {
      open();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  open(feature, shape, element, place) {
    const { count, box } = feature.properties;
    if (count && this.map.getZoom() < NEAR) {
      this.map.fitBounds(bounds(box.join(",")), { maxZoom: NEAR });
      return;
    }
    const popup = window.L.popup({ minWidth: 260, maxWidth: 280, maxHeight: 240, closeButton: false, autoPanPadding: [16, 16] });
    popup.setLatLng(place ?? shape.getBounds().getCenter()).setContent(this.words_of(feature, () => {
      popup.close();
      element?.focus();
    }));
    popup.openOn(this.map);
    popup.getElement().querySelector("button").focus();
    popup.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      popup.close();
      element?.focus();
    });
  }

  // Texts of strangers: only ever as text.
  words_of(feature, close) {
    const box = document.createElement("div");
    const list = document.createElement("dl");
    const { name, row, count, mark, ...more } = feature.properties;
    box.className = "map-words";
    box.setAttribute("role", "dialog");
    const id = `map-words-${(this.opened = (this.opened ?? 0) + 1)}`;
    box.setAttribute("aria-labelledby", name ? id : this.stage.getAttribute("aria-labelledby"));
    const { lang } = this.stage.dataset; // the data's, where it is not the page's
    if (lang) list.lang = lang;
    if (name) box.append(Object.assign(document.createElement("strong"), { id, textContent: name, ...(lang && { lang }) }));
    if (count) box.append(this.words.together.replace("{n}", number(count)));
    for (const [key, value] of count ? [] : Object.entries(more)) {
      list.append(
        Object.assign(document.createElement("dt"), { textContent: key }),
        Object.assign(document.createElement("dd"), { textContent: value }),
      );
    }
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: this.words.close });
    button.addEventListener("click", close);
    box.prepend(button);
    box.append(list);
    return box;
  }

  // In a search form: the view goes into the four fields, and the form is sent.
  choosing() {
    const fields = this.stage.dataset.fields?.split(" ");
    const form = this.stage.closest("form");
    const choose = form?.querySelector(".map-choose");
    if (!fields || !choose) return;
    choose.hidden = false;
    const inputs = fields.map((name) => form.elements.namedItem(name));
    const values = inputs.map((input) => input.value);
    this.chosen?.remove();
    const chosen = values.every(Boolean) ? bounds(values.join(",")) : null;
    if (chosen?.isValid()) {
      this.chosen = window.L.rectangle(chosen, { className: "map-chosen", interactive: false, weight: 3 }).addTo(this.map);
      this.map.fitBounds(chosen, { animate: false });
    }
    choose.querySelector("button").addEventListener("click", () => {
      const box = this.map.getBounds();
      const edges = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
      inputs.forEach((input, index) => { input.value = edges[index].toFixed(4); });
      form.requestSubmit();
    });
  }
}

function dot(count) {
  const size = count ? SIZE + Math.min(24, 6 * Math.log10(count)) : SIZE;
  const html = count ? Object.assign(document.createElement("span"), { textContent: number(count) }) : "";
  return window.L.divIcon({ className: count ? "map-dot many" : "map-dot", iconSize: [size, size], html });
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang);
}

function asking(source, parameters) {
  const address = new URL(source, location.href);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address;
}

// The zoom at which a stage's box fits into it: what Leaflet will choose, known before Leaflet is there.
function fitting(stage) {
  const [west, south, east, north] = stage.dataset.box.split(",").map(Number);
  const up = (latitude) => Math.asinh(Math.tan((latitude * Math.PI) / 180));
  const world = Math.min(
    (stage.clientWidth * 360) / Math.max(east - west, 1e-9),
    (stage.clientHeight * 2 * Math.PI) / Math.max(up(north) - up(south), 1e-9),
  );
  return Math.max(0, Math.min(CLOSEST, Math.floor(Math.log2(world / TILE))));
}

// What is in sight, grown to whole squares of tiles: a small step of the map asks for the same once more.
function squares(map) {
  const zoom = map.getZoom();
  const { min, max } = map.getPixelBounds();
  const northWest = map.unproject(min.divideBy(TILE).floor().multiplyBy(TILE), zoom);
  const southEast = map.unproject(max.divideBy(TILE).ceil().multiplyBy(TILE), zoom);
  const within = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(6);
  return [
    within(northWest.lng, 180), within(southEast.lat, 90), within(southEast.lng, 180), within(northWest.lat, 90),
  ].join(",");
}

function bounds(written) {
  const [west, south, east, north] = written.split(",").map(Number);
  return window.L.latLngBounds([south, west], [north, east]);
}

async function json(address) {
  const answer = await fetch(address, { headers: { accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

const begun = new Map();
function script(address) {
  return once(address, () => Object.assign(document.createElement("script"), { src: address }));
}
function style(address) {
  return once(address, () => Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
}
function once(address, make) {
  if (!begun.has(address)) {
    begun.set(address, new Promise((done, failed) => {
      const element = make();
      element.addEventListener("load", done);
      element.addEventListener("error", failed);
      document.head.append(element);
    }));
  }
  return begun.get(address);
}
