// What all browser tests share: a browser from the system, a page that remembers what went wrong on it, and checks that count.

import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** How long a page may take to put the focus where it belongs, in ms: much longer than a painting on a busy machine. */
const FOCUS_WITHIN = 10_000;

/** Starts the browser. Without a sandbox of its own only because it runs as root in a container. */
export function launch() {
  return chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
}

/** Runs named tests one after the other; the exit code is the number of those that failed. */
export async function runAll(tests) {
  let failed = 0;
  for (const [name, test] of tests) {
    try {
      await test();
      console.log(`ok    ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${String(error.message ?? error).replaceAll("\n", "\n      ")}`);
    }
  }
  console.log(`${tests.length - failed} of ${tests.length} passed`);
  return failed;
}

/** What is done to every new context: tests of the tests plant bugs here. */
export const planted = { now: undefined };

/** A new page in a context of its own; `faults` collects script errors and violations of the content security policy. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  await planted.now?.(context);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  return { page, faults, close: () => context.close() };
}

/** Demands that two values are equal. */
export function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} where ${JSON.stringify(expected)} is right`);
}

/** Demands that something holds. */
export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/** How many elements a selector finds. */
export const count = (page, selector) => page.locator(selector).count();

/** The text of the first element that a selector finds, its white space made single. */
export const text = async (page, selector) => (await page.locator(selector).first().textContent()).replace(/\s+/g, " ").trim();

/** Waits until the page that brings an element has come whole, its scripts included: a key pressed earlier would be lost. */
export async function arrived(page, selector, options) {
  await page.waitForSelector(selector, options);
  await page.waitForLoadState("load");
}

/** Waits until a page has put the focus on an element: `autofocus` acts when the page is painted, which can be after its loading. */
export async function focused(page, selector) {
  try {
    await page.waitForFunction((selector) => document.activeElement.matches(selector), selector, { timeout: FOCUS_WITHIN });
  } catch {
    throw new Error(`the focus on ${selector}: it is on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 80))}`);
  }
}
