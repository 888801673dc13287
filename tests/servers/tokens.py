"""A small OAuth2 token server: Microsoft's and Google's answers, and tokens that Dovecot can check (HS256)."""

import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.certificates import Certificates

CLIENT_SECRET = "secreto de la aplicación"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenServer:
    """Gives tokens for `address`; `refuse` is an OAuth2 error to answer instead; `asked` is every question."""

    def __init__(self, address: str, *, key: str = "llave compartida", lifetime: int = 3600,
                 tls: Certificates | None = None) -> None:
        self.address, self.key, self.lifetime, self.tls = address, key, lifetime, tls
        self.refuse: dict[str, str] = {}
        self.broken = False
        self.pending = 0  # that many polls of the device flow hear "authorization_pending"
        self.asked: list[dict[str, str]] = []
        self.given: list[str] = []
        self.refresh_tokens: set[str] = set()
        owner = self

        class Visit(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                self._say(200, owner.openid(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._say(*owner.answer(urlsplit(self.path).path, form))

            def _say(self, status: int, answer: Any) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tls.certificate, tls.key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.base = f"https://localhost:{self.port}" if tls else f"http://127.0.0.1:{self.port}"

    def openid(self, path: str) -> dict[str, str]:
        tenant = self.base + "/" + path.strip("/").split("/")[0]
        return {
            "issuer": f"{tenant}/v2.0", "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{tenant}/oauth2/v2.0/devicecode",
        }

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.broken:
            return 503, {"error": "temporarily_unavailable"}
        if self.refuse:
            return 400, self.refuse
        if path.endswith("/devicecode"):
            return 200, {"user_code": "ABCD-1234", "device_code": "d", "verification_uri": f"{self.base}/device",
                         "expires_in": 60, "interval": 0}
        if form.get("grant_type") == "client_credentials" and form.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client", "error_description":
                         f"AADSTS7000215: Invalid client secret provided for {self.address}."}
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "AADSTS700082: expired"}
        if "device_code" in form and self.pending > 0:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        return 200, self._grant(form)

    def _grant(self, form: dict[str, str]) -> dict[str, Any]:
        token = self.token()
        self.given.append(token)
        grant: dict[str, Any] = {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}
        if form.get("grant_type") not in ("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"):
            refresh = f"refresh-{len(self.given)}"
            self.refresh_tokens.add(refresh)
            client = base64.urlsafe_b64encode(json.dumps({"uid": "u", "utid": "t"}).encode()).decode()
            claims = {"aud": form.get("client_id", ""), "iss": f"{self.base}/tenant/v2.0", "sub": "s", "tid": "t",
                      "oid": "o", "preferred_username": self.address, "exp": time.time() + 3600, "iat": time.time()}
            grant |= {"refresh_token": refresh, "client_info": client, "scope": form.get("scope", ""),
                      "id_token": self._signed(claims)}
        return grant

    def token(self, *, lifetime: int | None = None, address: str = "") -> str:
        """Make a token that Dovecot's local introspection accepts (or not, once it has ended)."""
        now = int(time.time())
        return self._signed({
            "sub": "s", "email": address or self.address, "iat": now - 10, "nbf": now - 10, "jti": str(len(self.given)),
            "exp": now + (self.lifetime if lifetime is None else lifetime)})

    def _signed(self, claims: dict[str, Any]) -> str:
        head = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = f"{head}.{_b64(json.dumps(claims).encode())}"
        return f"{body}.{_b64(hmac.new(self.key.encode(), body.encode(), hashlib.sha256).digest())}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def running_tokens(address: str, **options: Any) -> Iterator[TokenServer]:
    server = TokenServer(address, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
