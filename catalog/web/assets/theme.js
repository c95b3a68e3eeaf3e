// Light, dark or as the system has it: what a reader chose is kept on their device and set before anything is painted.
// Loaded in the head without delay; without scripts the switch stays hidden and the system decides.
(() => {
  const root = document.documentElement;
  const read = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const write = (theme) => {
    try {
      if (theme) localStorage.setItem("theme", theme); else localStorage.removeItem("theme");
    } catch { /* A browser that keeps nothing: the choice holds for this page. */ }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.kernTheme = theme; else delete root.dataset.kernTheme;
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switch]")) {
      const buttons = [...group.querySelectorAll("button")];
      const show = () => {
        const now = root.dataset.kernTheme ?? "";
        for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === now));
      };
      for (const button of buttons) {
        button.addEventListener("click", () => { apply(button.value); write(button.value); show(); });
      }
      show();
      group.hidden = false;
    }
  });
})();
