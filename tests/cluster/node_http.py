"""A node's HTTP interface, as a client without any code of the ledger sees it. One connection a node and thread, kept open."""

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 5.0


class NoAnswer(Exception):
    """The node did not answer: down, frozen, or the connection broke."""


class Node:
    """One node by its name and base URL."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._held = threading.local()

    def request(self, method: str, path: str, body: bytes | None = None, timeout: float = TIMEOUT_S) -> tuple[int, bytes]:
        """The status and the body. A kept connection may have died with its node: one new one is tried."""
        held = getattr(self._held, "connection", None)
        for connection in ([held] if held is not None else []) + [http.client.HTTPConnection(*self._address, timeout=timeout)]:
            try:
                connection.timeout = timeout
                if connection.sock is not None:
                    connection.sock.settimeout(timeout)
                headers = {"content-type": "application/octet-stream"} if body is not None else {}
                connection.request(method, path, body=body, headers=headers)
                answer = connection.getresponse()
                read = answer.read()
                self._held.connection = connection
                return answer.status, read
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._held.connection = None
                last = error
        raise NoAnswer(f"{self.name}: {method} {path}: {last}")

    def read(self, path: str, timeout: float = TIMEOUT_S) -> Any:
        """The JSON at a path; NoAnswer when the status is not 200."""
        status, body = self.request("GET", path, timeout=timeout)
        if status != 200:
            raise NoAnswer(f"{self.name}: GET {path}: status {status}: {body[:200].decode(errors='replace')}")
        return json.loads(body)

    def status(self, timeout: float = TIMEOUT_S) -> dict[str, Any]:
        return self.read("/v1/status", timeout)

    def height(self, timeout: float = 1.0) -> int | None:
        """The newest height; None when it does not answer."""
        try:
            return int(self.status(timeout)["height"])
        except NoAnswer:
            return None

    def block(self, height: int) -> dict[str, Any]:
        return self.read(f"/v1/blocks/{height}")

    def receipt(self, organisation: int, key: str) -> dict[str, Any] | None:
        """The receipt of a transaction; None when the node knows none."""
        status, body = self.request("GET", f"/v1/organisations/{organisation}/transactions/{key}")
        if status == 404:
            return None
        if status != 200:
            raise NoAnswer(f"{self.name}: receipt of {key}: status {status}")
        return json.loads(body)

    def offences(self) -> int:
        return int(self.read("/v1/network")["offences"])
