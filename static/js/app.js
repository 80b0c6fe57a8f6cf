// The little that the browser does by itself: toasts, the theme, the menu, and saying so when a request fails.
(() => {
  const toasts = document.querySelector(".toasts");
  const toast = (text) => {
    const box = document.createElement("p");
    box.className = "toast";
    box.textContent = text;
    toasts.append(box);
    setTimeout(() => box.remove(), 7000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    if (button.dataset.act === "theme") {
      const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark")
        && (document.documentElement.dataset.theme === "dark" || !document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
      const theme = dark ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      try { localStorage.setItem("theme", theme); } catch { /* not kept, that is all */ }
    }
    if (button.dataset.act === "menu") {
      const open = document.querySelector(".side").classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    }
  });

  document.body.addEventListener("toast", (event) => toast(event.detail.value));
  document.body.addEventListener("htmx:sendError", () => toast("The desk cannot be reached. Nothing was saved; try again in a moment."));
  document.body.addEventListener("htmx:responseError", (event) => {
    const reference = event.detail.xhr.getResponseHeader("X-Request-Id");
    toast(`That could not be done (${event.detail.xhr.status}). Nothing was saved.${reference ? ` Reference ${reference}` : ""}`);
  });
  // A proposal fills the field and saves; after a swap the first fault, or the answer, gets the focus.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const bad = event.detail.target.querySelector?.("[aria-invalid=true]");
    if (bad) bad.focus();
  });
})();
