// Before the first paint, so that nobody who works in the dark is flashed at: the theme, the density and the width of
// the navigation that this person chose on this machine.
(() => {
  const root = document.documentElement;
  const narrow = matchMedia(`(max-width: ${"panes" in root.dataset ? 1700 : 1100}px)`); // a page of panes needs the room
  const CHOICES = { theme: ["auto", "light", "dark"], density: ["comfortable", "compact"], nav: ["wide", "slim"] };
  const kept = (name) => {
    try { return localStorage.getItem(name); } catch { return null; /* storage is closed: the defaults stand */ }
  };
  const chosen = (name) => {
    const value = kept(name);
    if (CHOICES[name].includes(value)) return value;
    return name === "nav" && narrow.matches ? "slim" : CHOICES[name][0];
  };
  const show = () => {
    for (const name in CHOICES) {
      root.dataset[name] = chosen(name);
      document.querySelectorAll(`[data-set^="${name}:"]`).forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.set === `${name}:${root.dataset[name]}`));
      });
    }
    document.querySelectorAll(".fold").forEach((button) => {
      button.setAttribute("aria-expanded", String(root.dataset.nav === "wide"));
    });
  };
  const choose = (name, value) => {
    try { localStorage.setItem(name, value); } catch { /* not kept, that is all */ }
    show();
    root.dataset[name] = value;
  };

  show();
  narrow.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set], .fold");
    if (!button) return;
    if (button.matches(".fold")) choose("nav", root.dataset.nav === "wide" ? "slim" : "wide");
    else choose(...button.dataset.set.split(":"));
  });
})();
