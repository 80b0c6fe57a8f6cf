// The write-off desk: the garment that is looked at opens beside the list, and the picked ones are counted in words and money.
(() => {
  const list = document.getElementById("bulk"), pane = document.getElementById("pane");
  if (!list || !pane) return;
  const beside = matchMedia("(min-width: 1200px)");
  const rows = [...list.querySelectorAll("tr[data-reference]")];
  const linkOf = (row) => row.querySelector(".wo-link");

  // --- the open one ------------------------------------------------------------------------------------------------
  const open = (row, focus) => {
    rows.forEach((each) => each.classList.toggle("at", each === row));
    htmx.ajax("GET", linkOf(row).href, { source: pane, target: pane, swap: "innerHTML" }).then(() => {
      pane.scrollTop = 0;
      if (focus) pane.querySelector("h2")?.focus({ preventScroll: true });
    });
  };
  list.addEventListener("click", (event) => {
    const link = event.target.closest(".wo-link");
    if (!link || !beside.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.closest("tr"), true);
  });
  if (beside.matches && rows.length) open(rows[0], false);

  // J and K move, X picks, Enter follows the link: as in the queue.
  const step = (by) => {
    const at = rows.findIndex((row) => row.contains(document.activeElement) || row.matches(".at"));
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    linkOf(row).focus();
    if (beside.matches) open(row, false);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const at = rows.find((row) => row.contains(document.activeElement)) ?? rows.find((row) => row.matches(".at"));
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") at?.querySelector("[name=pick]")?.click();
  });

  // --- the picked ones ---------------------------------------------------------------------------------------------
  const boxes = [...list.querySelectorAll("[name=pick]")], every = document.getElementById("every");
  const told = document.getElementById("picked"), button = document.getElementById("approve");
  if (!button) return;
  const atFirst = told.textContent;
  const pounds = (pence) => `£${(pence / 100).toLocaleString("en-GB", { minimumFractionDigits: 2 })}`;
  const count = () => {
    const picked = boxes.filter((box) => box.checked);
    const pence = picked.reduce((sum, box) => sum + Number(box.dataset.pence), 0);
    told.textContent = picked.length ? `${picked.length} picked, ${pounds(pence)}` : atFirst;
    button.textContent = picked.length ? `Approve ${picked.length}…` : "Approve the picked ones";
    button.disabled = !picked.length;
    every.checked = picked.length === boxes.length;
    every.indeterminate = picked.length > 0 && !every.checked;
  };
  every.addEventListener("change", () => { boxes.forEach((box) => { box.checked = every.checked; }); count(); });
  list.addEventListener("change", (event) => { if (event.target.name === "pick") count(); });
  addEventListener("pageshow", count);
  count();
})();
