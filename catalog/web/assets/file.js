// What follows when htmx swapped the rows of a table in: the focus goes to their heading, and their number is said.
// Without it every link and form of the page works alike.
document.addEventListener("htmx:after:swap", () => {
  const heading = document.querySelector("#rows-head");
  if (!heading) return;
  heading.focus();
  document.querySelector("#said").textContent = heading.textContent;
});
// Fields that were left empty do not belong into an address that is passed on.
document.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});
