"""What does the configured server say of the sender: is the From address who it claims to be (RFC 8601)?"""

from __future__ import annotations

import re
from typing import Literal

from mailbot.core.header_text import decode_text
from mailbot.core.mime import Headers

Authentication = Literal["pass", "fail", "none"]
"""Verdict of the configured server's topmost Authentication-Results; ``none``: no such header (RFC 8601)."""

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)
# The writer's own headers: what stands below the first of them was in the mail before any server of ours saw it.
_WRITERS = frozenset({"from", "to", "subject", "date", "message-id", "mime-version"})
_NO_ID = ("outlook.com", "microsoft")  # Microsoft 365 writes the header without a server's name


def authentication(headers: Headers, sender: str | None, authserv: str) -> Authentication:
    """Return the verdict of the topmost header of the server ``authserv``; "" trusts none.

    That server must strip such headers from outside (RFC 8601, 5): no reader could tell a forged one apart. Here at
    least one below the writer's own headers, or under another server's name, never counts.
    """
    if not authserv.strip() or sender is None:
        return "none"
    for name, raw in headers.fields:
        if name in _WRITERS:
            break
        if name == "authentication-results":
            results = _results_of(decode_text(raw[:20_000]), authserv.strip().lower())
            if results is not None:
                return _verdict(results, sender.rpartition("@")[2])
    return "none"


def _results_of(value: str, authserv: str) -> list[tuple[str, str, dict[str, str]]] | None:
    """Return (method, result, properties) of each result, or None where another server wrote the header."""
    for _ in range(5):  # comments nest; deeper ones are nobody's
        value, changed = _COMMENT.subn(" ", value)
        if not changed:
            break
    segments = value.split(";")[:60]
    words = segments[0].split()
    anonymous = bool(_RESULT.match(segments[0]))
    if anonymous:
        if not authserv.endswith(_NO_ID):
            return None
    elif not words or words[0].lower().strip('"') != authserv:
        return None
    found = []
    for segment in segments if anonymous else segments[1:]:
        if match := _RESULT.match(segment):
            properties = {k.lower(): v.lower() for k, v in _PROPERTY.findall(segment)}
            found.append((match[1].lower(), match[2].lower(), properties))
    return found


def _verdict(results: list[tuple[str, str, dict[str, str]]], domain: str) -> Authentication:
    dmarc = [(result, props) for method, result, props in results if method == "dmarc"]
    composite = next((result for method, result, _ in results if method == "compauth"), "")
    for result, props in dmarc:
        if _domain_of(props.get("header.from", domain)) != domain:
            return "none"  # the server judged another From than the one that we would answer
        if result in ("pass", "bestguesspass"):
            return "pass"
        if result == "fail":
            return "pass" if composite == "pass" else "fail"
    if composite in ("pass", "fail"):
        return "pass" if composite == "pass" else "fail"
    signed = [
        (result, _domain_of(p.get("header.d") or p.get("header.i", ""))) for m, result, p in results if m == "dkim"
    ]
    spf = [(result, _domain_of(p.get("smtp.mailfrom", ""))) for m, result, p in results if m == "spf"]
    if any(result == "pass" and _aligned(by, domain) for result, by in signed + spf):
        return "pass"
    refused = any(result in ("fail", "softfail") for result, _ in spf)
    if refused and not any(result == "pass" for result, _ in signed):
        return "fail"
    return "none"


def _domain_of(text: str) -> str:
    return text.strip("<>\"'").rpartition("@")[2].rstrip(".")


def _aligned(signer: str, domain: str) -> bool:
    """Relaxed alignment without the public suffix list: the same domain, or one under the other of three labels up."""
    if signer == domain:
        return bool(signer)
    below = domain.endswith("." + signer) and signer.count(".") >= (2 if _second_level(signer) else 1)
    above = signer.endswith("." + domain) and domain.count(".") >= 1
    return below or above


def _second_level(domain: str) -> bool:
    """Tell ``edu.mx`` and ``com.mx``, under which everybody registers, from a registered domain."""
    return domain.split(".", 1)[0] in ("com", "edu", "gob", "gov", "org", "net", "co", "ac", "tecnm")
