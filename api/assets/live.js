// Keeps the first page moving: every notice of a block, and at least every second, the moving part is asked for again and laid over
// the old one element by element, so that focus, selection and running animations stay.

const part = document.getElementById("live");
const paused = document.getElementById("paused");
/** Between two questions without a notice, in ms. */
const BEAT = 1000;
/** After this many failures in a row the visitor is told. */
const PATIENCE = 3;

let failures = 0;
let busy = false;
let again = false;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch("/live", { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(`<div>${await answer.text()}</div>`, "text/html").body.firstElementChild;
    layOver(part, fresh);
    failures = 0;
  } catch {
    failures += 1;
  } finally {
    busy = false;
  }
  paused.hidden = failures < PATIENCE;
  if (again) {
    again = false;
    refresh();
  }
}

/** Makes `old` look like `fresh`; what has another data-key is replaced whole, so that its animation starts anew. */
function layOver(old, fresh) {
  const keyed = [...fresh.children];
  if (keyed.length > 0 && keyed.every((child) => child.hasAttribute("data-key"))) return layOverList(old, keyed);
  const olds = [...old.childNodes];
  const freshes = [...fresh.childNodes];
  freshes.forEach((child, place) => {
    const former = olds[place];
    if (former === undefined) {
      old.append(child);
    } else if (!isSame(former, child)) {
      former.replaceWith(child);
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      takeAttributes(former, child);
      layOver(former, child);
    } else if (former.nodeValue !== child.nodeValue) {
      former.nodeValue = child.nodeValue;
    }
  });
  for (const former of olds.slice(freshes.length)) former.remove();
}

/** A list whose elements have keys: known ones move, new ones come in, the rest goes. */
function layOverList(old, keyed) {
  const known = new Map([...old.children].map((child) => [child.getAttribute("data-key"), child]));
  const kept = keyed.map((child) => {
    const former = known.get(child.getAttribute("data-key"));
    if (former === undefined) {
      arrive(child);
      return child;
    }
    takeAttributes(former, child);
    layOver(former, child);
    return former;
  });
  for (const [place, child] of kept.entries()) {
    if (old.children[place] !== child) old.insertBefore(child, old.children[place] ?? null);
  }
  while (old.children.length > kept.length) old.lastElementChild.remove();
}

/** What comes in after the page was there settles into its place; nothing that was there from the beginning is ever hidden. */
function arrive(child) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  child.animate([{ opacity: 0, transform: "translateY(-6px)" }, { opacity: 1, transform: "none" }], { duration: 500, easing: "ease-out" });
}

function isSame(one, other) {
  if (one.nodeName !== other.nodeName) return false;
  return one.nodeType !== Node.ELEMENT_NODE || one.getAttribute("data-key") === other.getAttribute("data-key");
}

function takeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

const notices = new EventSource("/v1/events");
for (const kind of ["message", "block", "skipped"]) notices.addEventListener(kind, refresh);
setInterval(() => {
  if (!document.hidden) refresh();
}, BEAT);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
