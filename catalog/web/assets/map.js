// Waits until a map is seen, or is asked for where its features are many: only then what makes it live is fetched.
for (const stage of document.querySelectorAll("[data-map]")) watch(stage);
document.addEventListener("htmx:after:swap", () => {
  for (const stage of document.querySelectorAll("[data-map]:not([data-watched])")) watch(stage);
});

function watch(stage) {
  stage.dataset.watched = "";
  if (!stage.dataset.leaflet) return; // built without the package: the drawing stays
  const load = stage.querySelector(".map-load");
  if (load) {
    load.hidden = false;
    load.querySelector("button").addEventListener("click", () => begin(stage, true), { once: true });
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      observer.disconnect();
      begin(stage, false);
    }
  }, { rootMargin: "200px" });
  observer.observe(stage);
}

async function begin(stage, asked) {
  stage.setAttribute("aria-busy", "true");
  try {
    const { live } = await import(stage.dataset.live);
    await live(stage, asked);
  } catch {
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.textContent = JSON.parse(stage.dataset.words).failed;
    stage.append(told);
  } finally {
    stage.removeAttribute("aria-busy");
  }
}
