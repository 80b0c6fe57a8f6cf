// The queue by keyboard: a cursor in the list, the open case beside it, picked cases that stay picked, and what has changed meanwhile.
(() => {
  const $ = (id) => document.getElementById(id);
  const desk = $("desk"), pane = $("pane"), body = desk?.querySelector("tbody");
  if (!desk) return;
  const beside = matchMedia("(min-width: 800px)");
  const PULSE_MS = 20000, IDLE_MS = 600000, LEAVES_MS = 4000;
  const GO = { t: "/", q: "/queue/", o: "/orders/", l: "/lockers/", s: "/sync/" };
  const say = (text, tone = "info") => document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const keep = (name, value) => { try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* not kept, that is all */ } };
  const kept = (name) => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } };

  // --- the cursor and the open case --------------------------------------------------------------------------------
  let cursor = "", wantsFocus = false, submitsItself = false, leads = false;
  const rows = () => [...(body?.rows ?? [])];
  const alive = () => rows().filter((row) => !row.matches(".gone"));
  const rowOf = (id) => $(`case-${id}`);
  const idOf = (row) => row.id.slice(5);
  const shown = () => pane.querySelector("[data-case]");
  const openId = () => shown()?.dataset.case ?? "";

  const point = (row, focus = true) => {
    if (!row) return;
    rowOf(cursor)?.classList.remove("at");
    cursor = idOf(row);
    row.classList.add("at");
    if (focus) row.querySelector(".case-link").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by, from = cursor || openId()) => {
    const all = alive(), at = all.findIndex((row) => idOf(row) === from);
    return all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
  };
  const load = (url) => htmx.ajax("GET", url, { source: pane, target: pane, swap: "innerHTML" });
  const open = (row) => {
    if (!row) return;
    point(row, false);
    row.classList.remove("unread");
    wantsFocus = true;
    load(row.querySelector(".case-link").href);
  };
  const back = () => {
    if (pane.matches(":popover-open") || innerWidth < 1200) clear();
    point(rowOf(cursor) ?? alive()[0]);
  };
  const clear = () => pane.replaceChildren($("nothing-open").content.cloneNode(true));
  const leave = (id) => {
    const all = rows(), at = all.findIndex((row) => idOf(row) === id);
    const next = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find((row) => !row.matches(".gone") && idOf(row) !== id);
    if (next) return open(next);
    if (desk.dataset.next) { keep("opens", true); location.assign(desk.dataset.next); return; }
    clear();
    say("That was the last one of this list.", "ok");
    pane.focus();
  };

  // What Enter does next: take the proposal, choose a locker, confirm. A field to type in is one Enter further, so that the keys stay keys.
  const FIELD = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
  const first = () => {
    const fix = pane.querySelector("#fix");
    const typed = fix?.querySelector(FIELD);
    return fix?.querySelector(".proposal button") ?? fix?.querySelector("input[type=radio]")
      ?? (typed ? null : fix?.querySelector("form button[type=submit]")) ?? (typed ? null : pane.querySelector("[data-primary]"));
  };
  const focusFirst = () => {
    const loading = pane.querySelector("#fix[hx-trigger=load] > .btn-primary");
    (loading ? null : first() ?? null)?.focus({ preventScroll: true });
    if (!pane.contains(document.activeElement) || !first()) $("case-title")?.focus({ preventScroll: true });
    if (!loading) wantsFocus = false;
  };

  document.body.addEventListener("htmx:afterSettle", ({ target: settled, detail: { target, requestConfig } }) => {
    if (target === pane) {
      pane.scrollTop = 0;
      const case_ = shown();
      if (requestConfig.verb === "post") {
        const done = leads && case_ && (case_.dataset.state !== "open" || "aside" in case_.dataset);
        leads = false;
        pulse().then(() => (done ? leave(case_.dataset.case) : $("case-title")?.focus()));
      } else {
        if (wantsFocus) focusFirst();
        pulse();
      }
    } else if (target.id === "fix" || target.closest("#fix")) {
      if (submitsItself) { submitsItself = false; pane.querySelector("#fix form")?.requestSubmit(); }
      else if (wantsFocus && requestConfig.verb === "get") focusFirst();
    } else if (settled.closest("#jobs") && !$("jobs").querySelector("[hx-trigger]")) pulse();
  });

  // A room has put something right: the case closes by itself, or there is more to do.
  document.body.addEventListener("order-changed", async () => {
    const id = openId();
    if (!id) return;
    const told = await pulse();
    if (told?.open && told.open.state !== "open") leave(id);
    else if (rowOf(id)) open(rowOf(id));
  });

  // --- what has changed --------------------------------------------------------------------------------------------
  let used = Date.now();
  for (const event of ["keydown", "pointerdown"]) document.addEventListener(event, () => { used = Date.now(); }, { passive: true });
  const question = () => new URLSearchParams(desk.dataset.question);

  const pulse = async () => {
    const asked = question(), headers = { "HX-Request": "true", "HX-Current-URL": location.href, ...JSON.parse(document.body.getAttribute("hx-headers")) };
    asked.set("rows", rows().map((row) => `${idOf(row)}.${row.dataset.v}`).join());
    asked.set("open", openId());
    asked.set("newest", desk.dataset.newest);
    try {
      const answer = await fetch(desk.dataset.pulse, { method: "POST", body: asked, headers });
      const away = answer.headers.get("HX-Redirect");
      if (away) location.assign(away);
      if (answer.status !== 200) return null;
      const told = await answer.json();
      apply(told);
      return told;
    } catch { return null; /* the next one will tell */ }
  };
  const set = (element, html) => { if (element && element.innerHTML !== html) element.innerHTML = html; };

  const apply = (told) => {
    for (const [id, html] of Object.entries(told.rows)) redraw(rowOf(id), html);
    for (const [id, html] of Object.entries(told.due)) set(rowOf(id)?.querySelector(".due"), html);
    for (const [id, html] of Object.entries(told.eyes)) set(rowOf(id)?.querySelector(".eyes"), html);
    told.gone.forEach((id) => goes(rowOf(id)));
    if (!$("rail").contains(document.activeElement)) set($("rail"), told.rail);
    set($("strip"), told.strip);
    $("fresh").hidden = !told.fresh;
    $("fresh").textContent = `${told.fresh} new: show`;
    if (told.open) look(told.open);
  };
  const redraw = (row, html) => {
    if (!row) return;
    const marks = [...row.classList].filter((mark) => mark === "at"), held = row.contains(document.activeElement);
    row.insertAdjacentHTML("afterend", html);
    const fresh = row.nextElementSibling;
    row.remove();
    fresh.classList.add(...marks);
    if (idOf(fresh) === openId()) fresh.classList.remove("unread");
    fresh.querySelector("[name=ids]").checked = picked.has(idOf(fresh));
    htmx.process(fresh);
    if (held) fresh.querySelector(".case-link").focus({ preventScroll: true });
  };
  // Struck at once; away after a while, but never while somebody points at the list.
  const goes = (row) => {
    if (!row || row.matches(".gone") || desk.dataset.question.includes("state=")) return;
    row.classList.add("gone");
    const away = () => {
      if (body.matches(":hover") || row.contains(document.activeElement)) return setTimeout(away, 1000);
      row.classList.add("leaving");
      setTimeout(() => row.remove(), 300);
    };
    setTimeout(away, LEAVES_MS);
  };
  const look = ({ here, version, state }) => {
    const line = $("here"), case_ = shown();
    if (!line || !case_) return;
    const changed = version !== Number(case_.dataset.version) && case_.dataset.state === "open";
    const told = [here.length ? `${here.join(", ")} ${here.length > 1 ? "are" : "is"} looking at it too.` : "",
      changed ? (state === "open" ? "It has changed since you opened it." : "It has been closed meanwhile.") : ""].filter(Boolean).join(" ");
    if (line.textContent.trim() === told) return;
    line.textContent = told;
    if (!changed) return;
    const show = document.createElement("button");
    show.type = "button";
    show.className = "btn btn-small btn-quiet";
    show.textContent = "Show";
    show.dataset.do = "reload";
    line.append(" ", show);
  };
  setInterval(() => { if (!document.hidden && Date.now() - used < IDLE_MS) pulse(); }, PULSE_MS);
  $("fresh").addEventListener("click", () => location.reload());
  document.body.addEventListener("htmx:afterRequest", ({ detail: { pathInfo, successful } }) => {
    if (!successful || pathInfo?.requestPath !== "/queue/undo/") return;
    if (openId()) reload(); else pulse();
  });
  const reload = () => load(pane.querySelector("[data-page]").href);

  // --- the picked --------------------------------------------------------------------------------------------------
  const stored = kept("picked");
  const picked = new Set(stored?.question === desk.dataset.question ? stored.ids : []);
  const every = $("every");
  let anchor = "";
  const count = () => {
    document.querySelector(".bulk").classList.toggle("on", picked.size > 0);
    $("picked").textContent = `${picked.size} picked`;
    keep("picked", { question: desk.dataset.question, ids: [...picked] });
    if ($("pick-all")) $("pick-all").checked = rows().length > 0 && rows().every((row) => picked.has(idOf(row)));
    if (picked.size && !$("matching").textContent) fetch(`${desk.dataset.matching}?${question()}`).then((answer) => answer.text()).then((text) => { $("matching").textContent = text; });
    if (!picked.size) every.checked = false;
  };
  const pick = (row, on) => {
    row.querySelector("[name=ids]").checked = on;
    picked[on ? "add" : "delete"](idOf(row));
  };
  const pickTo = (row) => {
    const all = rows(), ends = [all.indexOf(rowOf(anchor)), all.indexOf(row)].sort((a, b) => a - b);
    all.slice(Math.max(ends[0], 0), ends[1] + 1).forEach((each) => pick(each, true));
  };
  const pickAll = (on = !alive().every((row) => picked.has(idOf(row)))) => alive().forEach((row) => pick(row, on));

  const carry = (form, ids) => {
    form.querySelectorAll("[name=ids][type=hidden]").forEach((old) => old.remove());
    for (const id of ids) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "ids", value: id }));
  };
  const ask = async (url) => {
    await htmx.ajax("GET", url, { source: desk, target: "#ask-body", swap: "innerHTML" });
    const form = $("ask-body").querySelector("form"), all = new URL(url, location).searchParams.has("all");
    if (!form) return;
    if (!all) {
      $("ask-body").querySelector("[data-count]").textContent = picked.size;
      carry(form, picked);
    }
    $("ask").showModal();
  };
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.requestConfig.elt.closest?.("#ask") || detail.xhr.status !== 200 || detail.requestConfig.formData.has("dry_run")) return;
    detail.target = $("jobs");
    $("ask").close();
  });

  // --- mouse and forms ---------------------------------------------------------------------------------------------
  const ACTS = { next: () => open(step(1, openId())), previous: () => open(step(-1, openId())), close: back, reload: () => reload() };
  document.addEventListener("click", (event) => {
    if (event.target.closest("#pane [data-fix], #pane [data-key]")) wantsFocus = true; // htmx has it in hand already
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { target } = event, act = target.closest("[data-do]"), row = target.closest("tbody tr");
    if (act) ACTS[act.dataset.do]();
    else if (target.closest("[data-ask]")) { event.preventDefault(); ask(target.closest("[data-ask]").href); }
    else if (target.closest("#unpick")) { picked.clear(); pickAll(false); count(); }
    else if (row && body?.contains(row) && beside.matches && (target.closest(".case-link") || !target.closest("a, button, label, input"))) { event.preventDefault(); open(row); }
    else if (pane.contains(target) && /^\/queue\/\d+\/$/.test(target.closest("a:not([data-page])")?.pathname ?? "")) { event.preventDefault(); load(target.closest("a").href); }
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name === "ids") { pick(target.closest("tr"), target.checked); anchor = target.value; }
    else if (target.id === "pick-all") pickAll(target.checked);
    else return;
    count();
  });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.id === "bulk") {
      if (submitter?.name === "kind" && !submitter.hasAttribute("formaction")) {
        event.preventDefault();
        const asked = every.checked ? question() : new URLSearchParams();
        if (every.checked) asked.set("all", "1");
        asked.set("kind", submitter.value);
        ask(`${desk.dataset.asks}?${asked}`);
      } else if (picked.size > 250 && !every.checked) {
        event.preventDefault();
        say("That is more than an address holds: tick all that match instead.");
      } else if (!every.checked) carry(form, [...picked].filter((id) => !rowOf(id)));
    } else if (pane.contains(form) && !form.hasAttribute("hx-post")) {
      event.preventDefault();
      leads = /\/(snooze|wait|close|waive)\/$/.test(form.action);
      htmx.ajax("POST", form.action, { source: pane, target: pane, swap: "innerHTML", values: Object.fromEntries(new FormData(form, submitter)) });
    }
  });

  // --- keys --------------------------------------------------------------------------------------------------------
  const press = (selector) => { const found = pane.querySelector(selector); if (found) { found.click(); return true; } return false; };
  const unfold = (key) => {
    const part = pane.querySelector(`[data-act="${key}"]`);
    if (!part) return false;
    part.open = true;
    part.querySelector("select, textarea, input:not([type=hidden])")?.focus();
    return true;
  };
  const many = (kind) => picked.size > 0 && !pane.contains(document.activeElement) && (document.querySelector(`.bulk [value="${kind}"]`)?.click(), true);
  const KEYS = {
    j: () => point(step(1)),
    k: () => point(step(-1)),
    "[": ACTS.previous,
    "]": ACTS.next,
    x: () => { const row = rowOf(cursor); if (row) { pick(row, !picked.has(cursor)); anchor = cursor; count(); } },
    X: () => { const row = rowOf(cursor); if (row) { pickTo(row); count(); } },
    "*": () => { pickAll(); count(); },
    a: () => many("assign") || unfold("a"),
    s: () => many("snooze") || unfold("s"),
    n: () => many("note") || unfold("n"),
    w: () => many("wait") || press("[data-key=w]"),
    i: () => press("[data-key=i]") || rowOf(cursor)?.querySelector(".take")?.click(),
    r: () => {
      if (many("recheck")) return;
      submitsItself = Boolean(pane.querySelector("[data-key=r]"));
      press("[data-key=r]");
    },
    l: () => press("[data-key=l]"),
    e: () => unfold("e") || (openId() && say("This one closes by itself, as soon as it is put right.")),
    u: () => [...document.querySelectorAll(".toasts [data-undo]")].pop()?.click(),
    "?": () => $("keys").showModal(),
  };
  let went = -Infinity;
  const escape = (event) => {
    const field = event.target.closest?.("#pane :is(input, textarea, select)");
    const unfolded = pane.querySelector(".acts details[open], .happened details[open]");
    if (field || unfolded) { if (unfolded) unfolded.open = false; $("case-title")?.focus(); }
    else if (shown()) back();
    else return;
    event.preventDefault();
  };
  const enter = (event) => {
    if (event.target.closest("a, button, summary, input, select")) return;
    event.preventDefault();
    if (pane.querySelector(".htmx-request")) return; // nobody confirms what has not come yet
    const field = pane.contains(event.target) && pane.querySelector(`#fix :is(${FIELD})`);
    if (field) { field.focus(); field.select?.(); }
    else if (pane.contains(event.target)) first()?.focus();
    else open(rowOf(cursor) ?? alive()[0]);
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && target.matches?.(":is(#ask, #pane) select")) { event.preventDefault(); return target.form.requestSubmit(); }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (key === "Escape") return escape(event);
    if (target.closest?.(`${FIELD}, select, [contenteditable]`)) return;
    if (key === "Enter") return enter(event);
    const there = event.timeStamp - went < 1500 && GO[key];
    went = key === "g" ? event.timeStamp : -Infinity;
    if (there) location.assign(there);
    else if (/^[1-9]$/.test(key)) press(`[data-fix="${key}"]`);
    else if (Object.hasOwn(KEYS, key)) KEYS[key]();
    else return;
    event.preventDefault();
  });

  clear();
  rows().forEach((row) => { if (picked.has(idOf(row))) pick(row, true); });
  count();
  if (kept("opens")) { keep("opens", false); open(alive()[0]); }
})();
