// Waits until a map is seen: only then what makes it live is fetched.
for (const stage of document.querySelectorAll("[data-map]")) watch(stage);
document.addEventListener("htmx:after:swap", () => {
  for (const stage of document.querySelectorAll("[data-map]:not([data-watched])")) watch(stage);
});

function watch(stage) {
  stage.dataset.watched = "";
  if (!stage.dataset.leaflet) return; // built without the package: the drawing stays
  const observer = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      observer.disconnect();
      begin(stage);
    }
  }, { rootMargin: "200px" });
  observer.observe(stage);
}

async function begin(stage) {
  stage.setAttribute("aria-busy", "true");
  try {
    const { live } = await import(stage.dataset.live);
    await live(stage);
  } catch {
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.textContent = JSON.parse(stage.dataset.words).failed;
    stage.append(told);
  } finally {
    stage.removeAttribute("aria-busy");
  }
}
