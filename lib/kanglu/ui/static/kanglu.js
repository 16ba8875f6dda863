/* What the browser does for a page: it tells the server what somebody does, and puts in place what comes back.

   <button data-act="take" data-key="…">        click: the act `take` with {key}
   <form data-act="save">                        submit: the act with the form's fields
   <form data-typing="draft">                    each change, after a short pause: the act `draft` with all fields
   <select data-change="filter" name="owner">    change: the act `filter` with its form's fields, or its own
   data-confirm="Really?"                        asks first
   <button data-open="dialog-id">                opens a dialog; an act done in it closes it, if it went well
   <form data-upload="/path" data-then="taken">  sends its files by HTTP, then the act `taken` with the answer
   <div data-every="30" data-act="tick">         repeats an act while nobody is typing
   What cannot be sent is kept, also over a reload, and sent when the connection is back. */
"use strict";
window.kanglu = (() => {
  const waiting = new Map();
  const KEPT = "kanglu:" + location.pathname;
  const dirty = new WeakSet();
  let send = null, seq = 0, timer = null, offline = false, typedAt = 0;
  const $ = id => document.getElementById(id);

  /* -- sending ------------------------------------------------------------------------------ */
  function tell(act, values, from, kept) {
    const message = { seq: ++seq, act, with: values };
    waiting.set(message.seq, { message, from, kept, at: Date.now() });
    if (from) from.setAttribute("aria-busy", "true");
    if (send) send(message);
    busy();
    return message.seq;
  }
  function connect(how) {
    send = how;
    for (const { message } of waiting.values()) send(message);
    document.documentElement.dataset.live = "yes";
  }
  function busy() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const bar = $("k-busy");
      if (bar) { bar.hidden = !waiting.size; bar.setAttribute("aria-hidden", String(!waiting.size)); }
      const oldest = Math.min(...[...waiting.values()].map(one => one.at));
      if (waiting.size && Date.now() - oldest > 6000) check();
      if (waiting.size) busy();
    }, waiting.size ? 250 : 0);
  }

  /* -- a connection that is lost ------------------------------------------------------------ */
  async function check() {
    if (offline) return;
    try {
      const answer = await fetch("/alive", { cache: "no-store" });
      if (answer.ok && !lost) return;
    } catch { /* not there */ }
    offline = true;
    keep();
    $("k-offline").hidden = false;
    const again = setInterval(async () => {
      try {
        if ((await fetch("/alive", { cache: "no-store" })).ok) { clearInterval(again); keep(); leaving = true; location.reload(); }
      } catch { /* still not */ }
    }, 2000);
  }
  let lost = false;
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", () => { lost = true; if (!leaving) setTimeout(check, 300); });
    }
  };
  let leaving = false;
  // What was typed and has not reached the server is kept over a reload; what was left on purpose is not. What
  // reaches it while the next page is on its way may be missing there, if that was made before.
  const unheard = form => form.pause || [...waiting.values()].some(one => one.message.act === form.dataset.typing);
  let onTheWay = [];
  addEventListener("beforeunload", () => { onTheWay = [...document.querySelectorAll("form[data-typing]")].filter(unheard); });
  addEventListener("pagehide", () => {
    if (!leaving) keep(offline ? undefined : form => unheard(form) || onTheWay.includes(form));
    leaving = true;
  });
  addEventListener("pageshow", event => { if (event.persisted) location.reload(); });

  function keep(meant = () => true) {
    const forms = {}, typing = document.querySelectorAll("form[data-typing]");
    if (!typing.length) return; // a page that could not be shown
    for (const form of typing)
      if (form.id && meant(form) && [...form.elements].some(one => dirty.has(one))) forms[form.id] = fields(form);
    if (Object.keys(forms).length) sessionStorage.setItem(KEPT, JSON.stringify(forms));
    else sessionStorage.removeItem(KEPT);
  }
  function restore() {
    if (!document.querySelector("form[data-typing]")) return;
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
    sessionStorage.removeItem(KEPT);
    for (const [id, values] of Object.entries(kept)) {
      const form = $(id);
      if (!form) continue;
      fill(form, values);
      tell(form.dataset.typing, fields(form), null);
    }
  }
  addEventListener("DOMContentLoaded", restore); // it is seen at once, and sent when there is a connection
  function fill(form, values) {
    for (const one of form.elements) {
      if (!one.name || !(one.name in values)) continue;
      const value = values[one.name];
      if (one.type === "checkbox" || one.type === "radio") one.checked = [].concat(value).includes(one.value);
      else if (one.type !== "file") one.value = value;
      dirty.add(one);
    }
  }

  /* -- what somebody does ------------------------------------------------------------------- */
  function fields(form) {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (value instanceof File) continue;
      if (name in found) found[name] = [].concat(found[name], value);
      else found[name] = value;
    }
    for (const one of form.querySelectorAll("[data-many]")) {
      const name = one.dataset.many;
      found[name] = name in found ? [].concat(found[name]) : [];
    }
    return found;
  }
  function said(element) {
    const { act, confirm, every, then, change, typing, ...rest } = element.dataset;
    return rest;
  }
  function ask(text) {
    const dialog = $("k-confirm");
    $("k-confirm-text").textContent = text;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise(done => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
  }
  async function doIt(element, values) {
    if (element.getAttribute("aria-busy") === "true") return;
    if (element.dataset.confirm && !(await ask(element.dataset.confirm))) return;
    const form = element.closest("form");
    if (form) form.querySelectorAll("[data-fault]").forEach(one => { one.hidden = true; });
    tell(element.dataset.act, values, element);
  }
  document.addEventListener("click", event => {
    const opens = event.target.closest("[data-open]");
    if (opens) { const dialog = $(opens.dataset.open); if (dialog) { dialog.showModal(); event.preventDefault(); } return; }
    const closes = event.target.closest("[data-close]");
    if (closes) { closes.closest("dialog")?.close(); event.preventDefault(); return; }
    const does = event.target.closest("[data-act]:not(form):not([data-every])");
    if (does && !does.disabled) {
      event.preventDefault();
      const form = does.hasAttribute("data-form") ? does.form || does.closest("form") : null;
      doIt(does, { ...(form ? fields(form) : {}), ...said(does) });
    }
    for (const open of document.querySelectorAll("details.me[open], details.pop[open]"))
      if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.dataset.upload) { event.preventDefault(); upload(form); return; }
    if (!form.dataset.act) return;
    event.preventDefault();
    const by = event.submitter;
    doIt(form, { ...said(form), ...fields(form), ...(by && by.name ? { [by.name]: by.value } : {}) });
  });
  document.addEventListener("input", event => {
    dirty.add(event.target);
    typedAt = Date.now();
    const form = event.target.closest?.("form[data-typing]");
    if (form) { clearTimeout(form.pause); form.pause = setTimeout(() => typed(form), 350); }
  });
  document.addEventListener("change", event => {
    const several = event.target.type === "checkbox" && event.target.checked && event.target.closest("[data-many]");
    if (several) for (const one of several.querySelectorAll("input"))
      if (one !== event.target && "alone" in one.dataset !== "alone" in event.target.dataset) one.checked = false;
    const form = event.target.closest?.("form[data-typing]");
    if (form) { clearTimeout(form.pause); typed(form); }
    const changes = event.target.closest?.("[data-change]");
    if (changes) {
      const around = changes.closest("form");
      const own = changes.name ? { [changes.name]: changes.type === "checkbox" ? changes.checked : changes.value } : {};
      tell(changes.dataset.change, { ...(around ? fields(around) : {}), ...said(changes), ...own }, null);
    }
  });
  function typed(form) { form.pause = 0; tell(form.dataset.typing, { ...said(form), ...fields(form) }, null); }
  setInterval(() => {
    if (document.hidden || !send || offline || Date.now() - typedAt < 3000 || document.querySelector("dialog[open]")) return;
    for (const one of document.querySelectorAll("[data-every]")) {
      const last = Number(one.lastTime || (one.lastTime = Date.now()));
      if (Date.now() - last >= 1000 * Number(one.dataset.every)) { one.lastTime = Date.now(); tell(one.dataset.act, said(one), null); }
    }
  }, 1000);

  async function upload(form) {
    const button = form.querySelector("button:not([type=button])");
    button?.setAttribute("aria-busy", "true");
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.upload);
    request.upload.onprogress = event => { if (bar && event.lengthComputable) { bar.hidden = false; bar.max = event.total; bar.value = event.loaded; } };
    request.onloadend = () => {
      button?.removeAttribute("aria-busy");
      if (bar) bar.hidden = true;
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no words */ }
      if (request.status >= 200 && request.status < 300) { form.reset(); tell(form.dataset.then, answer, null); }
      else say(answer.error || form.dataset.failed || String(request.status || "–"), "wrong");
    };
    request.send(new FormData(form));
  }

  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, event => {
    if (!document.querySelector("form[data-upload]") || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); /* a file that misses the form must not take the place of the page */
    const form = event.target.closest?.("form[data-upload]");
    form?.classList.toggle("over", kind === "dragover");
    const input = kind === "drop" && form?.querySelector("input[type=file]");
    if (input) { input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); }
  });

  /* -- what comes back ---------------------------------------------------------------------- */
  function receive(answer) {
    const known = waiting.get(answer.seq);
    waiting.delete(answer.seq);
    busy();
    const from = known?.from;
    from?.removeAttribute("aria-busy");
    const dialog = from?.closest("dialog");
    const form = from && (from.tagName === "FORM" ? from : from.form || from.closest("form"));
    if (answer.go) { leaving = true; location.assign(answer.go); return; }
    if (answer.new_day) { $("k-new-day").hidden = false; $("k-new-day").focus(); }
    if (answer.later && known) again(known.message.act);
    if (answer.ok && form) for (const one of form.elements) dirty.delete(one);
    if (answer.ok && dialog && !answer.open) dialog.close();
    for (const [id, html] of Object.entries(answer.parts || {})) put(id, html);
    for (const [name, text] of Object.entries(answer.wrong || {})) fault(form || document, name, text);
    for (const one of answer.say || []) say(one.text, one.kind);
    if (answer.place) history.replaceState(null, "", answer.place);
    if (answer.place) for (const one of document.querySelectorAll("[data-language]"))
      one.href = one.href.split("?")[0] + "?next=" + encodeURIComponent(answer.place);
    if (answer.focus) requestAnimationFrame(() => $(answer.focus)?.focus());
    document.dispatchEvent(new CustomEvent("kanglu:shown"));
  }
  function again(act) { // what was typed and could not be kept is sent once more by itself
    const form = document.querySelector(`form[data-typing="${CSS.escape(act)}"]`);
    if (form) { clearTimeout(form.pause); form.pause = setTimeout(() => typed(form), 5000); }
  }
  function fault(within, name, text) {
    const place = within.querySelector(`[data-fault="${CSS.escape(name)}"]`);
    if (!place) { say(text, "wrong"); return; }
    place.textContent = text;
    place.hidden = false;
    const input = within.querySelector(`[name="${CSS.escape(name)}"]`);
    input?.setAttribute("aria-invalid", "true");
    input?.setAttribute("aria-describedby", place.id);
    input?.focus();
  }
  function say(text, kind = "done") {
    if ([...document.querySelectorAll(".saying > span")].some(one => one.textContent === text && kind === "wrong")) return;
    const one = document.createElement("div");
    one.className = "saying " + kind;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.className = "plain"; close.textContent = "×"; close.setAttribute("aria-label", document.documentElement.lang.startsWith("zh") ? "关闭" : "Close");
    close.onclick = () => one.remove();
    one.append(words, close);
    const open = document.querySelector("dialog[open]");
    (open || $("k-say")).append(one);
    if (kind !== "wrong") setTimeout(() => one.remove(), 7000);
  }

  /* -- putting a part in place: only what differs is touched, so focus, scrolling and typing stay ---- */
  function put(id, html) {
    const old = $(id);
    if (!old) return;
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    if (fresh) morph(old, fresh);
  }
  const key = node => node.nodeType === 1 ? node.id || node.dataset.key || "" : "";
  function morph(old, fresh) {
    if (old.isEqualNode(fresh) && !old.querySelector?.("input,select,textarea,option") ) return;
    if (old.nodeName !== fresh.nodeName || key(old) !== key(fresh)) { old.replaceWith(fresh); return; }
    if (old.nodeType !== 1) { if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue; return; }
    if (old.hasAttribute("data-keep")) return;
    const own = old.nodeName === "DETAILS" || old.nodeName === "DIALOG" ? ["open"] : [];
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value && !own.includes(name)) old.setAttribute(name, value);
    if (old.nodeName === "TEXTAREA") { if (!dirty.has(old)) old.value = fresh.value; return; }
    if (old.nodeName === "INPUT") {
      if (!dirty.has(old)) {
        if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.hasAttribute("checked");
        else if (old.type !== "file") old.value = fresh.getAttribute("value") || "";
      }
      return;
    }
    children(old, fresh);
    if (old.nodeName === "SELECT" && !dirty.has(old)) {
      const chosen = [...fresh.options].findIndex(one => one.hasAttribute("selected"));
      old.selectedIndex = chosen < 0 ? 0 : chosen;
    }
  }
  function children(old, fresh) {
    const keyed = new Map([...old.children].filter(key).map(one => [key(one), one]));
    let at = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const same = key(next) && keyed.get(key(next));
      if (same) {
        if (same === at) at = at.nextSibling;
        else old.insertBefore(same, at);
        morph(same, next);
      } else if (at && !key(at) && !key(next) && at.nodeName === next.nodeName) {
        const here = at;
        at = at.nextSibling;
        morph(here, next);
      } else old.insertBefore(next, at);
    }
    while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
  }

  /* -- panes of Panel are moved to their places ------------------------------------------------ */
  document.addEventListener("keydown", event => {
    // In a form that is kept as it is typed, Enter goes on to the next field; it is sent by its button alone.
    if (event.key === "Enter" && event.target.nodeName === "INPUT" && event.target.form?.dataset.typing && !event.isComposing) {
      event.preventDefault();
      const order = [...event.target.form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
      const next = order.slice(order.indexOf(event.target) + 1).find(one => !one.disabled && one.offsetParent && (one.name !== event.target.name || !one.name) && !one.classList.contains("form-clear"));
      next?.focus();
    }
    if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(document.activeElement?.nodeName || "")) {
      const find = $("find");
      if (find) { event.preventDefault(); find.focus(); }
    }
  });
  /* -- the search box in the head: people are proposed while one types ----------------------- */
  document.addEventListener("DOMContentLoaded", () => {
    const box = $("find");
    if (!box || $("find-list")) return;
    const list = document.createElement("ul");
    Object.assign(list, { id: "find-list", className: "find-list", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.labels[0].textContent);
    const heard = document.createElement("p");
    heard.className = "unseen";
    heard.setAttribute("role", "status");
    box.after(list, heard);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "find-list"]])
      box.setAttribute(name, value);
    let pause = null, asked = 0, at = -1;
    function close() { list.hidden = true; at = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); }
    function mark(to) {
      at = to;
      [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
      const chosen = list.children[at];
      if (chosen) { box.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
      else box.removeAttribute("aria-activedescendant");
    }
    function option(path, parts) {
      const one = document.createElement("li");
      one.id = "find-" + list.children.length;
      one.dataset.path = path;
      one.setAttribute("role", "option");
      one.setAttribute("aria-selected", "false");
      for (const [kind, text] of parts) { const part = document.createElement("span"); part.className = kind; part.textContent = text; one.append(part); }
      list.append(one);
    }
    async function propose() {
      const text = box.value.trim(), mine = ++asked;
      if (!text) { close(); heard.textContent = ""; return; }
      try {
        const answer = await fetch("/search/people?q=" + encodeURIComponent(text), { headers: { accept: "application/json" } });
        if (!answer.ok || mine !== asked || document.activeElement !== box) return;
        const found = await answer.json();
        if (mine !== asked) return;
        list.replaceChildren();
        for (const one of found.people) option(one.path, [["find-name", one.name], ["find-by", one.by], ["find-about", one.about]]);
        if (found.more) option("/search?q=" + encodeURIComponent(text), [["find-all", found.more]]);
        heard.textContent = found.said;
        if (!found.people.length) { const none = document.createElement("li"); none.className = "quiet"; none.setAttribute("role", "option"); none.setAttribute("aria-disabled", "true"); none.textContent = found.said; list.append(none); }
        list.hidden = false;
        box.setAttribute("aria-expanded", "true");
        mark(-1);
      } catch { /* the page itself says when the server is gone */ }
    }
    box.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(propose, 180); });
    box.addEventListener("keydown", event => {
      const options = [...list.querySelectorAll("[data-path]")];
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); return; }
      if (list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (options.length) mark(at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length);
      } else if (event.key === "Enter" && (at >= 0 || options.length === 1)) {
        event.preventDefault();
        location.assign(options[Math.max(at, 0)].dataset.path);
      }
    });
    list.addEventListener("mousedown", event => {
      const one = event.target.closest("[data-path]");
      event.preventDefault();
      if (one) location.assign(one.dataset.path);
    });
    box.addEventListener("blur", () => setTimeout(close, 120));
  }, { once: true });

  return { connect, receive, tell, say };
})();
