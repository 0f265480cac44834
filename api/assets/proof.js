// The page of an entry: recomputes both paths, the block id and the votes, and lets the visitor change the bytes.

import { climb, fromHex, inDomain, joined, sha256, toHex } from "./merkle.js";

const proof = document.getElementById("proof");
const words = proof.dataset;
const editor = document.getElementById("bytes");
const original = editor.value;
const stamp = proof.querySelector(".stamp");
const header = fromHex(stamp.dataset.header);
const chunkPicture = proof.querySelector(".bits");
const chunk = fromHex(chunkPicture.dataset.chunk);
const place = Number(chunkPicture.dataset.place);

// Offsets in the canonical header (docs/spec/proof.md, section 4.2).
const CHAIN = header.slice(4, 36);
const HEIGHT = header.slice(36, 44);
const ROOTS = { log: header.slice(162, 194), current: header.slice(194, 226) };

const short = (hex) => `${hex.slice(0, 8)}…${hex.slice(-4)}`;

function report(name, good, text) {
  const line = proof.querySelector(`[data-check="${name}"]`);
  line.classList.toggle("good", good === true);
  line.classList.toggle("bad", good === false);
  line.classList.toggle("unknown", good === null);
  line.querySelector("b").textContent = text ?? (good ? words.good : words.bad);
}

/** Draws recomputed nodes: red wherever one differs from what the true bytes give. */
async function walk(tree, leaf) {
  const ladder = proof.querySelector(`svg[data-tree="${tree}"]`);
  const data = ladder.dataset;
  const path = data.path === "" ? [] : data.path.split(" ").map(fromHex);
  const nodes = await climb(fromHex(data.leaf), fromHex(data.node), leaf, BigInt(data.index), BigInt(data.count), path);
  const root = nodes === null ? "" : toHex(nodes[nodes.length - 1]);
  const sound = root === toHex(ROOTS[tree]);
  const table = proof.querySelector(`[data-steps="${tree}"]`);
  for (const group of ladder.querySelectorAll(".node")) {
    const level = Number(group.dataset.level);
    const hash = nodes === null ? "" : toHex(nodes[level] ?? []);
    group.classList.toggle("good", sound);
    group.classList.toggle("bad", !sound);
    group.querySelector("text").textContent = short(hash);
    group.querySelector("title").textContent = hash;
    const cell = table.querySelector(`[data-level="${level}"]`);
    cell.textContent = hash;
    cell.classList.toggle("bad", !sound);
  }
  proof.querySelector(`[data-stamp="${tree}"]`).classList.toggle("bad", !sound);
  proof.querySelector(`.${tree}-tree`).classList.toggle("broken", !sound);
  report(tree, sound);
  return sound;
}

let round = 0;
async function readEditor() {
  round += 1;
  const mine = round;
  const state = document.getElementById("editor-state");
  const bytes = fromHex(editor.value);
  document.getElementById("restore").disabled = editor.value === original;
  editor.setAttribute("aria-invalid", String(bytes === null));
  if (bytes === null) {
    state.textContent = words.notHex;
    state.className = "bad";
    return;
  }
  const sound = await walk("log", bytes);
  if (mine !== round) return readEditor();
  state.textContent = sound ? words.untouched : words.altered;
  state.className = sound ? "good" : "bad";
  proof.dataset.state = sound ? "sound" : "broken";
}

async function readBit() {
  const bit = (chunk[place >> 3] >> (place & 7)) & 1;
  document.getElementById("bit").textContent = String(bit);
  chunkPicture.querySelector(".own").classList.toggle("set", bit === 1);
  const sound = await walk("current", chunk);
  const state = document.getElementById("bit-state");
  state.textContent = sound ? words.untouched : words.altered;
  state.className = sound ? "good" : "bad";
}

async function checkHeader() {
  const id = await sha256(inDomain("zhengku/block-id/v1", header));
  report("header", toHex(id) === stamp.dataset.id);
  return id;
}

async function checkVotes(id) {
  const votes = [...stamp.querySelectorAll("[data-signature]")];
  if (votes.length === 0) return report("votes", null, words.genesis);
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, Number(stamp.dataset.round), true);
  const message = inDomain("zhengku/precommit/v1", joined(CHAIN, HEIGHT, number, id));
  let sound = 0;
  try {
    for (const vote of votes) {
      const key = await crypto.subtle.importKey("raw", fromHex(vote.dataset.key), "Ed25519", false, ["verify"]);
      const good = await crypto.subtle.verify("Ed25519", key, fromHex(vote.dataset.signature), message);
      vote.classList.toggle("good", good);
      vote.classList.toggle("bad", !good);
      sound += good ? 1 : 0;
    }
  } catch {
    return report("votes", null, words.noEd25519);
  }
  const enough = sound >= Number(stamp.dataset.quorum) && sound === votes.length;
  return report("votes", enough, `${sound} / ${votes.length} ${enough ? words.good : words.bad}`);
}

/** Another digit at a place that the visitor sees: the first byte of the body's digests lies behind it. */
function alterOne() {
  const at = Math.floor(editor.value.length / 2);
  const digit = editor.value[at];
  editor.value = editor.value.slice(0, at) + (digit === "f" ? "0" : "f") + editor.value.slice(at + 1);
  editor.focus();
  editor.setSelectionRange(at, at + 1);
  return readEditor();
}

async function start() {
  for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;
  if (globalThis.crypto?.subtle === undefined) {
    for (const name of ["log", "current", "header", "votes"]) report(name, null, words.noCrypto);
    return;
  }
  editor.readOnly = false;
  editor.addEventListener("input", readEditor);
  document.getElementById("alter").addEventListener("click", alterOne);
  document.getElementById("restore").addEventListener("click", () => {
    editor.value = original;
    return readEditor();
  });
  document.getElementById("flip").addEventListener("click", () => {
    chunk[place >> 3] ^= 1 << (place & 7);
    return readBit();
  });
  await readEditor();
  await readBit();
  await checkVotes(await checkHeader());
  proof.dataset.ready = "true";
}

start();
