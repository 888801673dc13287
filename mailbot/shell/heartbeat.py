"""Are we alive, and who is told: systemd (sd_notify and its watchdog) and, when asked for, Prometheus on loopback."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

METRICS_HOST = "127.0.0.1"
REQUEST_SECONDS = 5.0  # a scraper that says nothing for so long is dropped


def notify(state: str) -> None:
    """Tell systemd, where it asked to be told (sd_notify(3)): READY=1, WATCHDOG=1, STOPPING=1, STATUS=…"""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.sendto(state.encode(), address)
    except OSError:
        return  # nobody listens any more; that is no reason to stop answering students


def watchdog_seconds() -> float | None:
    """Return how often systemd wants to hear from us (half of what it allows), None where it does not."""
    try:
        return int(os.environ["WATCHDOG_USEC"]) / 2_000_000
    except (KeyError, ValueError):
        return None


def metrics_text(figures: Mapping[str, float]) -> str:
    """Write figures in Prometheus' text format; a name may carry its labels."""
    lines: list[str] = []
    for name, value in sorted(figures.items()):
        base = name.partition("{")[0]
        if f"# TYPE {base} gauge" not in lines:
            lines.append(f"# TYPE {base} gauge")
        lines.append(f"{name} {value:g}")
    return "\n".join(lines) + "\n"


async def serve_metrics(port: int, figures: Callable[[], Awaitable[Mapping[str, float]]]) -> asyncio.Server:
    """Offer the figures at http://127.0.0.1:port/metrics, to this machine only."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await asyncio.wait_for(reader.readline(), REQUEST_SECONDS)
            while (await asyncio.wait_for(reader.readline(), REQUEST_SECONDS)).strip():
                pass
            if request.startswith(b"GET /metrics "):
                status, body = "200 OK", metrics_text(await figures()).encode()
            else:
                status, body = "404 Not Found", b""
            head = (f"HTTP/1.1 {status}", "Content-Type: text/plain; version=0.0.4", f"Content-Length: {len(body)}")
            writer.write("\r\n".join((*head, "Connection: close", "", "")).encode() + body)
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return
        finally:
            writer.close()

    return await asyncio.start_server(answer, METRICS_HOST, port)
