// Before the first paint, so that nobody who works in the dark is flashed at.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch { /* storage is closed: the system's own choice stands */ }
})();
