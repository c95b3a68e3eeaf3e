// What belongs to a part of a page that htmx swaps in. Without it all links and forms work alike, as whole pages.

// An answer without that part (an error, a page of another kind) is opened as the page that it is.
document.addEventListener("htmx:after:request", (event) => {
  const { select, text, response } = event.detail.ctx;
  if (!select?.startsWith("#") || text.includes(`id="${select.slice(1)}"`)) return;
  event.preventDefault();
  location.assign(response.raw.url);
});
document.addEventListener("htmx:error", (event) => {
  const { request, response } = event.detail.ctx;
  if (request && !response) location.assign(request.action); // nobody answered: the browser says so
});
// What was swapped in says what it is: mistakes first, else its heading with the number of what was found.
document.addEventListener("htmx:after:swap", () => {
  const first = document.querySelector("[data-told]");
  if (!first) return;
  first.focus();
  document.querySelector("#said").textContent = first.textContent;
});
// Fields that were left empty do not belong into an address that is passed on.
document.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "" && name !== "q") formData.delete(name);
});
