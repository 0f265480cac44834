// A department as it really is: keys, seals, operators and a running `zhengku desk`, over a ledger of its own or at a node of a network.
// Everything lies in a temporary directory and ends with `close`.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const PASSWORD = "an-invented-password";
const OPERATORS = [["lin", "林晓岚", "clerk"], ["zhao", "赵清", "reviewer"], ["wu", "吴某", "viewer"]];

const execute = promisify(execFile);

/** Runs a program to its end; its exit code and what it wrote. */
export async function run(program, args, options = {}) {
  try {
    const { stdout, stderr } = await execute(program, args, { maxBuffer: 64 * 1024 * 1024, ...options });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return { code: error.code, out: error.stdout, err: error.stderr };
  }
}

/** Starts a program that tells in one line of JSON that it is ready. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes) => { said = (said + bytes).slice(-4_000); });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), ended.then(() => ({ done: true }))]);
  if (first.done) throw new Error(`${program} ${args.join(" ")} ended before it was ready: ${said}`);
  child.stdout.resume();
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { ready: JSON.parse(first.value), stop };
}

/** The programs below a directory, and a directory to work in. */
export class Office {
  #stops = [];

  constructor(programs) {
    this.zhengku = join(programs, "zhengku");
    this.verifier = join(programs, "zhengku-verify");
    this.directory = mkdtempSync(join(tmpdir(), "zhengku-browser-"));
  }

  /** A department with a ledger of its own. */
  static alone(programs) {
    return Office.#made(programs, (office) => office.#alone());
  }

  /** The department of a network of four nodes. */
  static inNetwork(programs) {
    return Office.#made(programs, (office) => office.#inNetwork());
  }

  static async #made(programs, open) {
    const office = new Office(programs);
    try {
      await open(office);
      return office;
    } catch (error) {
      await office.close();
      throw error;
    }
  }

  async #alone() {
    const data = join(this.directory, "node");
    await this.#do("init", "--data", data);
    await this.#opened(data, [], join(data, "trust.json"));
  }

  async #inNetwork() {
    const demo = join(this.directory, "demo");
    const { ready, stop } = await start(this.zhengku, ["-o", "json", "demo", "--dir", demo, "--no-import"]);
    this.#stops.push(stop);
    this.nodes = ready.map((node) => node.url);
    const department = join(demo, "department");
    await this.#do("catalogue", "publish", "--data", department, "--node", this.nodes[0]);
    await this.#opened(department, ["--node", this.nodes[0]], join(demo, "trust.json"));
  }

  async #opened(data, node, trust) {
    this.data = data;
    this.node = node;
    this.trust = join(this.directory, "trust-with-seals.json");
    await this.#do("seal", "apply", "--all", "--complete", "--data", data, ...node);
    await this.#do("seal", "trust", "--data", data, ...node, "--base", trust, "--out", this.trust);
    const password = join(this.directory, "password");
    writeFileSync(password, `${PASSWORD}\n`);
    for (const [login, name, role] of OPERATORS) {
      await this.#do("desk", "operator", "add", login, "--name", name, "--role", role, "--data", data, "--password-file", password);
    }
    const { ready, stop } = await start(this.zhengku, ["-o", "json", "desk", "run", "--data", data, ...node, "--listen", "127.0.0.1:0"]);
    this.#stops.push(stop);
    this.url = ready.url;
  }

  /** The sample registers, by the name of their type. */
  async registers(rows) {
    const out = join(this.directory, `registers-${rows}`);
    await this.#do("sample", "--out", out, "--rows", String(rows), "--clean");
    return out;
  }

  /** What the offline verifier says of a file: its exit code and its report. */
  async verify(file, ...more) {
    const { code, out, err } = await run(this.verifier, [file, ...more, "--trust", this.trust, "-o", "json"]);
    if (out === "") throw new Error(`zhengku-verify ended with ${code}: ${err}`);
    return { code, report: JSON.parse(out) };
  }

  async #do(...args) {
    const { code, out, err } = await run(this.zhengku, args);
    if (code !== 0) throw new Error(`zhengku ${args.join(" ")} ended with ${code}: ${out}${err}`);
  }

  async close() {
    for (const stop of this.#stops.reverse()) await stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
