// What makes the desks quicker: keys, drafts that save themselves and redraw their preview, dropped files, lists that are filtered as one
// types. Everything works without this script too.

/** After the last key before a draft is saved, in ms. */
const PAUSE = 700;

function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      // The same as the browser's own access keys, which some browsers put on other modifiers.
      const named = /^Key[A-Z]$/.test(event.code) ? document.querySelector(`[accesskey="${event.code.slice(3).toLowerCase()}"]`) : null;
      if (named === null) return;
      event.preventDefault();
      named.click();
      return;
    }
    const target = document.querySelector(`[data-key="${event.key}"]`);
    if (target === null || !/^F\d+$/.test(event.key)) return;
    event.preventDefault();
    target.click();
  });
}

/** Arrows go through the queue. */
function arrows() {
  const queue = document.querySelector("[data-queue]");
  if (queue === null) return;
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.target.matches("input, select, textarea")) return;
    const links = [...queue.querySelectorAll("tbody a")];
    if (links.length === 0) return;
    const place = links.indexOf(document.activeElement);
    const next = place < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(place + step, 0), links.length - 1);
    event.preventDefault();
    links[next].focus();
  });
}

function draft() {
  const form = document.getElementById("draft");
  if (form === null) return;
  const state = document.getElementById("state");
  let timer;
  let sending = false;
  let again = false;
  /** The button that was pressed while a draft was on its way. */
  let pressed = null;

  const save = async () => {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    try {
      const values = new URLSearchParams(new FormData(form));
      values.set("action", "save");
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: values, headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      state.textContent = state.dataset.failed;
    } finally {
      sending = false;
      document.getElementById("preview").classList.remove("waiting");
    }
    if (pressed !== null) {
      const button = pressed;
      [pressed, again] = [null, false];
      // What the answer shows was not looked at when the button was pressed: the server asks for another look.
      const unseen = document.createElement("input");
      [unseen.type, unseen.name, unseen.value] = ["hidden", "unseen", "1"];
      document.getElementById("revision").append(unseen);
      form.requestSubmit(button);
    } else if (again) {
      again = false;
      await save();
    }
  };

  /** Takes over everything but the fields themselves, so that focus and selection stay. */
  const show = (fresh) => {
    for (const id of ["findings", "revision"]) {
      document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
    }
    const head = fresh.getElementById("preview");
    document.getElementById("preview").replaceChildren(...head.childNodes);
    state.textContent = fresh.getElementById("state").textContent;
    for (const field of form.querySelectorAll("[id^=field-]")) {
      const key = field.id.slice("field-".length);
      const other = fresh.getElementById(field.id);
      if (other === null) continue;
      // What the system fills in follows from what was typed.
      if (field.tagName === "OUTPUT") field.textContent = other.textContent;
      if (other.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      const [message, source] = [document.getElementById(`message-${key}`), form.querySelector(`[data-part="source-${key}"]`)];
      const freshMessage = fresh.getElementById(`message-${key}`);
      message.textContent = freshMessage.textContent;
      message.className = freshMessage.className;
      source.textContent = fresh.querySelector(`[data-part="source-${key}"]`).textContent;
    }
  };

  form.addEventListener("input", () => {
    state.textContent = state.dataset.unsaved;
    document.getElementById("preview").classList.add("waiting");
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!sending) return;
    // Two answers to one revision would be taken for two people at one draft: this one waits for the other.
    event.preventDefault();
    pressed = event.submitter;
  });
  // After a refused signing the first thing to read is why.
  const findings = document.getElementById("findings");
  if (findings.querySelector("[role=alert]") !== null) findings.focus();
}

/** A list of choices that is filtered as one types: by name, pinyin initials, English or code. */
function filter() {
  const field = document.querySelector("[data-filter]");
  const list = document.getElementById(field?.dataset.filter ?? "");
  if (list === null) return;
  const apply = () => {
    const asked = field.value.trim().toLowerCase();
    let seen = 0;
    let first;
    for (const one of list.querySelectorAll("[data-words]")) {
      one.hidden = !one.dataset.words.includes(asked);
      if (!one.hidden) {
        seen += 1;
        first ??= one;
      }
    }
    const checked = list.querySelector("input:checked");
    if (first !== undefined && (checked === null || checked.closest("[data-words]").hidden)) first.querySelector("input").checked = true;
    document.getElementById(`${list.id}-none`).hidden = seen > 0;
  };
  field.addEventListener("input", apply);
  // Enter goes on to the list that is filtered already.
  field.form.addEventListener("submit", (event) => {
    const checked = list.querySelector("input:checked");
    if (checked === null) return;
    event.preventDefault();
    checked.focus();
  });
}

function drops() {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const field = zone.querySelector("input[type=file]");
    const message = zone.querySelector("[data-drop-message]");
    for (const one of zone.querySelectorAll(".script-only")) one.hidden = false;
    const judge = () => {
      const file = field.files[0];
      const fits = file === undefined || file.size <= Number(zone.dataset.limit);
      message.textContent = fits ? "" : zone.dataset.tooLarge;
      field.setCustomValidity(fits ? "" : zone.dataset.tooLarge);
    };
    field.addEventListener("change", judge);
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length === 0) return;
      field.files = event.dataTransfer.files;
      judge();
      field.focus();
    });
  }
  for (const form of document.querySelectorAll("[data-busy]")) {
    form.addEventListener("submit", () => {
      form.querySelector("[data-busy-note]").textContent = form.dataset.busy;
    });
  }
}

/** A second press while the answer is on its way would be answered in place of the first. */
function once() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent === undefined) form.dataset.sent = "";
    else event.preventDefault();
  });
  // Back from another page: the form can be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

function ticks() {
  for (const all of document.querySelectorAll("[data-all]")) {
    all.addEventListener("change", () => {
      for (const one of all.form.querySelectorAll(`input[name="${all.dataset.all}"]`)) one.checked = all.checked;
    });
  }
}

once();
keys();
arrows();
draft();
filter();
drops();
ticks();
document.getElementById("verdict")?.focus();
