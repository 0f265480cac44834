// What every page has to keep to, whatever it shows. Each check gives a text that is empty when nothing is wrong.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or critical. The page's context must bypass the content security policy. */
export async function grave(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  return found.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join("; ")}`).join("\n");
}

/** By how much a page is wider than the window. */
export async function tooWide(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return wide > 0 ? `${wide} px too wide` : "";
}

/** What is smaller than a finger: 44 px, in elder mode 60 px. */
export function tooSmall(page) {
  return page.evaluate(() => {
    const least = document.documentElement.classList.contains("elder") ? 59.5 : 43.5;
    return [...document.querySelectorAll("button:not(.first-button), .button, .menu a, .switch, summary, input:not([type=hidden], [type=radio], [type=checkbox]), select")]
      .filter((one) => one.checkVisibility()).map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.height < least || box.width < 30).map(([html]) => html).join(" ");
  });
}

/** What is wrong with the focus: it must be on something that is in the window and marked. */
export function lostFocus(page) {
  return page.evaluate(() => {
    const one = document.activeElement;
    if (one === null || one === document.body) return "nothing has the focus";
    const name = one.outerHTML.slice(0, 80);
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return `outside the window: ${name}`;
    // A radio button is marked by the box around it.
    const marked = [one, one.closest("label")].filter(Boolean).map((place) => getComputedStyle(place));
    const isMarked = marked.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none");
    return isMarked ? "" : `not marked: ${name}`;
  });
}
