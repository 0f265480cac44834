// The real desk in a real browser: a department with keys, seals and a ledger, alone and at a node of a network. What is signed here is
// judged by the offline verifier. `node desk_real.mjs <directory of zhengku and zhengku-verify> [directory for pictures]`.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { grave, lostFocus, tooSmall, tooWide } from "./checks.mjs";
import { arrived, count, focused, holds, launch, open, planted, runAll, same, text } from "./harness.mjs";
import { Office, PASSWORD, run } from "./office.mjs";

const [programs, pictures] = process.argv.slice(2);
if (programs === undefined) {
  console.error("usage: node desk_real.mjs <directory of zhengku and zhengku-verify> [directory for pictures]");
  process.exit(2);
}
const browser = await launch();
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const HOLDER = "91999999MA0TE0018W";
const FOOD = "食品经营许可证";
/** What a clerk types into the form of a food licence, in the form's order; another one each time, so that no former one says the same. */
let forms = 0;
const typed = () => {
  forms += 1;
  return {
    operator_name: "示例市青禾餐饮管理有限公司", legal_representative: "买买提·吐尔逊", address: "示例市示范区和平路118号",
    business_form: "餐饮服务经营者", business_items: `热食类食品制售；冷食类食品制售（第${forms}间）`,
  };
};
/** The most tabs from one field to the next that is typed into. */
const MOST_TABS = 40;

async function enter(office, options = {}, login = "lin") {
  const opened = await open(browser, { ...DESKTOP, ...options });
  const { page } = opened;
  await page.goto(`${office.url}/login`);
  await page.fill("#login", login);
  await page.fill("#password", PASSWORD);
  await page.press("#password", "Enter");
  await page.waitForURL(`${office.url}/`);
  return opened;
}

/** Presses a key and demands that whoever looks sees where the focus is. */
async function press(page, key) {
  await page.keyboard.press(key);
  same(await lostFocus(page), "", `the focus after ${key}`);
}

/** Waits until a page that has just come has put the focus where it belongs, and demands that whoever looks sees it. */
async function shown(page, what) {
  await focused(page, what);
  same(await lostFocus(page), "", `the focus on ${what}`);
}

/** Goes on by Tab to a field, or back to it. */
async function tabTo(page, what, key = "Tab") {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await page.evaluate((what) => document.activeElement.matches(what), what)) return;
    await press(page, key);
  }
  throw new Error(`${MOST_TABS} tabs do not reach ${what}`);
}

/** From login to the form of a food licence, filled in, with keys alone. */
async function draftedByKeyboard(office, page) {
  await page.goto(`${office.url}/`);
  same(new URL(page.url()).pathname, "/login", "who is not logged in goes to the login");
  await shown(page, "#login");
  await page.keyboard.type("lin");
  await press(page, "Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${office.url}/`);
  await page.keyboard.press("Alt+KeyN");
  await page.waitForURL(`${office.url}/new`);
  await shown(page, "#find");
  await page.keyboard.type("spjyxkz");
  same(await page.locator(".choice:visible").count(), 1, "types that spjyxkz means");
  await press(page, "Enter");
  await press(page, "Tab");
  await page.keyboard.type(HOLDER);
  await page.keyboard.press("Enter");
  await arrived(page, "#draft");
  await tabTo(page, "#draft input:not([type=hidden])");
  for (const [name, value] of Object.entries(typed())) {
    await tabTo(page, `[name=${name}]`);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(value);
  }
}

/** Pixels of a picture that have the grey of a watermark on the ground of a licence: 0x60 at 40 of 255 on #fffdf8. */
function palePixels(image) {
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs(data[at] - 230) <= 1 && Math.abs(data[at + 1] - 228) <= 1 && Math.abs(data[at + 2] - 224) <= 1) count += 1;
  }
  return count;
}

/** Signs with keys alone; the files that were downloaded, and the number. Leaves the page of the licence open. */
async function signedByKeyboard(office, page) {
  await draftedByKeyboard(office, page);
  const number = await page.inputValue("[name=licence_number]");
  // Pressed before the draft has saved itself: the page asks to look at what will be signed, and nothing is signed.
  await page.keyboard.press("F2");
  await arrived(page, "#findings [role=alert]");
  await focused(page, "#findings");
  same(await count(page, "#findings .bad"), 0, await text(page, "#findings"));
  holds(await page.locator("#preview img").first().evaluate((image) => image.decode().then(() => image.naturalWidth > 1_000)), "no preview");
  const watermark = await page.locator("#preview img").first().evaluate(palePixels);
  await page.keyboard.press("F2");
  await arrived(page, ".result");
  await focused(page, "a[href$='/files/ofd']");
  const files = {};
  for (const kind of ["ofd", "pdf", "proof", "png"]) {
    await tabTo(page, `a[href$='/files/${kind}']`);
    const download = page.waitForEvent("download");
    await page.keyboard.press("Enter");
    files[kind] = join(office.directory, `${number}.${kind}`);
    await (await download).saveAs(files[kind]);
  }
  return { number, files, watermark };
}

async function aLicenceIsMintedWithTheKeyboardOnly(office) {
  const { page, faults, close } = await open(browser, DESKTOP);
  const { number, files, watermark } = await signedByKeyboard(office, page);
  for (const file of [files.ofd, files.pdf]) {
    const { code, report } = await office.verify(file, "--proof", files.proof);
    same(report.verdict, "VALID", `the offline verifier on ${file}: ${JSON.stringify(report.checks)}`);
    same(code, 0, "exit code");
  }
  const { report } = await office.verify(files.proof, "--expect", `licence_number=${number}`);
  same(report.verdict, "VALID", `the proof of ${number}: ${JSON.stringify(report.checks)}`);
  await page.goto("about:blank");
  await page.setContent(`<img src="data:image/png;base64,${readFileSync(files.png).toString("base64")}">`);
  const picture = await page.locator("img").evaluate((image) => image.decode()).then(() => page.locator("img").evaluate(palePixels));
  holds(watermark > picture + 8_000, `the preview has ${watermark} pixels of a watermark's grey, the licence ${picture}`);
  same(faults.join(), "", "faults");
  await close();
}

/** A licence for tests that look at what comes after. */
async function minted(office) {
  const { page, close } = await open(browser, DESKTOP);
  const { number, files } = await signedByKeyboard(office, page);
  const address = new URL(page.url()).pathname;
  await close();
  return { number, files, address };
}

/** As tools/walkthrough.sh alters a file: another name in the page, everything else as it was. */
async function altered(office, file) {
  const out = file.replace(/\.ofd$/, "-altered.ofd");
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as original, zipfile.ZipFile(sys.argv[2], "w") as altered:
    for entry in original.infolist():
        content = original.read(entry)
        if entry.filename == "Doc_0/Pages/Page_0/Content.xml":
            assert "青禾".encode() in content
            content = content.replace("青禾".encode(), "青苗".encode())
        altered.writestr(entry, content)`;
  const { code, err } = await run("python3", ["-c", script, file, out]);
  same(code, 0, err);
  return out;
}

/** Drops a file on the public page of whoever is not logged in. */
async function dropped(page, address, file) {
  await page.goto(`${address}/verify`);
  const data = await page.evaluateHandle(([name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name));
    return data;
  }, [file.split("/").at(-1), readFileSync(file).toString("base64")]);
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: data });
  await page.press("#file", "Tab");
  await page.locator("main form button[type=submit]").focus();
  await page.keyboard.press("Enter");
  await arrived(page, "#verdict");
  return page.getAttribute("#verdict", "data-verdict");
}

async function everybodySeesWhetherAFileIsGenuine(office, address = office.url) {
  const { files, number } = await minted(office);
  const forged = await altered(office, files.ofd);
  for (const [lang, refusal] of [["zh", "内容被改动"], ["en", "Altered"]]) {
    const { page, faults, close } = await open(browser, PHONE);
    await page.goto(`${address}/verify?lang=${lang}`);
    for (const file of [files.ofd, files.pdf]) {
      same(await dropped(page, address, file), "VALID", `${file}: ${await text(page, ".check-list")}`);
      if (file === files.ofd) holds((await text(page, "main")).includes(number), "the face is not shown");
      same(await count(page, ".check-list li.bad"), 0, "checks that failed");
    }
    await focused(page, "#verdict");
    same(await dropped(page, address, forged), "TAMPERED", "the altered copy");
    holds((await text(page, "#verdict")).includes(refusal), await text(page, "#verdict"));
    holds((await count(page, ".check-list li.bad")) > 0, "no check of the altered copy failed");
    same(faults.join(), "", "faults");
    await close();
  }
}

async function aBatchIsCheckedAndMinted(office, langs = ["zh", "en"]) {
  const planted = "统一社会信用代码";
  for (const lang of langs) {
    const { page, faults, close } = await enter(office);
    await page.goto(`${office.url}/batches?lang=zh`);
    const type = await page.locator(`#type option:text-is("${FOOD}")`).getAttribute("value");
    await page.goto(`${office.url}/batches?lang=${lang}`);
    await page.locator(".templates summary").click();
    const template = page.waitForEvent("download");
    await page.click(`a[href='/batches/template/${type}']`);
    const register = join(office.directory, `register-${lang}.csv`);
    await (await template).saveAs(register);
    const rows = readFileSync(register, "utf8").trimEnd().split("\r\n");
    const place = rows[0].split(",").indexOf(planted);
    holds(place > 0, `the template has no column ${planted}: ${rows[0]}`);
    const cells = rows[3].split(",");
    cells[place] = "91999999MA0WRONG00";
    rows[3] = cells.join(",");
    writeFileSync(register, `${rows.join("\r\n")}\r\n`);
    await page.selectOption("#type", type);
    await page.setInputFiles("#file", register);
    await page.click("form[action='/batches'] button[type=submit]");
    await arrived(page, "button[value=start]");
    same(await text(page, ".tally .good dd"), String(rows.length - 2), "rows that can be minted");
    same(await text(page, ".tally .bad dd"), "1", "refused rows");
    holds((await text(page, "caption:text-matches('未通过的行|Refused rows') ~ tbody tr")).includes(planted), "the column is not named");
    const refused = page.waitForEvent("download");
    await page.click("a[download][href$='refused.csv']");
    const csv = join(office.directory, `refused-${lang}.csv`);
    await (await refused).saveAs(csv);
    holds(readFileSync(csv, "utf8").includes("91999999MA0WRONG00"), "the refused row is not in the file");
    await page.keyboard.press("Alt+KeyS");
    await arrived(page, "#batch-state.good");
    same(await text(page, "#percent"), "100%", "at the end");
    same(await page.getAttribute("#bar", "value"), "100", "the bar");
    await page.goto(`${office.url}/issued`);
    holds((await count(page, "tbody tr")) >= rows.length - 2, "what was minted is in the list");
    same(faults.join(), "", "faults");
    await close();
  }
}

/** Asks for a change on the page of a licence, by keys. */
async function change(page, what) {
  await page.locator("#change").focus();
  await page.selectOption("#change", what);
  await page.selectOption("#ground", "decision");
  await page.fill("#document", "示市监〔2026〕12号");
  await page.press("#document", "Enter");
}

async function aLicenceIsSuspendedAndResumed(office) {
  const { files, address, number } = await minted(office);
  const { page, close } = await enter(office);
  for (const [what, verdict, word] of [["suspend", "SUSPENDED", "已暂扣"], ["resume", "VALID", "有效"]]) {
    await page.goto(`${office.url}${address}`);
    await change(page, what);
    await arrived(page, ".result");
    await page.goto(`${office.url}${address}`);
    same(await text(page, ".badges .badge"), word, `the state of ${number}`);
    holds((await text(page, ".timeline")).includes("示市监〔2026〕12号"), "the ground is not in the history");
    holds((await text(page, ".timeline li:last-child")).includes("林晓岚"), "who did it is not in the history");
    const visitor = await open(browser, PHONE);
    same(await dropped(visitor.page, office.url, files.ofd), verdict, `verified after ${what}`);
    await visitor.close();
  }
  await close();
}

/** Begins 变更, 延续 or 换发 on the page of a licence and says why, with keys alone. */
async function begunByKeyboard(office, page, { address, number }, kind) {
  await page.goto(`${office.url}${address}`);
  await tabTo(page, `button[value=${kind}]`);
  await page.keyboard.press("Enter");
  await arrived(page, "#draft");
  same(await count(page, "#succession"), 1, "what it succeeds is said");
  holds((await text(page, "#succession")).includes(number), await text(page, "#succession"));
  await tabTo(page, "#field-succession-ground");
  for (let downs = 0; downs < 2; downs += 1) await press(page, "ArrowDown");
  await tabTo(page, "#field-succession-document");
  await page.keyboard.type("示市监许〔2026〕9号");
}

/** Signs what was begun, after another look; leaves the page of the new state open. */
async function signedAfterALook(page) {
  await page.keyboard.press("F2");
  await arrived(page, "#findings [role=alert]");
  same(await count(page, "#findings .bad"), 0, await text(page, "#findings"));
  await page.keyboard.press("F2");
  await arrived(page, ".result");
  await focused(page, "a[href$='/files/ofd']");
}

async function aLicenceIsAmendedWithTheKeyboardOnly(office) {
  const former = await minted(office);
  const { page, faults, close } = await enter(office);
  await begunByKeyboard(office, page, former, "amend");
  await tabTo(page, "[name=address]");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("示例市示范区新街9号");
  await signedAfterALook(page);
  same(new URL(page.url()).pathname, former.address, "the number keeps its page");
  holds((await text(page, ".facts")).includes("第 2 版"), await text(page, ".facts"));
  const files = {};
  for (const kind of ["ofd", "proof", "former-proof"]) {
    await tabTo(page, `a[href$='/files/${kind}']`);
    const download = page.waitForEvent("download");
    await page.keyboard.press("Enter");
    files[kind] = join(office.directory, `${former.number}-2.${kind}`);
    await (await download).saveAs(files[kind]);
  }
  const judged = async (file, proof) => (await office.verify(file, "--proof", proof)).report;
  const report = await judged(files.ofd, files.proof);
  same(report.verdict, "VALID", `the new file: ${JSON.stringify(report.checks)}`);
  for (const file of [former.files.ofd, former.files.pdf]) {
    const report = await judged(file, files["former-proof"]);
    same(report.verdict, "SUPERSEDED", `${file} with its fresh proof: ${JSON.stringify(report.checks)}`);
  }
  const last = await text(page, ".timeline li:last-child");
  holds(last.includes("示市监许〔2026〕9号") && last.includes("林晓岚"), `the reason is not in the history: ${last}`);
  const visitor = await open(browser, PHONE);
  same(await dropped(visitor.page, office.url, former.files.ofd), "SUPERSEDED", "the former file at the desk");
  same(await dropped(visitor.page, office.url, files.ofd), "VALID", "the new file at the desk");
  await visitor.close();
  same(faults.join(), "", "faults");
  await close();
}

async function aLicenceIsRenewedAndReissued(office) {
  const former = await minted(office);
  const { page, close } = await enter(office);
  await page.goto(`${office.url}${former.address}`);
  await begunByKeyboard(office, page, former, "renew");
  const proposed = await page.inputValue("[name=valid_to]");
  await signedAfterALook(page);
  holds((await text(page, ".facts")).includes(proposed.slice(0, 4)), `${proposed} is not the last day: ${await text(page, ".facts")}`);
  await begunByKeyboard(office, page, former, "reissue");
  holds((await page.inputValue("[name=licence_number]")) !== former.number, "the number is the former one");
  await signedAfterALook(page);
  const address = new URL(page.url()).pathname;
  await page.click("#replaces");
  await page.waitForURL(`${office.url}${former.address}`);
  same(await text(page, ".badges .badge"), "已换发", "the state of the former licence");
  same(await count(page, "#successions"), 0, "what was reissued can be succeeded again");
  await page.click("#replaced-by");
  await page.waitForURL(`${office.url}${address}`);
  await close();
}

async function whatEndsALicenceIsAskedAboutFirst(office) {
  const { files, address } = await minted(office);
  const { page, close } = await enter(office);
  for (const answer of ["back", "confirm"]) {
    await page.goto(`${office.url}${address}`);
    await change(page, "withdraw");
    await arrived(page, "#question");
    await focused(page, ".button.quiet");
    if (answer === "confirm") await press(page, "Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => answer === "back" || url.pathname === address);
    await arrived(page, answer === "back" ? ".timeline" : ".result");
    await page.goto(`${office.url}${address}`);
    same(await text(page, ".badges .badge"), answer === "back" ? "有效" : "已吊销", `the state after ${answer}`);
  }
  same(await dropped(page, office.url, files.ofd), "REVOKED", "verified after the withdrawal");
  await close();
}

async function manyChangesTakeTwoOperators(office) {
  const registers = await office.registers(60);
  const { page, close } = await enter(office);
  await page.goto(`${office.url}/batches`);
  await page.selectOption("#type", { label: FOOD });
  await page.locator("input[name=kind][value=index]").check();
  await page.setInputFiles("#file", join(registers, `${FOOD}.csv`));
  await page.click("form[action='/batches'] button[type=submit]");
  await page.click("button[value=start]");
  await arrived(page, "#batch-state.good");
  const ask = async () => {
    await page.goto(`${office.url}/issued?state=valid`);
    await page.locator("[data-all]").check();
    await change(page, "dispute");
    await page.waitForURL(/approvals/);
    same(await count(page, "button[value=approve]"), 0, "who asked may not approve");
    return page.locator("article.approval").count();
  };
  same(await ask(), 1, "what waits");
  const second = await enter(office, {}, "zhao");
  await second.page.goto(`${office.url}/approvals`);
  await second.page.fill("input[name=reason]", "请先核对第 3 份的文书编号");
  await second.page.press("input[name=reason]", "Enter");
  await arrived(second.page, "article .notice.bad");
  same(await count(second.page, "button[value=approve]"), 0, "what was refused cannot be approved");
  await page.goto(`${office.url}/approvals`);
  holds(/请先核对第 3 份的文书编号\s*赵清/.test(await text(page, "article .notice.bad")), `the reason: ${await text(page, "article")}`);
  await page.click("article button[value=refuse]");
  await page.waitForFunction(() => document.querySelector("article") === null);
  same(await ask(), 1, "what waits");
  await second.page.goto(`${office.url}/approvals`);
  await second.page.click("button[value=approve]");
  await arrived(second.page, ".result");
  await second.close();
  await page.goto(`${office.url}/issued`);
  holds((await count(page, "tbody .badge:text-is('异议中')")) > 20, "nothing was changed");
  await close();
}

/** Every kind of page: name, and its address. */
async function eachPage(office, page, lang, work) {
  const { files } = office.sample;
  await page.goto(`${office.url}/new?lang=${lang}`);
  await page.locator("input[name=type]").first().check();
  await page.fill("#holder", HOLDER);
  await page.press("#holder", "Enter");
  await arrived(page, "#draft");
  const draft = new URL(page.url()).pathname;
  await page.goto(`${office.url}${office.sample.address}`);
  await page.click("button[value=amend]");
  await arrived(page, "#draft");
  const amendment = new URL(page.url()).pathname;
  await page.goto(`${office.url}/batches`);
  const batch = await page.locator("tbody a.number").first().getAttribute("href");
  await page.goto(`${office.url}/catalogue`);
  const type = await page.locator("main a[href^='/catalogue/']").first().getAttribute("href");
  await page.goto(`${office.url}/seals`);
  const seal = await page.locator("main a[href^='/seals/']").first().getAttribute("href");
  const addresses = {
    queue: "/", new: "/new", draft, amendment, issued_list: "/issued", issued: office.sample.address, new_issued: `${office.sample.address}?new=1`,
    approvals: "/approvals", batches: "/batches", batch, verify: "/verify", catalogue: "/catalogue", type, seals: "/seals", seal,
  };
  for (const [name, address] of Object.entries(addresses)) {
    await page.goto(`${office.url}${address}`);
    await work(name);
  }
  same(await dropped(page, office.url, files.ofd), "VALID", "the sample");
  await work("verdict-valid");
  same(await dropped(page, office.url, office.sample.forged), "TAMPERED", "the altered sample");
  await work("verdict-tampered");
  for (const address of [draft, amendment]) {
    await page.goto(`${office.url}${address}`);
    await page.locator(".away summary").click();
    await page.click("button[value=delete]");
    await page.waitForURL(`${office.url}/`);
  }
}

/** A licence, an altered copy of it and a batch, made once for the tests that look at pages. */
async function sampled(office) {
  if (office.sample === undefined) {
    office.sample = await minted(office);
    office.sample.forged = await altered(office, office.sample.files.ofd);
    await aBatchIsCheckedAndMinted(office, ["zh"]);
  }
}

/** Every two of width, mode and language together once; the invented desk has all of them (desk.mjs). */
const LOOKS = [["phone", "plain", "zh"], ["phone", "elder", "en"], ["desktop", "plain", "en"], ["desktop", "elder", "zh"]];

async function everyPageKeepsToTheRules(office) {
  for (const look of LOOKS) await pagesKeepToTheRules(office, look);
}

async function pagesKeepToTheRules(office, [width, mode, lang] = LOOKS[0]) {
  await sampled(office);
  const found = [];
  const { page, close } = await enter(office, { ...(width === "phone" ? PHONE : DESKTOP), bypassCSP: true });
  await page.goto(`${office.url}/?mode=${mode}`);
  await eachPage(office, page, lang, async (name) => {
    for (const [rule, check] of [["width", tooWide], ["targets", width === "phone" ? tooSmall : () => ""], ["axe", grave]]) {
      const wrong = await check(page);
      if (wrong !== "") found.push(`${name} (${width}, ${mode}, ${lang}) ${rule}: ${wrong}`);
    }
  });
  await close();
  same(found.join("\n"), "", "findings");
}

async function takePictures(office) {
  await sampled(office);
  mkdirSync(pictures, { recursive: true });
  for (const [width, size] of [[1280, DESKTOP], [390, { viewport: { width: 390, height: 844 } }]]) {
    for (const [mode, lang] of [["plain", "zh"], ["elder", "zh"], ["plain", "en"]]) {
      const { page, close } = await enter(office, size);
      await page.goto(`${office.url}/?mode=${mode}`);
      await eachPage(office, page, lang, async (name) => {
        await page.screenshot({ path: `${pictures}/real-${name}-${width}-${mode}-${lang}.png`, fullPage: true });
      });
      await close();
    }
  }
}

/** Bugs that are planted between the desk and the browser; each must make the test beside it fail with these words. */
const PLANTS = [
  ["every file is said to be valid", "the altered copy", everybodySeesWhetherAFileIsGenuine, (context) => rewritten(context, "**/verify", ['data-verdict="TAMPERED"', 'data-verdict="VALID"'])],
  ["the focus cannot be seen", "not marked", aLicenceIsMintedWithTheKeyboardOnly, (context) => rewritten(context, "**/style.css", [/$/, "\n:focus-visible { outline: none !important; }"])],
  ["the preview has no watermark", "watermark's grey", aLicenceIsMintedWithTheKeyboardOnly, (context) => context.route("**/pages/*.png*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: whitePage(1240, 1754) });
  })],
  ["a draft does not say what it succeeds", "what it succeeds", aLicenceIsAmendedWithTheKeyboardOnly, (context) => rewritten(context, "**/succession", ['id="succession"', ""])],
  ["a page has a picture without a text, a target too small and a line too long", "seals (phone, plain, zh) axe", pagesKeepToTheRules, (context) => rewritten(context, "**/seals", ["<h1", '<img src="/assets/x.png" width="1400"><button>x</button><h1'])],
];

/** A PNG of one white page. */
function whitePage(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, 255);
  for (let row = 0; row < height; row += 1) rows[row * (width + 1)] = 0;
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** Changes the texts of answers on their way. */
function rewritten(context, address, [from, to]) {
  return context.route(address, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(from, to) });
  });
}

/** A downloaded file that is not the one that was sealed: a byte in its middle is another. */
async function aDamagedFileIsFound(office) {
  office.verify = (file, ...more) => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(file, bytes);
    return Office.prototype.verify.call(office, file, ...more);
  };
  const found = await aLicenceIsMintedWithTheKeyboardOnly(office).then(() => "", (error) => String(error.message));
  delete office.verify;
  holds(found.includes("the offline verifier"), found === "" ? "not found" : found);
}

async function plantedBugsAreFound(office) {
  await aDamagedFileIsFound(office);
  for (const [bug, words, test, plant] of PLANTS) {
    planted.now = plant;
    const found = await test(office).then(() => "", (error) => String(error.message));
    planted.now = undefined;
    holds(found.includes(words), `${bug}: ${found === "" ? "not found" : found}`);
  }
}

const alone = [
  ["a licence is minted with the keyboard only, and the offline verifier finds it valid", aLicenceIsMintedWithTheKeyboardOnly],
  ["everybody sees whether a file is genuine", everybodySeesWhetherAFileIsGenuine],
  ["a batch is checked and minted", aBatchIsCheckedAndMinted],
  ["a licence is suspended and resumed", aLicenceIsSuspendedAndResumed],
  ["a licence is amended with the keyboard only, and the offline verifier finds the former file superseded", aLicenceIsAmendedWithTheKeyboardOnly],
  ["a licence is renewed and reissued", aLicenceIsRenewedAndReissued],
  ["what ends a licence is asked about first", whatEndsALicenceIsAskedAboutFirst],
  ["many changes take two operators", manyChangesTakeTwoOperators],
  ["every page keeps to the rules, in both languages, widths and modes", everyPageKeepsToTheRules],
  ["planted bugs are found", plantedBugsAreFound],
];
if (pictures !== undefined && pictures !== "-") alone.push(["pictures are taken", takePictures]);
const inNetwork = [
  ["at a node: a licence is minted with the keyboard only, and the offline verifier finds it valid", aLicenceIsMintedWithTheKeyboardOnly],
  ["at a node: everybody sees whether a file is genuine", everybodySeesWhetherAFileIsGenuine],
  ["at a node: a batch is checked and minted", aBatchIsCheckedAndMinted],
  ["at a node: a licence is amended with the keyboard only, and the offline verifier finds the former file superseded", aLicenceIsAmendedWithTheKeyboardOnly],
  ["at a node: a licence is suspended and resumed", aLicenceIsSuspendedAndResumed],
];

const only = process.env.ONLY;
let failed = 0;
for (const [make, tests] of [[Office.alone, alone], [Office.inNetwork, inNetwork]]) {
  const chosen = only === undefined ? tests : tests.filter(([name]) => name.includes(only));
  if (chosen.length === 0) continue;
  const office = await make(programs);
  try {
    failed += await runAll(chosen.map(([name, test]) => [name, () => test(office)]));
  } finally {
    await office.close();
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
