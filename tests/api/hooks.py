"""What schemathesis cannot invent for a real node: signatures of an organisation (RFC 9421), keys that are on the ledger, and transactions
that somebody signed. Half of the cases keep what was generated.

Read by tests/api/schemathesis.sh. ZK_BASE: the node; ZK_KEYS: a directory with an organisation's Ed25519 key file; ZK_BINARY: zhengku.
"""

import atexit
import base64
import collections
import hashlib
import http.server
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BASE = os.environ["ZK_BASE"].rstrip("/")
KEYS = Path(os.environ["ZK_KEYS"])
BINARY = os.environ["ZK_BINARY"]
COVERED = ("@method", "@authority", "@path", "@query", "content-digest")
DICE = random.Random(20261121)


def read(path):
    with urllib.request.urlopen(BASE + path, timeout=10) as answer:
        return json.load(answer)


class Organisation:
    """An organisation on the ledger whose key file is here."""

    def __init__(self):
        public = {key: one["number"] for one in read("/v1/organisations")["items"] for key in one["keys"]}
        for file in sorted(KEYS.glob("organisation-*.key")):
            _, _, algorithm, secret = file.read_text().split()
            if algorithm != "ed25519":
                continue
            self.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
            shown = self.key.public_key().public_bytes_raw().hex()
            if number := public.get(f"ed25519:{shown}"):
                self.key_id = f"{number}:{shown[:16]}"
                return
        sys.exit(f"{KEYS} holds no Ed25519 key of an organisation on the ledger of {BASE}")

    def sign(self, text):
        return self.key.sign(text.encode())


class Signed(requests.auth.AuthBase):
    """Signs a request as docs/api.md says. One of eight signatures is altered: the node refuses it as described."""

    def __init__(self):
        self.organisation = Organisation()

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        path, _, query = request.path_url.partition("?")
        values = {
            "@method": request.method, "@authority": BASE.split("//")[1], "@path": path, "@query": f"?{query}",
            "content-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"}
        covered = " ".join(f'"{name}"' for name in COVERED)
        parameters = f'({covered});created={int(time.time())};nonce="{os.urandom(16).hex()}"'
        parameters += f';keyid="{self.organisation.key_id}";alg="ed25519"'
        lines = [f'"{name}": {values[name]}' for name in COVERED] + [f'"@signature-params": {parameters}']
        signature = bytearray(self.organisation.sign("\n".join(lines)))
        if DICE.randrange(8) == 0:
            signature[DICE.randrange(len(signature))] ^= 1 << DICE.randrange(8)
        request.headers["Content-Digest"] = values["content-digest"]
        request.headers["Signature-Input"] = f"zk={parameters}"
        request.headers["Signature"] = f"zk=:{base64.b64encode(bytes(signature)).decode()}:"
        return request


schemathesis.auth.set_from_requests(Signed()).apply_to(path="/v1/lookups").apply_to(path="/v1/entries/find")


def recorded_transactions():
    """The bodies of real submissions: a load is offered to a listener that keeps them and passes them on."""
    bodies = []

    class Recorder(http.server.BaseHTTPRequestHandler):
        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.command == "POST" and self.path.startswith("/v1/transactions"):
                bodies.append((self.path.split("?")[0], body))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
            answer = requests.request(self.command, BASE + self.path, data=body, headers=headers, timeout=30)
            self.send_response(answer.status_code)
            for name in ("content-type", "location", "retry-after"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = pass_on

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for mode in ("single", "batch"):
        command = [BINARY, "bench", "load", "--node", f"http://127.0.0.1:{server.server_port}", "--keys", KEYS, "--mode", mode,
                   "--items", "3", "--rate", "5", "--seconds", "3", "--seed", str(DICE.randrange(2**31))]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.shutdown()
    if not bodies:
        sys.exit("the load submitted nothing through the recorder")
    return bodies


def altered(body):
    """A transaction with one bit turned, its end cut off, or something behind it."""
    changed = bytearray(body)
    kind = DICE.randrange(3)
    if kind == 0:
        changed[DICE.randrange(len(changed))] ^= 1 << DICE.randrange(8)
    elif kind == 1:
        del changed[DICE.randrange(len(changed)):]
    else:
        changed += os.urandom(DICE.randrange(1, 64))
    return bytes(changed)


TRANSACTIONS = [body for _, body in recorded_transactions()]
ENTRIES = [read(f"/v1/entries/{index}")["key"] for index in range(0, int(read("/v1/status")["log_size"]), 16)]
HEIGHT = int(read("/v1/status")["height"])
RECEIPTS = [
    {"number": one["organisation"], "idempotency_key": one["idempotency_key"]}
    for height in range(1, HEIGHT + 1) for one in read(f"/v1/blocks/{height}/transactions")]


SIZE = int(read("/v1/status")["log_size"])
# A licence of the demo's sample registers.
LOOKUP = {"licence_type": read("/v1/licence-types")["items"][0]["code"], "number": "JY19999990000001"}
ANSWERS = collections.Counter()


def tile():
    """The path of the last tile of leaves, or of the last bundle: partial, unless it happens to be full."""
    number, width = divmod(SIZE, 256)
    place = f"{number:03}" if number < 1000 else f"x{number // 1000:03}/{number % 1000:03}"
    return f"{place}.p/{width}" if width else place


def batch(bodies):
    return b"".join(len(body).to_bytes(4, "big") + body for body in bodies)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts what exists in the place of what was generated, in half of the cases."""
    if DICE.randrange(2):
        return
    if case.method == "POST" and case.path.startswith("/v1/transactions"):
        body = DICE.choice(TRANSACTIONS)
        body = altered(body) if DICE.randrange(2) else body
        case.body = batch([body, DICE.choice(TRANSACTIONS)]) if case.path.endswith("/batch") else body
    parameters = case.path_parameters or {}
    if set(parameters) >= {"number", "idempotency_key"}:
        case.path_parameters = {**parameters, **DICE.choice(RECEIPTS)}
    elif case.path.startswith("/tile/"):
        case.path_parameters = {**parameters, "path": tile(), **({"level": 0} if "level" in parameters else {})}
    elif case.path == "/v1/lookups":
        case.body = LOOKUP
    elif "key" in parameters:
        case.path_parameters = {**parameters, "key": DICE.choice(ENTRIES)}


@schemathesis.hook
def after_call(context, case, response):
    ANSWERS[f"{case.method} {case.path}", response.status_code] += 1


@atexit.register
def show():
    """How often each operation answered what: one that only refuses was not tested."""
    for operation in sorted({operation for operation, status in ANSWERS if status != 405}):
        counts = {status: count for (of, status), count in sorted(ANSWERS.items()) if of == operation}
        print(f"{operation}: {' '.join(f'{status}x{count}' for status, count in counts.items())}", file=sys.stderr)
