// Suggestions under the search field (a combobox by the ARIA Authoring Practices). Without it the form works alike.
const input = document.querySelector("#q");
const form = input?.form;
if (form) {
  const list = document.createElement("ul");
  Object.assign(list, { id: "q-list", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  input.after(list);
  const set = (values) => { for (const [name, value] of Object.entries(values)) input.setAttribute(name, value); };
  set({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
  let asking, waiting, at = -1;

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    at = -1;
    list.hidden = true;
    list.replaceChildren();
    set({ "aria-expanded": "false" });
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    const { kind, text, address } = option.dataset;
    close();
    if (kind !== "text") { location.assign(address); return; }
    input.value = text;
    form.requestSubmit();
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map(({ kind, text, label, number, address }, index) => {
      const option = document.createElement("li");
      option.id = `q-option-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      Object.assign(option.dataset, { kind, text, address });
      option.append(text);
      const more = document.createElement("span");
      more.textContent = ` ${[label, number].filter(Boolean).join(" · ")}`;
      option.append(more);
      return option;
    }));
    at = -1;
    list.hidden = !suggestions.length;
    set({ "aria-expanded": String(suggestions.length > 0) });
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", input.value);
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch { /* Another letter was typed, or nobody answers: no suggestions. */ }
  };
  const move = (step) => {
    const options = [...list.children];
    options[at]?.setAttribute("aria-selected", "false");
    at = (at + step + options.length + 1) % (options.length + 1);
    if (at === options.length) at = -1;
    options[at]?.setAttribute("aria-selected", "true");
    options[at]?.scrollIntoView({ block: "nearest" });
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else set({ "aria-activedescendant": options[at].id });
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "Enter" && at >= 0) choose(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(event.target.closest("li")));
  form.addEventListener("submit", close);
}
