"""Planted lies for readers of a network: answers altered on the way from a node, and checkpoints that betrayed validators signed."""

import base64
import hashlib
import http.server
import json
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from node_http import NoAnswer, Node
from zk_cluster import Cluster

# What a node answered at a path, and what the reader is given for it. The node can be asked for more.
Alter = Callable[[Node, str, bytes], bytes]


@dataclass(frozen=True)
class Plant:
    """A lie, with the checks of the reader in Python that must find it, and what the reader in Rust says; none when it cannot see it."""
    name: str
    alter: Alter
    found_by: tuple[str, ...]
    tiles_say: str | None


class Way:
    """An address that answers like a node, with an alteration. For the length of a block."""

    def __init__(self, node: Node, alter: Alter) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    status, body = node.request("GET", self.path)
                    body = alter(node, self.path, body) if status == 200 else body
                except NoAnswer as nothing:
                    status, body = 502, str(nothing).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Way":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def honest(_: Node, __: str, body: bytes) -> bytes:
    return body


def at(prefix: str, change: Callable[[bytes], bytes], but: str | None = None) -> Alter:
    """Changes what stands below a path, but not below another."""
    def alter(_: Node, path: str, body: bytes) -> bytes:
        return change(body) if path.startswith(prefix) and not (but and path.startswith(but)) else body
    return alter


def instead(prefix: str, other: str) -> Alter:
    """Answers what the node says at another path: a true answer to another question."""
    def alter(node: Node, path: str, body: bytes) -> bytes:
        if not path.startswith(prefix):
            return body
        _, query, asked = path.partition("?")
        return node.request("GET", f"{other}{query}{asked}")[1]
    return alter


def one_byte(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:]


def one_hash(body: bytes) -> bytes:
    answer = json.loads(body)
    answer["path"][0] = hashlib.sha256(b"another").hexdigest()
    return json.dumps(answer).encode()


def one_signer(body: bytes) -> bytes:
    """The first signature, three times: still one validator."""
    text, _, signatures = body.decode().rpartition("\n\n")
    first = signatures.split("\n")[0]
    return f"{text}\n\n{first}\n{first}\n{first}\n".encode()


# --- Betrayal: checkpoints that the validators' own keys sign ----------------------------------------------------------

def sign(secret: bytes, message: bytes) -> bytes:
    """Pure ed25519, through openssl."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "key").write_bytes(bytes.fromhex("302e020100300506032b657004220420") + secret)
        Path(folder, "message").write_bytes(message)
        command = ["openssl", "pkeyutl", "-sign", "-inkey", "key", "-keyform", "DER", "-rawin", "-in", "message"]
        return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


def betrayed(cluster: Cluster, note: bytes) -> bytes:
    """The checkpoint of another log: one entry less and another root, with true signatures of everybody who signed the first."""
    text, _, signatures = note.decode().rpartition("\n\n")
    lines = text.split("\n")
    lines[1] = str(int(lines[1]) - 1)
    lines[2] = base64.b64encode(hashlib.sha256(b"another log").digest()).decode()
    message = "\n".join(lines) + "\n"
    signed = []
    for line in signatures.splitlines():
        _, name, encoded = line.split(" ")
        key_file = cluster.home(name.rsplit("/", 1)[1]) / "keys" / "validator.key"
        secret = bytes.fromhex(key_file.read_text().split()[-1])
        signature = base64.b64encode(base64.b64decode(encoded)[:4] + sign(secret, message.encode())).decode()
        signed.append(f"— {name} {signature}\n")
    return f"{message}\n{''.join(signed)}".encode()
