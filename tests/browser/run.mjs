// The pages of a node in a real browser: `node run.mjs <base address> [directory for pictures] [address of a node without quorum]`.

import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { holds, launch, open, runAll, same } from "./harness.mjs";

const [base, pictures, stopped] = process.argv.slice(2);
if (base === undefined) {
  console.error("usage: node run.mjs <base address> [directory for pictures] [address of a node without quorum]");
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();

/** Every kind of page; the places of entry and block are found on the running ledger. */
async function addresses() {
  const { page, close } = await open(browser);
  await page.goto(`${base}/entries`);
  const entry = await page.locator("td a.number").first().getAttribute("href");
  await page.goto(`${base}/blocks`);
  const block = await page.locator("td a.number").first().getAttribute("href");
  await close();
  return {
    home: "/", blocks: "/blocks", block, genesis: "/blocks/0", entries: "/entries", entry, governor: "/entries/0",
    nodes: "/nodes", directory: "/directory", governance: "/governance", about: "/about", search: "/search?q=1", nothing: "/search?q=zz", missing: "/blocks/x",
  };
}
const all = await addresses();

async function eachPage(work) {
  for (const [name, address] of Object.entries(all)) await work(name, address);
}

/** Opens an entry and waits until the browser has recomputed everything. */
async function provenEntry(options) {
  const opened = await open(browser, options);
  await opened.page.goto(`${base}${all.entry}`);
  await opened.page.waitForSelector("#proof[data-ready=true]");
  return opened;
}

const classOf = async (page, selector) => (await page.locator(selector).getAttribute("class")) ?? "";
const count = (page, selector) => page.locator(selector).count();

async function theProofIsDrawnAndHolds() {
  const { page, faults, close } = await provenEntry();
  for (const check of ["log", "current", "header", "votes"]) {
    holds(/\bgood\b/.test(await classOf(page, `[data-check=${check}]`)), `check ${check} is not good`);
  }
  holds((await count(page, "svg[data-tree=log] .node.good")) >= 1, "the ladder has no nodes");
  same(await count(page, ".node.bad"), 0, "red nodes on a true proof");
  same(faults.join(), "", "faults");
  await close();
}

async function anAlteredDigitTurnsThePathRed() {
  const { page, close } = await provenEntry();
  const nodes = await count(page, "svg[data-tree=log] .node");
  const leaf = "svg[data-tree=log] .node[data-level='0'] title";
  const trueLeaf = await page.locator(leaf).textContent();
  await page.click("#alter");
  await page.waitForSelector("#proof[data-state=broken]");
  same(await count(page, "svg[data-tree=log] .node.bad"), nodes, "red nodes");
  same(await count(page, "svg[data-tree=current] .node.bad"), 0, "red nodes of the other tree");
  holds((await page.locator(leaf).textContent()) !== trueLeaf, "the leaf hash did not change");
  holds(/\bbad\b/.test(await classOf(page, "[data-check=log]")), "the check is not red");
  await page.click("#restore");
  await page.waitForSelector("#proof[data-state=sound]");
  same(await count(page, ".node.bad"), 0, "red nodes after restoring");
  same(await page.locator(leaf).textContent(), trueLeaf, "the leaf hash after restoring");
  await close();
}

async function everyDigitTypedByHandCounts() {
  const { page, close } = await provenEntry();
  const bytes = await page.inputValue("#bytes");
  for (const at of [0, 1, Math.floor(bytes.length / 3), bytes.length - 1]) {
    const other = bytes[at] === "0" ? "1" : "0";
    await page.fill("#bytes", bytes.slice(0, at) + other + bytes.slice(at + 1));
    await page.waitForSelector("#proof[data-state=broken]");
    await page.fill("#bytes", bytes);
    await page.waitForSelector("#proof[data-state=sound]");
  }
  await page.fill("#bytes", `${bytes}0`);
  same(await page.getAttribute("#bytes", "aria-invalid"), "true", "half a byte");
  await page.fill("#bytes", `${bytes.slice(0, 10)} \n${bytes.slice(10).toUpperCase()}`);
  await page.waitForFunction(() => document.getElementById("bytes").getAttribute("aria-invalid") === "false");
  same(await count(page, ".node.bad"), 0, "the same bytes written otherwise");
  await close();
}

async function theFlippedBitTurnsItsPathRed() {
  const { page, close } = await provenEntry();
  await page.click("#flip");
  await page.waitForSelector("svg[data-tree=current] .node.bad");
  same(await count(page, "svg[data-tree=current] .node.good"), 0, "green nodes over a wrong bit");
  await page.click("#flip");
  await page.waitForSelector("svg[data-tree=current] .node.good");
  same(await count(page, "svg[data-tree=current] .node.bad"), 0, "red nodes over the true bit");
  await close();
}

async function theStepsAgreeWithAnIndependentHash() {
  const { createHash } = await import("node:crypto");
  const { page, close } = await provenEntry();
  const hash = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const ladder = page.locator("svg[data-tree=log]");
  const [path, index, size, root] = await Promise.all(["path", "index", "count", "root"].map((name) => ladder.getAttribute(`data-${name}`)));
  // RFC 9162 section 2.1.3.2, written again with the recursive definition: the last hash joins at the top.
  const fold = (at, of, hashes) => {
    if (of === 1) return leaf;
    let k = 1;
    while (k * 2 < of) k *= 2;
    const sibling = hashes[hashes.length - 1];
    const rest = hashes.slice(0, -1);
    return at < k ? hash(Buffer.of(1), fold(at, k, rest), sibling) : hash(Buffer.of(1), sibling, fold(at - k, of - k, rest));
  };
  const leaf = hash(Buffer.of(0), Buffer.from(await page.inputValue("#bytes"), "hex"));
  const hashes = path === "" ? [] : path.split(" ").map((one) => Buffer.from(one, "hex"));
  same(fold(Number(index), Number(size), hashes).toString("hex"), root, "root");
  const shown = await page.locator("[data-steps=log] code[data-level]").allTextContents();
  same(shown[0], leaf.toString("hex"), "leaf shown");
  same(shown[shown.length - 1], root, "root shown");
  await close();
}

async function theLanguageIsSwitchedAndRemembered() {
  const { page, close } = await open(browser);
  await page.goto(`${base}/blocks`);
  same(await page.getAttribute("html", "lang"), "zh-CN", "first language");
  await page.click("a.switch[hreflang]");
  same(await page.getAttribute("html", "lang"), "en", "after the switch");
  await page.click("nav.menu a[href='/nodes']");
  same(await page.getAttribute("html", "lang"), "en", "remembered on the next page");
  await page.click("a.switch[hreflang]");
  same(await page.getAttribute("html", "lang"), "zh-CN", "and back");
  await close();
}

async function aPhoneScrollsInOneDirectionOnly() {
  for (const lang of ["zh", "en"]) {
    const { page, close } = await open(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await eachPage(async (name, address) => {
      await page.goto(`${base}${address}${address.includes("?") ? "&" : "?"}lang=${lang}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      same(wide, 0, `${name} (${lang}) is too wide by`);
      const small = await page.evaluate(() => [...document.querySelectorAll("button, .button, .menu a, .switch, .chips a, summary, input")]
        .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
        .filter((box) => box.height < 43.5 || box.width < 30).length);
      same(small, 0, `${name}: targets too small`);
      const outside = await page.evaluate(() => [...document.querySelectorAll(".menu a")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth || one.getBoundingClientRect().left < 0).length);
      same(outside, 0, `${name} (${lang}): parts of the menu out of sight`);
    });
    await close();
  }
}

async function withoutScriptsEverythingCanBeRead() {
  const { page, close } = await open(browser, { javaScriptEnabled: false });
  await eachPage(async (name, address) => {
    await page.goto(`${base}${address}`);
    holds((await page.locator("main h1").textContent()).trim() !== "", `${name} has no heading`);
  });
  await page.goto(`${base}${all.entry}`);
  holds(await page.locator("noscript p, noscript").first().isVisible(), "no word about scripts");
  holds((await count(page, "svg[data-tree=log] .node.good")) >= 1, "no ladder");
  same(await page.locator("#alter").isVisible(), false, "a button that does nothing");
  await page.goto(`${base}/`);
  holds((await count(page, ".picture .dot")) >= 1, "no picture of the network");
  await close();
}

async function nothingBreaksThePolicy() {
  const { page, faults, close } = await open(browser);
  await eachPage(async (_, address) => page.goto(`${base}${address}`));
  const blocked = await page.evaluate(() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective), { once: true });
    const script = document.createElement("script");
    script.textContent = "window.intruder = true";
    document.head.append(script);
  }));
  holds(blocked.startsWith("script-src"), "an inline script was not stopped");
  same(await page.evaluate(() => window.intruder), undefined, "an inline script ran");
  same(faults.filter((fault) => !/inline script/.test(fault)).join("\n"), "", "faults");
  await close();
}

async function aNoticeStandsBesideItsDot() {
  for (const lang of ["zh", "en"]) {
    for (const address of [base, stopped].filter((one) => one !== undefined)) {
      const { page, close } = await open(browser, { viewport: { width: 390, height: 844 } });
      await page.goto(`${address}/?lang=${lang}`);
      const below = await page.evaluate(() => document.querySelector(".notice-text").getBoundingClientRect().top
        - document.querySelector(".notice-dot").getBoundingClientRect().bottom);
      holds(below < 0, `the text of the notice (${lang}) begins below its dot`);
      await close();
    }
  }
}

async function nothingIsHiddenWhenThePageOpens() {
  const { page, close } = await open(browser, { reducedMotion: "no-preference" });
  const answer = await page.goto(`${base}/`, { waitUntil: "commit" });
  // A block that comes in meanwhile may settle; those that the page came with must stand.
  const keys = [...(await answer.text()).matchAll(/<li[^>]* data-key="([^"]+)"/g)].map((found) => found[1]);
  await page.waitForSelector(".strip li:nth-child(5)", { state: "attached" });
  const seen = await page.evaluate((keys) => {
    const first = [...document.querySelectorAll(".strip li")].filter((one) => keys.includes(one.dataset.key));
    return first.map((one) => ({ opacity: getComputedStyle(one).opacity, animations: one.getAnimations({ subtree: true }).length }));
  }, keys);
  holds(seen.length >= 3, `only ${seen.length} of the first cards are there`);
  holds(seen.every((one) => one.opacity === "1" && one.animations === 0), JSON.stringify(seen));
  await close();
}

async function theFirstPageMoves() {
  const { page, faults, close } = await open(browser);
  await page.goto(`${base}/`);
  const first = await page.locator(".strip li").first().getAttribute("data-key");
  await page.focus(".strip a");
  await page.waitForFunction((key) => document.querySelector(".strip li").dataset.key !== key, first, { timeout: 20_000 });
  holds((await count(page, ".strip li")) <= 10, "the strip grows without end");
  holds(await page.evaluate(() => document.activeElement.matches(".strip a")), "the focus was lost");
  same(faults.join(), "", "faults");
  await close();
}

async function axeFindsNothingSerious() {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["zh", "en"]) {
      const { page, close } = await open(browser, { colorScheme, bypassCSP: true });
      await eachPage(async (name, address) => {
        await page.goto(`${base}${address}${address.includes("?") ? "&" : "?"}lang=${lang}`);
        if (name === "entry") await page.waitForSelector("#proof[data-ready=true]");
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const grave = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
        found.push(...grave.map((one) => `${name} (${lang}, ${colorScheme}) ${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join("; ")}`));
      });
      await close();
    }
  }
  same(found.join("\n"), "", "findings");
}

async function withoutAQuorumThePageSaysSo() {
  const { page, close } = await open(browser);
  await page.goto(`${stopped}/`);
  holds(/需 \d+ 个节点, 现 \d+ 个/.test(await page.locator(".hub").textContent()), "the picture does not say what is missing");
  holds((await count(page, ".cross")) >= 1, "no connection is drawn cut");
  await close();
}

async function takePictures() {
  mkdirSync(pictures, { recursive: true });
  for (const [width, colorScheme] of [[1280, "light"], [390, "light"], [1280, "dark"]]) {
    const { page, close } = await open(browser, { viewport: { width, height: 900 }, colorScheme });
    await eachPage(async (name, address) => {
      await page.goto(`${base}${address}`);
      if (name === "entry") await page.waitForSelector("#proof[data-ready=true]");
      await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    });
    await close();
  }
}

const tests = [
  ["the proof is drawn and holds", theProofIsDrawnAndHolds],
  ["an altered digit turns the path red, restoring turns it green", anAlteredDigitTurnsThePathRed],
  ["every digit typed by hand counts", everyDigitTypedByHandCounts],
  ["the flipped bit turns its path red", theFlippedBitTurnsItsPathRed],
  ["the steps agree with an independent hash", theStepsAgreeWithAnIndependentHash],
  ["the language is switched and remembered", theLanguageIsSwitchedAndRemembered],
  ["a phone scrolls in one direction only", aPhoneScrollsInOneDirectionOnly],
  ["without scripts everything can be read", withoutScriptsEverythingCanBeRead],
  ["nothing breaks the policy", nothingBreaksThePolicy],
  ["a notice stands beside its dot", aNoticeStandsBesideItsDot],
  ["nothing is hidden when the page opens", nothingIsHiddenWhenThePageOpens],
  ["the first page moves", theFirstPageMoves],
  ["axe finds nothing serious, in both languages and colour schemes", axeFindsNothingSerious],
];
if (stopped !== undefined) tests.push(["without a quorum the page says so", withoutAQuorumThePageSaysSo]);
if (pictures !== undefined && pictures !== "-") tests.push(["pictures are taken", takePictures]);
const failed = await runAll(tests);
await browser.close();
process.exit(failed === 0 ? 0 : 1);
