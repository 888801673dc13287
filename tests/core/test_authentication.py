"""Does only the configured server's own verdict count (RFC 8601; Microsoft's form)?"""

from __future__ import annotations

import pytest

from mailbot.core.authentication import authentication
from mailbot.core.mime import read_headers

OURS = "mx.itq.example"
FROM = "From: ana@correo.example\n"


def verdict(raw: str, authserv: str = OURS, sender: str | None = "ana@correo.example") -> str:
    data = (raw + FROM).encode()
    return authentication(read_headers(data, 0, len(data))[0], sender, authserv)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=correo.example", "pass"),
        ("dmarc=pass (p=REJECT sp=REJECT; dis=NONE) header.from=correo.example", "pass"),
        ("dmarc=fail (p=none) header.from=correo.example; spf=pass smtp.mailfrom=otro.example", "fail"),
        ("dmarc=pass header.from=otro.example", "none"),  # another From than the one that we would answer
        ("dmarc=temperror header.from=correo.example", "none"),
        ("dmarc=none; spf=pass smtp.mailfrom=ana@correo.example", "pass"),
        ("spf=pass smtp.mailfrom=rebotes.correo.example", "pass"),
        ("spf=pass smtp.mailfrom=otro.example", "none"),
        ("spf=pass smtp.mailfrom=example", "none"),
        ("dkim=pass header.d=correo.example", "pass"),
        ("dkim=pass header.i=@correo.example header.s=x", "pass"),
        ("dkim=pass header.d=otro.example; dkim=pass header.d=correo.example", "pass"),
        ("dkim=fail header.d=correo.example; spf=fail smtp.mailfrom=correo.example", "fail"),
        ("spf=softfail smtp.mailfrom=correo.example; dkim=none", "fail"),
        ("dkim=pass header.d=otro.example; spf=fail smtp.mailfrom=correo.example", "none"),  # a forwarder's
        ("none", "none"),
        ("", "none"),
    ],
)
def test_our_server_s_results_give_a_verdict_on_the_from_domain(results: str, expected: str) -> None:
    assert verdict(f"Authentication-Results: {OURS}; {results}\n") == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=correo.example; dkim=pass (signature was verified)\n"
         " header.d=correo.example;dmarc=pass action=none header.from=correo.example;compauth=pass reason=100", "pass"),
        ("spf=fail (sender IP is 1.2.3.4) smtp.mailfrom=correo.example; dkim=none (message not signed)\n"
         " header.d=none;dmarc=fail action=quarantine header.from=correo.example;compauth=fail reason=000", "fail"),
        ("spf=pass smtp.mailfrom=x.example; dkim=none; dmarc=bestguesspass header.from=correo.example", "pass"),
        ("spf=none; dkim=fail; dmarc=fail header.from=correo.example;compauth=pass reason=130", "pass"),  # ARC
    ],
)  # fmt: skip
def test_microsoft_writes_no_server_name(results: str, expected: str) -> None:
    raw = f"Authentication-Results: {results}\n"
    assert verdict(raw, "microsoft") == expected
    assert verdict(raw, "protection.outlook.com") == expected
    assert verdict(raw, OURS) == "none"


def test_the_topmost_header_of_our_server_decides() -> None:
    passed, failed = (f"Authentication-Results: {OURS} 1; dmarc={r} header.from=correo.example\n" for r in ("pass", "fail"))
    other = "Authentication-Results: mx.otro.example; dmarc=pass header.from=correo.example\n"
    assert verdict(failed + passed) == "fail"
    assert verdict(other + failed + passed) == "fail"
    assert verdict(other) == "none"


def test_a_header_below_the_writer_s_own_never_counts() -> None:
    forged = f"Authentication-Results: {OURS}; dmarc=pass header.from=correo.example\n"
    assert verdict("Subject: hola\n" + forged) == "none"
    assert verdict("Received: by mx.itq.example\n" + forged) == "pass"


@pytest.mark.parametrize("name", [f'"{OURS}"', OURS.upper(), f"({OURS}) {OURS}"])
def test_the_server_s_name_is_compared_as_rfc_8601_writes_it(name: str) -> None:
    assert verdict(f"Authentication-Results: {name}; dmarc=pass header.from=correo.example\n") == "pass"


@pytest.mark.parametrize("name", ["x" + OURS, OURS + ".x", f"otro; {OURS}", f"otro ({OURS})"])
def test_a_name_that_only_contains_the_server_s_is_another(name: str) -> None:
    assert verdict(f"Authentication-Results: {name}; dmarc=pass header.from=correo.example\n") == "none"


def test_without_a_configured_server_or_a_sender_nobody_is_authenticated() -> None:
    raw = f"Authentication-Results: {OURS}; dmarc=pass header.from=correo.example\n"
    assert verdict(raw, "") == "none"
    assert verdict(raw, OURS, None) == "none"
    assert verdict("Authentication-Results: ; dmarc=pass\n", " ") == "none"


def test_everybody_s_domain_aligns_with_nobody_s() -> None:
    raw = f"Authentication-Results: {OURS}; dkim=pass header.d=edu.mx\n"
    assert verdict(raw, sender="ana@itq.edu.mx") == "none"
    tecnm = f"Authentication-Results: {OURS}; dkim=pass header.d=tecnm.mx\n"
    assert verdict(tecnm, sender="l1@queretaro.tecnm.mx") == "none"
