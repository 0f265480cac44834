// The desks in a real browser: `node desk.mjs <base address> [directory for pictures] [address of a desk whose node is away]`.

import { mkdirSync } from "node:fs";
import { grave, tooSmall, tooWide } from "./checks.mjs";
import { arrived, count, focused, holds, launch, open, runAll, same, text } from "./harness.mjs";

const [base, pictures, away] = process.argv.slice(2);
if (base === undefined) {
  console.error("usage: node desk.mjs <base address> [directory for pictures] [address of a desk whose node is away]");
  process.exit(2);
}
const browser = await launch();
const PASSWORD = "an-invented-password";
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const VERDICTS = ["VALID", "NOT_YET_VALID", "EXPIRED", "SUSPENDED", "SUPERSEDED", "REVOKED", "NOT_ANCHORED", "UNVERIFIABLE", "UNTRUSTED", "TAMPERED"];
const register = (rows) => ({
  name: "示例名册.csv", mimeType: "text/csv",
  buffer: Buffer.from(["经营者名称,统一社会信用代码", ...Array.from({ length: rows }, (_, row) => `示例商户${row},${row % 40 === 3 ? "BAD" : "91999999MA0SAMPLE7"}`)].join("\n")),
});
const licence = (verdict) => ({ name: "食品经营许可证.ofd", mimeType: "application/ofd", buffer: Buffer.from(`PK verdict=${verdict}`) });

async function enter(options = {}, login = "lin", address = base) {
  const opened = await open(browser, options);
  await opened.page.goto(`${address}/login`);
  await opened.page.fill("#login", login);
  await opened.page.fill("#password", PASSWORD);
  await opened.page.press("#password", "Enter");
  await opened.page.waitForURL(`${address}/`);
  return opened;
}

/** A draft that can be signed, begun with the number of a holder who has a former licence. */
async function draft(page, number = "91999999MA0SAMPLE7", address = base) {
  await page.goto(`${address}/new`);
  await page.fill("#holder", number);
  await page.press("#holder", "Enter");
  await arrived(page, "#draft");
  return page.url();
}

/** A batch whose dry run has ended. */
async function batch(page, rows = 120) {
  await page.goto(`${base}/batches`);
  await page.setInputFiles("#file", register(rows));
  await page.click("form[action='/batches'] button[type=submit]");
  await arrived(page, "button[value=start]", { timeout: 20_000 });
  return page.url();
}

async function verified(page, verdict, lang = "zh") {
  await page.goto(`${base}/verify?lang=${lang}`);
  await page.setInputFiles("#file", licence(verdict));
  await page.click("main form button[type=submit]");
  await arrived(page, "#verdict");
}

async function aLicenceIsMintedWithTheKeyboardOnly() {
  const { page, faults, close } = await open(browser);
  await page.goto(`${base}/`);
  same(new URL(page.url()).pathname, "/login", "who is not logged in goes to the login");
  await focused(page, "#login");
  const type = (words) => page.keyboard.type(words);
  const press = async (key) => page.keyboard.press(key);
  await type("lin");
  await press("Tab");
  await type(PASSWORD);
  await press("Enter");
  await page.waitForURL(`${base}/`);
  await press("Alt+KeyN");
  await page.waitForURL(`${base}/new`);
  await focused(page, "#find");
  await type("spjy");
  same(await page.locator(".choice:visible").count(), 1, "types that spjy means");
  await press("Enter");
  await focused(page, "[name=type]");
  await press("Tab");
  await type("91999999MA0SAMPLE7");
  await press("Enter");
  await arrived(page, "#draft");
  holds(await page.locator("#preview img").isVisible(), "no preview beside the form");
  holds((await count(page, ".source:not(:empty)")) >= 9, "most fields are filled in by the system");
  await page.focus("#field-scope");
  await press("Control+A");
  await press("Delete");
  await page.waitForSelector("#field-scope[aria-invalid=true]");
  await focused(page, "#field-scope");
  const before = await page.locator("#preview img").first().getAttribute("src");
  await type("热食类食品制售");
  await page.waitForFunction(() => !document.getElementById("field-scope").hasAttribute("aria-invalid"));
  holds(before !== (await page.locator("#preview img").first().getAttribute("src")), "the preview is drawn anew");
  await press("F2");
  await arrived(page, ".result");
  holds(/第 1,204 块/.test(await text(page, ".result")), "the block is not named");
  same(await count(page, ".files a"), 4, "files to download");
  await focused(page, ".files a");
  same(faults.join(), "", "faults");
  await close();
}

async function nothingIsSignedThatWasNotShown() {
  const { page, close } = await enter({ javaScriptEnabled: false });
  await draft(page);
  await page.fill("#field-premises", "示例市示范区和平路 120 号");
  await page.click("button[value=sign]");
  holds(/请再看一眼预览/.test(await text(page, "#findings")), "a draft was signed that was changed after its preview");
  await page.click("button[value=sign]");
  holds(/签发完成/.test(await text(page, ".result")), "the second time it is signed");
  await close();
}

async function aSigningWaitsForASavingThatIsOnItsWay() {
  const { page, close } = await enter();
  await draft(page);
  let [began, letGo] = [];
  const saving = new Promise((resolve) => { began = resolve; });
  const pressed = new Promise((resolve) => { letGo = resolve; });
  await page.route("**/drafts/*", async (route) => {
    if (!(route.request().postData() ?? "").includes("action=save")) return route.continue();
    // It is saved, and the page does not know it yet.
    const answer = await route.fetch();
    began();
    await pressed;
    return route.fulfill({ response: answer });
  });
  await page.fill("#field-scope", "热食类食品制售");
  await saving;
  await page.press("#field-scope", "F2");
  letGo();
  await arrived(page, "#findings [role=alert]");
  holds(/请再看一眼预览/.test(await text(page, "#findings")), await text(page, "#findings"));
  same(await page.inputValue("#field-scope"), "热食类食品制售", "what was typed last");
  await page.keyboard.press("F2");
  await arrived(page, ".result");
  await close();
}

async function aWrongFieldIsNamedAndLinked() {
  for (const [lang, words] of [["zh", "U+E000"], ["en", "no font has the character U+E000"]]) {
    const { page, close } = await enter();
    const address = await draft(page);
    await page.goto(`${address}?lang=${lang}`);
    await page.fill("#field-legal_person", "沈\ue000远");
    await page.waitForSelector("#field-legal_person[aria-invalid=true]");
    await page.press("#field-legal_person", "F2");
    await arrived(page, "#findings [role=alert]");
    holds((await text(page, "#findings")).includes(words), `the code point is not named: ${await text(page, "#findings")}`);
    await focused(page, "#findings");
    await page.click("#findings a[href='#field-legal_person']");
    await focused(page, "#field-legal_person");
    const described = await page.getAttribute("#field-legal_person", "aria-describedby");
    holds(described.includes("message-legal_person"), "the field does not name its message");
    await close();
  }
}

async function theQueueTakesArrows() {
  const { page, close } = await enter();
  await page.keyboard.press("ArrowDown");
  const first = await page.evaluate(() => document.activeElement.getAttribute("href"));
  await page.keyboard.press("ArrowDown");
  const second = await page.evaluate(() => document.activeElement.getAttribute("href"));
  holds(first.startsWith("/drafts/") && second.startsWith("/drafts/") && first !== second, `${first} ${second}`);
  await page.keyboard.press("Enter");
  await arrived(page, "#draft");
  await page.keyboard.press("F4");
  await page.waitForURL(`${base}/`);
  await close();
}

async function aDraftThatANodeCannotTakeIsKept() {
  const { page, close } = await enter({}, "lin", away);
  const address = await draft(page, "91999999MA0SAMPLE7", away);
  await page.keyboard.press("F2");
  await arrived(page, "#findings [role=alert]");
  holds(/账本节点连不上/.test(await text(page, "#findings")), "it does not say why");
  await page.goto(address);
  same(await count(page, "#draft"), 1, "the draft is gone");
  await close();
}

async function aBatchIsCheckedAndMinted() {
  for (const lang of ["zh", "en"]) {
    const { page, faults, close } = await enter();
    await page.goto(`${base}/?lang=${lang}`);
    await batch(page);
    same(await text(page, ".tally .good dd"), "111", "rows that can be minted");
    same(await count(page, "caption:text-matches('未通过的行|Refused rows') ~ tbody tr"), 3, "refused rows");
    const file = page.waitForEvent("download");
    await page.click("a[download][href$='refused.csv']");
    holds((await (await file).suggestedFilename()).endsWith("未通过.csv"), "the refused rows as a file");
    await page.keyboard.press("Alt+KeyS");
    await page.waitForFunction(() => Number(document.getElementById("bar")?.value) > 10, undefined, { timeout: 20_000 });
    holds(/行\/秒|\/s/.test(await text(page, "#line")), "the rate is not shown");
    holds((await text(page, "#spoken")) !== "", "nothing is said to a screen reader");
    await arrived(page, "#batch-state.good", { timeout: 20_000 });
    same(await text(page, "#percent"), "100%", "at the end");
    same(faults.join(), "", "faults");
    await close();
  }
}

async function whatIsNoRegisterIsRefusedKindly() {
  const { page, close } = await enter();
  for (const [file, words] of [
    [{ name: "照片.jpg", mimeType: "image/jpeg", buffer: Buffer.from([255, 216, 255]) }, "这不是名册"],
    [{ name: "a.xlsx", mimeType: "application/zip", buffer: Buffer.from("no workbook") }, "这不是名册"],
    [{ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("broken") }, "请用模板"],
  ]) {
    await page.goto(`${base}/batches`);
    await page.setInputFiles("#file", file);
    await page.click("form[action='/batches'] button[type=submit]");
    await arrived(page, "#problem");
    holds((await text(page, "#problem")).includes(words), `${file.name}: ${await text(page, "#problem")}`);
  }
  await close();
}

async function everyVerdictHasItsWordColourAndPicture() {
  const { page, faults, close } = await open(browser);
  const seen = new Set();
  for (const lang of ["zh", "en"]) {
    for (const verdict of VERDICTS) {
      await verified(page, verdict, lang);
      same(await page.getAttribute("#verdict", "data-verdict"), verdict, "verdict");
      await focused(page, "#verdict");
      const tone = await page.getAttribute("#verdict", "class");
      same(/\bgood\b/.test(tone), verdict === "VALID", `${verdict} is green`);
      if (["UNVERIFIABLE", "NOT_ANCHORED"].includes(verdict)) holds(/\bnone\b/.test(tone), `${verdict} is not grey`);
      seen.add(await text(page, ".verdict-word"));
      holds((await count(page, ".next li")) >= 2, `${verdict}: nothing to do next`);
      same(await count(page, ".check-list li"), 7, "checks");
      const unmade = page.locator(".check-list li.none");
      for (const word of await unmade.locator(".check-word").allTextContents()) holds(/未能检查|could not be made/.test(word), word);
      if (verdict === "UNVERIFIABLE") same(await count(page, ".check-list li.bad"), 0, "red lines where nothing failed");
    }
  }
  same(seen.size, 2 * VERDICTS.length, "words of verdicts");
  same(faults.join(), "", "faults");
  await close();
}

async function aDroppedFileIsVerified() {
  const { page, close } = await open(browser);
  await page.goto(`${base}/verify`);
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["PK verdict=TAMPERED"], "a.ofd"));
    return data;
  });
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: dropped });
  await page.keyboard.press("Tab");
  await page.focus("main form button[type=submit]");
  await page.keyboard.press("Enter");
  await arrived(page, "#verdict");
  holds(/内容被改动/.test(await text(page, "#verdict")), await text(page, "#verdict"));
  const large = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(9 * 1024 * 1024)], "large.ofd"));
    return data;
  });
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: large });
  holds(/文件太大/.test(await text(page, "[data-drop-message]")), "a file that is too large is not named before it is sent");
  await close();
}

async function aFileThatIsTooLargeIsAnsweredWithAPage() {
  const { page, close } = await open(browser, { javaScriptEnabled: false });
  await page.goto(`${base}/verify`);
  await page.setInputFiles("#file", { name: "a.ofd", mimeType: "application/ofd", buffer: Buffer.alloc(9 * 1024 * 1024) });
  await page.click("main form button[type=submit]");
  holds(/文件太大/.test(await text(page, "h1")), await text(page, "h1"));
  await close();
}

async function manyLicencesTakeTwoOperators() {
  const { page, close } = await enter();
  await page.goto(`${base}/issued?state=valid`);
  for (const place of [0, 1, 2]) await page.locator("input[name=id]").nth(place).check();
  await page.selectOption("#change", "dispute");
  await page.selectOption("#ground", "law");
  await page.fill("#document", "示市监异〔2026〕3号");
  await page.click("form[action='/changes'] button[type=submit]");
  await page.waitForURL(/approvals/);
  same(await count(page, "button[value=approve]"), 0, "who asked may not approve");
  await close();
  const second = await enter({}, "zhao");
  await second.page.goto(`${base}/approvals`);
  await second.page.click("button[value=approve]");
  await arrived(second.page, ".result");
  holds(/已办理 3 份/.test(await text(second.page, ".result")), await text(second.page, ".result"));
  await second.close();
}

/** The page of a licence that may be succeeded. */
async function licencePage(page, lang = "zh") {
  await page.goto(`${base}/issued?state=valid&lang=${lang}`);
  const address = await page.locator("tbody a.number").first().getAttribute("href");
  await page.goto(`${base}${address}`);
  return address;
}

/** Begins 变更, 延续 or 换发 of a licence and fills in why. */
async function succeeded(page, kind, lang = "zh") {
  const address = await licencePage(page, lang);
  await page.focus(`button[value=${kind}]`);
  await page.keyboard.press("Enter");
  await arrived(page, "#draft");
  same(await page.getAttribute("#succession a", "href"), address, "the former licence is not named");
  same(await count(page, "#findings a[href^='#field-succession-']"), 2, "what is missing of the reason");
  await page.focus("#field-succession-ground");
  for (const key of ["ArrowDown", "ArrowDown", "Tab"]) await page.keyboard.press(key);
  await focused(page, "#field-succession-document");
  await page.keyboard.type("示市监许〔2026〕9号");
  await page.waitForFunction(() => document.querySelectorAll("#findings a[href^='#field-succession-']").length === 0);
  return address;
}

async function aLicenceIsAmendedWithTheKeyboardOnly() {
  for (const [lang, unchanged, version] of [["zh", "没有改动任何内容", /第 \d 版/], ["en", "nothing is changed", /version \d/]]) {
    const { page, faults, close } = await enter();
    const address = await succeeded(page, "amend", lang);
    same(await page.evaluate(() => document.getElementById("field-licence_number").tagName), "OUTPUT", "the number is not fixed");
    await page.focus("#field-scope");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("自制饮品制售");
    await page.waitForFunction(() => document.querySelector("#findings .notice.good") !== null);
    await page.focus("#field-scope");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("热食类食品制售；冷食类食品制售；自制饮品制售");
    await page.waitForFunction((words) => document.getElementById("findings").textContent.includes(words), unchanged);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("自制饮品制售");
    // Not saved yet: the page asks to look at what will be signed.
    await page.keyboard.press("F2");
    await arrived(page, "#findings [role=alert]");
    await page.keyboard.press("F2");
    await arrived(page, ".result");
    same(new URL(page.url()).pathname, address, "the number keeps its page");
    holds(version.test(await text(page, ".facts")), await text(page, ".facts"));
    same(await count(page, "a[href$='/files/former-proof']"), 1, "the fresh proof of the former version");
    holds((await text(page, ".timeline li:last-child")).includes("示市监许〔2026〕9号"), "the reason is not in the history");
    same(faults.join(), "", "faults");
    await close();
  }
}

async function aReissuedLicenceIsLinkedToItsSuccessor() {
  const { page, close } = await enter();
  const former = await succeeded(page, "reissue");
  same(await page.evaluate(() => document.getElementById("field-licence_number").tagName), "INPUT", "the number is fixed");
  await page.keyboard.press("F2");
  await arrived(page, ".result");
  const address = new URL(page.url()).pathname;
  await page.click("#replaces");
  await page.waitForURL(`${base}${former}`);
  holds((await text(page, ".badges")).includes("已换发"), await text(page, ".badges"));
  same(await count(page, "#successions"), 0, "what was reissued can be succeeded again");
  await page.click("#replaced-by");
  await page.waitForURL(`${base}${address}`);
  await close();
}

async function wrongPasswordsRestAName() {
  const { page, close } = await open(browser);
  for (let left = 5; left > 0; left -= 1) {
    await page.goto(`${base}/login`);
    await page.fill("#login", "wu");
    await page.fill("#password", "wrong");
    await page.press("#password", "Enter");
    await arrived(page, "#problem");
  }
  holds(/请 5 分钟后再试/.test(await text(page, "#problem")), await text(page, "#problem"));
  await close();
}

/** Every kind of page: name, and what opens it. */
async function eachPage(page, lang, work) {
  const drafts = await draft(page);
  const job = await batch(page);
  await page.goto(`${base}/issued`);
  const issued = await page.locator("tbody a.number").first().getAttribute("href");
  await page.goto(`${base}${issued}`);
  await page.click("button[value=amend]");
  await arrived(page, "#draft");
  const amendment = new URL(page.url()).pathname;
  const addresses = {
    queue: "/", new: "/new", draft: new URL(drafts).pathname, amendment, issued_list: "/issued", issued, new_issued: `${issued}?new=1`,
    approvals: "/approvals", batches: "/batches", batch: new URL(job).pathname, verify: "/verify", catalogue: "/catalogue",
    nothing: "/catalogue?q=zzz", type: "/catalogue/11999999000000019M101?from=1&to=2", seals: "/seals", seal: "/seals/99999900000001", missing: "/drafts/none",
  };
  for (const [name, address] of Object.entries(addresses)) {
    await page.goto(`${base}${address}${address.includes("?") ? "&" : "?"}lang=${lang}`);
    await work(name);
  }
  for (const verdict of ["VALID", "UNVERIFIABLE", "TAMPERED"]) {
    await verified(page, verdict, lang);
    await work(`verdict-${verdict.toLowerCase()}`);
  }
  for (const address of [new URL(drafts).pathname, amendment]) {
    await page.goto(`${base}${address}`);
    await page.locator(".away summary").click();
    await page.click("button[value=delete]");
    await page.waitForURL(`${base}/`);
  }
}

async function aPhoneScrollsInOneDirectionOnly() {
  for (const mode of ["plain", "elder"]) {
    for (const lang of ["zh", "en"]) {
      const { page, close } = await enter(PHONE);
      await page.goto(`${base}/?mode=${mode}`);
      await eachPage(page, lang, async (name) => {
        same(await tooWide(page), "", `${name} (${lang}, ${mode})`);
        same(await tooSmall(page), "", `${name} (${lang}, ${mode}): targets too small`);
      });
      await close();
    }
  }
}

async function elderModeIsLargerAndRemembered() {
  const { page, close } = await open(browser);
  await page.goto(`${base}/verify`);
  const size = () => page.evaluate(() => Math.min(...[...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() && one.textContent.trim() !== "").map((one) => parseFloat(getComputedStyle(one).fontSize))));
  await page.click("a.switch[href*='mode=elder']");
  holds((await size()) >= 18, `the smallest text of elder mode has ${await size()} px`);
  await page.goto(`${base}/catalogue`);
  same(await page.evaluate(() => document.documentElement.classList.contains("elder")), true, "remembered on the next page");
  await verified(page, "EXPIRED");
  holds((await size()) >= 18, `the smallest text of a verdict has ${await size()} px`);
  await page.goto(`${base}/catalogue`);
  await page.click("a.switch[href*='mode=plain']");
  same(await page.evaluate(() => document.documentElement.classList.contains("elder")), false, "and back");
  await close();
}

async function axeFindsNothingSerious() {
  const found = [];
  for (const [colorScheme, mode] of [["light", "plain"], ["dark", "plain"], ["light", "elder"], ["dark", "elder"]]) {
    for (const lang of ["zh", "en"]) {
      const { page, close } = await enter({ colorScheme, bypassCSP: true });
      await page.goto(`${base}/?mode=${mode}`);
      await eachPage(page, lang, async (name) => {
        const wrong = await grave(page);
        if (wrong !== "") found.push(`${name} (${lang}, ${colorScheme}, ${mode}) ${wrong}`);
      });
      await close();
    }
  }
  same(found.join("\n"), "", "findings");
}

async function englishPagesHaveNoChineseOfTheirOwn() {
  const { page, close } = await open(browser);
  // What people and registers are called stays as it is; these pages have nothing of that.
  for (const address of ["/verify", "/login", "/catalogue?q=zzz", "/nowhere"]) {
    await page.goto(`${base}${address}${address.includes("?") ? "&" : "?"}lang=en`);
    const words = await page.evaluate(() => document.querySelector("main").innerText);
    same((words.match(/[\u3400-\u9fff]+/g) ?? []).join(), "", address);
  }
  await close();
}

async function takePictures() {
  mkdirSync(pictures, { recursive: true });
  for (const [width, mode, colorScheme] of [[1280, "plain", "light"], [390, "plain", "light"], [1280, "elder", "light"], [390, "elder", "light"], [1280, "plain", "dark"]]) {
    const { page, close } = await enter({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(`${base}/?mode=${mode}`);
    await eachPage(page, "zh", async (name) => {
      await page.screenshot({ path: `${pictures}/desk-${name}-${width}-${mode}-${colorScheme}.png`, fullPage: true });
    });
    await close();
    const login = await open(browser, { viewport: { width, height: 900 }, colorScheme });
    await login.page.goto(`${base}/login?mode=${mode}`);
    await login.page.screenshot({ path: `${pictures}/desk-login-${width}-${mode}-${colorScheme}.png`, fullPage: true });
    await login.close();
  }
}

const tests = [
  ["a licence is minted with the keyboard only", aLicenceIsMintedWithTheKeyboardOnly],
  ["nothing is signed that was not shown", nothingIsSignedThatWasNotShown],
  ["a signing waits for a saving that is on its way", aSigningWaitsForASavingThatIsOnItsWay],
  ["a wrong field is named and linked", aWrongFieldIsNamedAndLinked],
  ["the queue takes arrows", theQueueTakesArrows],
  ["a batch is checked and minted", aBatchIsCheckedAndMinted],
  ["what is no register is refused kindly", whatIsNoRegisterIsRefusedKindly],
  ["every verdict has its word, colour and picture", everyVerdictHasItsWordColourAndPicture],
  ["a dropped file is verified", aDroppedFileIsVerified],
  ["a file that is too large is answered with a page", aFileThatIsTooLargeIsAnsweredWithAPage],
  ["many licences take two operators", manyLicencesTakeTwoOperators],
  ["a licence is amended with the keyboard only", aLicenceIsAmendedWithTheKeyboardOnly],
  ["a reissued licence is linked to its successor", aReissuedLicenceIsLinkedToItsSuccessor],
  ["wrong passwords rest a name", wrongPasswordsRestAName],
  ["a phone scrolls in one direction only", aPhoneScrollsInOneDirectionOnly],
  ["elder mode is larger and remembered", elderModeIsLargerAndRemembered],
  ["English pages have no Chinese of their own", englishPagesHaveNoChineseOfTheirOwn],
  ["axe finds nothing serious, in both languages, modes and colour schemes", axeFindsNothingSerious],
];
if (away !== undefined) tests.push(["a draft that a node cannot take is kept", aDraftThatANodeCannotTakeIsKept]);
if (pictures !== undefined && pictures !== "-") tests.push(["pictures are taken", takePictures]);
const only = process.env.ONLY;
const failed = await runAll(only === undefined ? tests : tests.filter(([name]) => name.includes(only)));
await browser.close();
process.exit(failed === 0 ? 0 : 1);
