"""The claims of shell/outbox.py, against a real SMTP server that misbehaves on demand."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from mailbot.shell.accounts import Password, SmtpAccount
from mailbot.shell.failures import Refused, ServerTrouble, TryLater
from mailbot.shell.outbox import Accepted, Patience, Smtp, Uncertain, is_one_address, with_dots
from tests.servers.certificates import Certificates
from tests.servers.ports import free_port
from tests.servers.smtp import SmtpServer, running_smtp

OURS = "becas@itq.test"
ANA, STAFF = "ana@example.com", "personal@itq.test"
RAW = b"From: becas@itq.test\r\nTo: ana@example.com\r\nMessage-ID: <1@itq.test>\r\n\r\nHola\r\n.punto\r\n"
HASTE = Patience(connect=2, command=2, after_data=2)


def account(server: SmtpServer, **changes: object) -> SmtpAccount:
    values: dict[str, object] = {
        "host": server.host, "port": server.port, "security": "none", "username": OURS, "credential": None,
        "sender": OURS}
    return SmtpAccount(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
async def smtp(smtp_server: SmtpServer) -> AsyncIterator[Smtp]:
    client = Smtp(account(smtp_server), HASTE)
    yield client
    await client.close()


def envelopes(server: SmtpServer) -> list[tuple[str, tuple[str, ...], bytes]]:
    return [(one.mail_from, one.rcpt_tos, one.raw) for one in server.received]


async def test_a_mail_arrives_byte_by_byte_at_to_and_cc(smtp_server: SmtpServer, smtp: Smtp) -> None:
    assert await smtp.send(RAW, [ANA], [STAFF]) == Accepted()
    assert envelopes(smtp_server) == [(OURS, (ANA, STAFF), RAW)]


async def test_many_mails_go_over_one_connection(smtp_server: SmtpServer, smtp: Smtp) -> None:
    results = [await smtp.send(RAW, [ANA]) for _ in range(20)]
    assert (results, len(smtp_server.received), smtp_server.connections) == ([Accepted()] * 20, 20, 1)


async def test_a_refused_cc_does_not_fail_the_student_s_reply(smtp_server: SmtpServer, smtp: Smtp) -> None:
    smtp_server.mood.refuse_recipients[STAFF] = "550 5.1.1 no such user"
    assert await smtp.send(RAW, [ANA], [STAFF]) == Accepted(refused=(STAFF,))
    assert envelopes(smtp_server) == [(OURS, (ANA,), RAW)]


async def test_where_the_student_is_refused_nobody_gets_a_copy(smtp_server: SmtpServer, smtp: Smtp) -> None:
    smtp_server.mood.refuse_recipients[ANA] = "550 5.1.1 ana@example.com: no such user"
    result = await smtp.send(RAW, [ANA], [STAFF])
    again = await smtp.send(RAW, [STAFF])
    assert (result, again) == (
        Refused("SMTP: el servidor rechazó la dirección del destinatario (respuesta 550 5.1.1)", 550), Accepted())
    assert envelopes(smtp_server) == [(OURS, (STAFF,), RAW)]


async def test_a_greylisted_student_is_tried_later_and_the_copy_with_it(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    smtp_server.mood.greylist = True
    smtp_server.greylisted.add(STAFF)
    first = await smtp.send(RAW, [ANA], [STAFF])
    second = await smtp.send(RAW, [ANA], [STAFF])
    assert (first, second) == (
        TryLater("SMTP: el servidor aplazó la dirección del destinatario (respuesta 451 4.7.1)"), Accepted())
    assert len(smtp_server.received) == 1


async def test_a_storm_of_4xx_puts_each_mail_off_and_keeps_the_connection(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    smtp_server.mood.storm = 5
    results = [await smtp.send(RAW, [ANA]) for _ in range(6)]
    put_off = TryLater(f"SMTP 127.0.0.1:{smtp_server.port}: aplazó el correo (respuesta 451 4.3.2)")
    assert (results, smtp_server.connections) == ([put_off] * 5 + [Accepted()], 1)


async def test_a_5xx_after_data_is_a_refusal_and_a_4xx_is_not(smtp_server: SmtpServer, smtp: Smtp) -> None:
    smtp_server.mood.refuse_data = "554 5.6.0 content rejected"
    refusal = await smtp.send(RAW, [ANA])
    smtp_server.mood.refuse_data = "452 4.2.2 mailbox full"
    put_off = await smtp.send(RAW, [ANA])
    where = f"SMTP 127.0.0.1:{smtp_server.port}"
    assert (refusal, put_off) == (
        Refused(f"{where}: rechazó el correo (respuesta 5.6.0)", 554),
        TryLater(f"{where}: aplazó el correo (respuesta 4.2.2)"))


async def test_a_sender_that_may_not_send_is_no_mail_s_fault(smtp_server: SmtpServer, smtp: Smtp) -> None:
    """Were it taken for a refusal of the mail, a wrong setting would give up every reply."""
    smtp_server.mood.refuse_mail = "550 5.7.60 send as denied"
    result = await smtp.send(RAW, [ANA])
    smtp_server.mood.refuse_mail = ""
    assert isinstance(result, TryLater)
    assert (result.connection, await smtp.send(RAW, [ANA])) == (True, Accepted())


@pytest.mark.parametrize("mood", ["drop_after_data", "hang_after_data", "drop_during_data"])
async def test_a_line_that_breaks_after_the_final_dot_leaves_it_uncertain(
    smtp_server: SmtpServer, smtp: Smtp, mood: str,
) -> None:
    setattr(smtp_server.mood, mood, 1)
    uncertain = await smtp.send(RAW, [ANA])
    again = await smtp.send(RAW, [ANA])
    assert (uncertain, again) == (
        Uncertain(
            f"SMTP 127.0.0.1:{smtp_server.port}: se perdió la conexión sin saber si el servidor aceptó el correo"),
        Accepted())
    assert len(smtp_server.received) == (1 if mood == "drop_during_data" else 2)


async def test_a_server_that_hangs_before_data_has_nothing_and_is_tried_later(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    smtp_server.mood.hang_on_mail = 1
    result = await smtp.send(RAW, [ANA])
    assert result == TryLater(
        f"SMTP 127.0.0.1:{smtp_server.port}: no contesta a tiempo; se intentará de nuevo", connection=True)
    assert smtp_server.received == []


async def test_a_kept_connection_that_the_server_closed_is_made_anew_unnoticed(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    first = await smtp.send(RAW, [ANA])
    smtp_server.cut_connections()
    second = await smtp.send(RAW, [ANA])
    assert (first, second, smtp_server.connections) == (Accepted(), Accepted(), 2)


async def test_a_server_that_takes_three_mails_a_connection_gets_all_of_them(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    smtp_server.mood.most_messages = 3
    results = [await smtp.send(RAW, [ANA]) for _ in range(7)]
    assert (results, smtp_server.connections) == ([Accepted()] * 7, 3)


async def test_a_server_with_no_connection_left_is_tried_later(smtp_server: SmtpServer) -> None:
    smtp_server.mood.most_connections = 1
    first, second = Smtp(account(smtp_server), HASTE), Smtp(account(smtp_server), HASTE)
    assert await first.send(RAW, [ANA]) == Accepted()
    assert await second.send(RAW, [ANA]) == TryLater(
        f"SMTP 127.0.0.1:{smtp_server.port}: no atiende por ahora (respuesta 421); se intentará de nuevo",
        connection=True)
    await first.close()
    async with asyncio.timeout(30):
        while await second.send(RAW, [ANA]) != Accepted():  # until the server has noticed
            await asyncio.sleep(0.02)
    await second.close()


async def test_a_server_that_is_down_is_named_and_found_again_on_the_same_port() -> None:
    server = SmtpServer(port=free_port())
    smtp = Smtp(account(server), HASTE)
    down = await smtp.send(RAW, [ANA])
    server.start()
    up = await smtp.send(RAW, [ANA])
    server.stop()
    down_again = await smtp.send(RAW, [ANA])
    away = TryLater(
        f"SMTP 127.0.0.1:{server.port}: no acepta conexiones; revisa port o espera a que vuelva", connection=True)
    assert (down, up, down_again, len(server.received)) == (away, Accepted(), away, 1)


async def test_a_server_that_says_nothing_at_all_is_given_up_in_time(smtp_server: SmtpServer, smtp: Smtp) -> None:
    smtp_server.mood.hang_on_connect = True
    begun = time.monotonic()
    result = await smtp.send(RAW, [ANA])
    assert isinstance(result, TryLater)
    assert (result.connection, time.monotonic() - begun < 30) == (True, True)


async def test_a_failing_quit_is_nothing(smtp_server: SmtpServer, smtp: Smtp) -> None:
    smtp_server.mood.drop_on_quit = True
    assert await smtp.send(RAW, [ANA]) == Accepted()
    await smtp.close()
    assert await smtp.send(RAW, [ANA]) == Accepted()


async def test_two_addresses_in_one_text_are_refused_and_not_cut_to_the_first(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    result = await smtp.send(RAW, ["ana@example.com, otra@example.com"])
    assert isinstance(result, Refused)
    assert smtp_server.received == []


@pytest.mark.parametrize(("address", "one"), [
    ("ana@example.com", True), ("josé@example.com", True), ("l22140123@queretaro.tecnm.mx", True),
    ("a+b_c.d'e@example.com", True), ("a@x, b@x", False), ("a@x\r\nRCPT TO:<b@x>", False), ("<a@x>", False),
    ("a b@x", False), ("", False), ("a@b@c", False), ("a@x>", False),
])
def test_one_address_is_told_from_more_than_one(address: str, one: bool) -> None:
    assert is_one_address(address) is one


async def test_an_address_with_accents_goes_where_the_server_can(smtp_server: SmtpServer, smtp: Smtp) -> None:
    assert await smtp.send(RAW, ["josé@example.com"]) == Accepted()
    assert envelopes(smtp_server) == [(OURS, ("josé@example.com",), RAW)]


async def test_a_domain_with_accents_is_sent_as_every_server_understands_it(
    smtp_server: SmtpServer, smtp: Smtp,
) -> None:
    assert await smtp.send(RAW, ["ana@educación.mx"]) == Accepted()
    assert envelopes(smtp_server) == [(OURS, ("ana@xn--educacin-13a.mx",), RAW)]


@pytest.mark.parametrize(("raw", "sent"), [
    (b"a\n.b\r.c\r\n..d", b"a\r\n..b\r\n..c\r\n...d\r\n.\r\n"), (b"", b"\r\n.\r\n"), (b".\r\n", b"..\r\n.\r\n"),
])
def test_no_line_of_a_mail_can_end_it(raw: bytes, sent: bytes) -> None:
    assert with_dots(raw) == sent


async def test_a_password_with_blanks_and_accents_logs_in_over_verified_tls(certificates: Certificates) -> None:
    for starttls in (True, False):
        with running_smtp(passwords={OURS: "una contraseña"}, tls=certificates, starttls=starttls) as server:
            smtp = Smtp(account(server, security="starttls" if starttls else "tls", ca_file=str(certificates.ca),
                                credential=Password("una contraseña")))
            assert (await smtp.send(RAW, [ANA]), server.logins) == (Accepted(), [f"PLAIN {OURS}"])
            await smtp.close()


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(certificates: Certificates) -> None:
    for starttls in (True, False):
        with running_smtp(tls=certificates, starttls=starttls) as server:
            smtp = Smtp(account(server, security="starttls" if starttls else "tls"))
            result = await smtp.send(RAW, [ANA])
            assert isinstance(result, TryLater)
            assert (result.connection, "su certificado no es de confianza" in result.reason) == (True, True)
            assert server.received == []


async def test_starttls_that_is_not_offered_is_never_done_without(smtp_server: SmtpServer) -> None:
    smtp = Smtp(account(smtp_server, security="starttls"))
    assert await smtp.send(RAW, [ANA]) == TryLater(
        f'SMTP 127.0.0.1:{smtp_server.port}: no ofrece STARTTLS; prueba smtp.security = "tls" (puerto 465)',
        connection=True)


async def test_a_wrong_password_holds_the_outbox_and_gives_no_mail_up() -> None:
    with running_smtp(passwords={OURS: "buena"}) as server:
        smtp = Smtp(account(server, credential=Password("mala")))
        result = await smtp.send(RAW, [ANA])
        assert result == TryLater(
            f"SMTP 127.0.0.1:{server.port}: usuario o contraseña incorrectos (respuesta 535 5.7.8); "
            "revisa smtp.username y MAILBOT_SMTP_PASSWORD", connection=True)
        with pytest.raises(ServerTrouble):
            await smtp.check_login()


async def test_no_security_is_for_this_machine_only() -> None:
    smtp = Smtp(SmtpAccount("192.0.2.1", 25, "none", OURS, None, OURS))
    result = await smtp.send(RAW, [ANA])
    assert result == Refused(
        'smtp.security: "none" sólo sirve en esta misma máquina (127.0.0.1) y no con 192.0.2.1; '
        'escribe "tls" o "starttls"')
