// Counts the rows that differ from what they were when the page came, and says so at the foot.
(() => {
  const form = document.getElementById("draft"), foot = document.querySelector(".draft-foot");
  if (!form || !foot) return;
  const rows = [...document.querySelectorAll(".meanings tbody tr")];
  const already = Number(foot.dataset.draft), publish = foot.querySelector("[data-published-as-drafted]");

  const differs = (field) =>
    field.type === "checkbox" ? field.checked !== field.defaultChecked
      : field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected && (option.selected || option.defaultSelected))
        : false;
  const isTouched = (row) => [...row.querySelectorAll("select, input[type=checkbox]")].some(differs);

  const count = () => {
    const touched = rows.filter(isTouched);
    const drafted = rows.filter((row) => row.hasAttribute("aria-selected") && !touched.includes(row)).length;
    const all = touched.length ? touched.length + drafted : already;
    foot.toggleAttribute("data-edited", touched.length > 0);
    foot.querySelector("[data-count]").textContent = all;
    foot.querySelector("[data-noun]").textContent = all === 1 ? "change" : "changes";
    if (publish) publish.hidden = touched.length > 0; // what is typed since has not been rehearsed
  };
  document.addEventListener("change", count);
  form.addEventListener("reset", () => setTimeout(count));
})();
