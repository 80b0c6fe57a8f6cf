// The little that the browser does by itself: toasts with undo, the keys to the search, and saying so when a request fails.
(() => {
  const region = document.querySelector(".toasts");
  const SHOWN_MS = 8000, WITH_UNDO_MS = 20000;

  // A toast goes by itself, but not while somebody points at it or has the keyboard in it; bad news stays until dismissed.
  const expire = (box, after) => {
    let timer = 0;
    const start = () => { timer = setTimeout(() => box.remove(), after); };
    const stop = () => clearTimeout(timer);
    box.addEventListener("mouseenter", stop);
    box.addEventListener("focusin", stop);
    box.addEventListener("mouseleave", start);
    box.addEventListener("focusout", start);
    start();
  };

  const button = (label, className, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const undo = (box, { undo: url, undo_token: token }) => {
    box.remove();
    htmx.ajax("POST", url, { source: region, target: region, swap: "none", values: { undo_token: token } });
  };

  const finish = (box, tone, after) => {
    const close = button("×", "icon-btn", () => box.remove());
    close.setAttribute("aria-label", "Dismiss");
    box.append(close);
    if (tone !== "bad" && tone !== "warn") expire(box, after);
  };

  const toast = (told) => {
    if (!region) return;
    const { text, tone = "info" } = told;
    const box = document.createElement("div");
    const words = document.createElement("p");
    box.className = `toast toast-${tone}`;
    words.textContent = text;
    box.append(words);
    if (told.undo) {
      const back = button("Undo", "btn btn-small", () => undo(box, told));
      back.dataset.undo = "";
      box.append(back);
    }
    region.append(box);
    finish(box, tone, told.undo ? WITH_UNDO_MS : SHOWN_MS);
    while (region.children.length > 4) region.firstElementChild.remove();
  };

  // What the last page had to say comes with this one as plain text; put in again, so that a screen reader speaks it.
  region?.querySelectorAll(".toast").forEach((box) => {
    box.remove();
    setTimeout(() => {
      region.append(box);
      finish(box, box.dataset.tone, SHOWN_MS);
    }, 60);
  });

  document.body.addEventListener("toast", ({ detail }) => toast(detail.text ? detail : { text: detail.value, tone: "info" }));
  document.body.addEventListener("htmx:sendError", () => {
    toast({ text: "The desk cannot be reached. Nothing was saved; try again in a moment.", tone: "bad" });
  });
  document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    if (xhr.status === 503 && xhr.getResponseHeader("HX-Trigger")) return; // it has said so itself
    const reference = xhr.getResponseHeader("X-Request-Id");
    const text = `That could not be done (${xhr.status}). Nothing was saved.${reference ? ` Reference ${reference}` : ""}`;
    toast({ text, tone: "bad" });
  });

  // Copies a field. Browsers give the clipboard to safe addresses only; elsewhere the field is selected for Ctrl+C.
  const copy = async (field) => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      toast({ text: "Copied.", tone: "ok" });
    } catch {
      toast({ text: "This browser does not let us copy. It is selected: press Ctrl+C.", tone: "info" });
    }
  };
  document.querySelectorAll("[data-copy]").forEach((field) => field.after(button(field.dataset.copy, "btn", () => copy(field))));

  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-toast], [data-print]");
    if (asked?.dataset.toast) toast(JSON.parse(asked.dataset.toast));
    else if (asked) print();
  });

  // Ctrl+K goes to the search of everything; "/" to the page's own search where it has one.
  const focusOn = (field) => {
    const sheet = field?.closest("[popover]");
    if (sheet && !field.offsetParent && sheet.showPopover) sheet.showPopover();
    field?.focus();
    field?.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const everywhere = document.getElementById("search");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      focusOn(everywhere);
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, textarea, select, [contenteditable], dialog")) {
      event.preventDefault();
      focusOn(document.querySelector("main input[type=search]") ?? everywhere);
    }
  });

  // After a swap the first fault gets the focus, and nothing else takes it.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    event.detail.target.querySelector?.("[aria-invalid=true]")?.focus();
  });
})();
