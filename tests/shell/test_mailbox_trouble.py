"""What shell/mailbox.py does when networks, servers and certificates misbehave, against a real Dovecot."""

import asyncio
import time

import pytest

from mailbot.shell.accounts import ImapAccount, Password
from mailbot.shell.failures import Refused, ServerTrouble, TryLater
from mailbot.shell.mailbox import Contact, Mailbox, check_login
from mailbot.shell.session import LONGEST_WAIT, Session
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.ports import free_port
from tests.servers.proxy import running_proxy
from tests.shell.test_mailbox import account, mail, uids, until, until_seen


def test_the_longest_wait_and_the_longest_answer_together_are_under_two_minutes() -> None:
    assert LONGEST_WAIT + ImapAccount("h", 1, "tls", "u", Password("p")).answer_seconds < 120


@pytest.mark.parametrize("without", [(), ("IDLE",)])
async def test_a_connection_that_died_silently_is_found_and_the_mails_of_meanwhile_with_it(
    without: tuple[str, ...],
) -> None:
    with running_dovecot(without=without) as server, running_proxy(server.port) as proxy:
        async with Mailbox(account(server, port=proxy.port, poll_seconds=0.5, answer_seconds=2)) as mailbox:
            mark = await mailbox.baseline(None)
            proxy.silent = True
            server.deliver(mail(1))
            await until(lambda: not mailbox.contact.connected)
            proxy.silent = False
            await until_seen(mailbox, mark, [1])
            assert mailbox.contact.connected


def test_a_mail_announced_at_the_end_of_a_search_is_searched_for_again(dovecot: Dovecot) -> None:
    """Dovecot searches what it last saw, answers, and only then tells of what has come; IDLE never mentions it again."""
    session = Session(account(dovecot))
    mark = session.baseline(None)
    looks = []
    for number in range(1, 6):
        dovecot.deliver(mail(number))
        looks.append([found.uid for found in session.look(mark).found])
    session.close()
    assert looks == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5]]


async def test_a_stop_does_not_wait_for_a_server_that_says_nothing(dovecot: Dovecot) -> None:
    with running_proxy(dovecot.port) as proxy:
        async with Mailbox(account(dovecot, port=proxy.port)) as mailbox:
            mark = await mailbox.baseline(None)
            proxy.silent = True
            hanging = asyncio.create_task(mailbox.look(mark))
            await asyncio.sleep(0.3)
            begun = time.monotonic()
        assert time.monotonic() - begun < 20  # its answer would be waited for 30 s
        with pytest.raises(ServerTrouble):
            await hanging


async def test_a_stop_does_not_wait_for_a_server_that_never_greets() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        values = ImapAccount("127.0.0.1", deaf.getsockname()[1], "none", "u", Password("p"))
        async with Mailbox(values):
            await asyncio.sleep(0.2)
            begun = time.monotonic()
        assert time.monotonic() - begun < 20  # its answer would be waited for 30 s


async def test_who_watches_the_connection_hears_of_its_going_and_coming(dovecot: Dovecot) -> None:
    heard: list[Contact] = []
    async with Mailbox(account(dovecot), on_contact=heard.append) as mailbox:
        await mailbox.baseline(None)
        dovecot.stop()
        await until(lambda: not mailbox.contact.connected)
        dovecot.start()
        await until(lambda: mailbox.contact.connected)
        await asyncio.sleep(0.05)
    assert (heard[0].connected, heard[-1].connected, any(not one.connected for one in heard)) == (True, True, True)
    assert mailbox.contact.last is not None


async def test_tries_at_a_server_that_is_away_come_slower_and_slower(dovecot: Dovecot) -> None:
    """Pauses of 1, 2 and 4 s, each with half of it at random, lie between four tries."""
    port = free_port()
    heard: list[Contact] = []
    begun = time.monotonic()
    async with Mailbox(account(dovecot, port=port), on_contact=heard.append):
        await until(lambda: len(heard) == 4, 60)
        assert time.monotonic() - begun >= 0.5 + 1 + 2


async def test_a_folder_deleted_under_us_is_named_and_found_again_when_it_is_back(dovecot: Dovecot) -> None:
    with dovecot.imap() as staff:
        staff.create("Nuevos")
    async with Mailbox(account(dovecot, folder="Nuevos")) as mailbox:
        mark = await mailbox.baseline(None)
        with dovecot.imap() as staff:
            staff.delete("Nuevos")
        async with asyncio.timeout(60):
            while True:
                try:
                    await mailbox.look(mark)
                except ServerTrouble as trouble:
                    if "la carpeta «Nuevos» no existe" in trouble.trouble.reason:
                        break
                await asyncio.sleep(0.1)
        with dovecot.imap() as staff:
            staff.create("Nuevos")
        dovecot.append(mail(1), "Nuevos")
        async with asyncio.timeout(60):
            while True:
                await mailbox.changed()
                try:
                    look = await mailbox.look(mark)
                except ServerTrouble:
                    continue
                break
        assert (look.renumbered, len(look.found)) == (True, 1)


async def test_another_folder_that_is_missing_is_named_and_costs_no_connection(dovecot: Dovecot) -> None:
    heard: list[Contact] = []
    async with Mailbox(account(dovecot), on_contact=heard.append) as mailbox:
        mark = await mailbox.baseline(None)

        def away(session: Session) -> None:
            with session.visiting("No hay"):
                pytest.fail("there is none")

        with pytest.raises(ServerTrouble) as raised:
            await mailbox.call(away)
        dovecot.deliver(mail(1))
        assert await uids(mailbox, mark) == [1]
        assert raised.value.trouble == TryLater(
            "IMAP 127.0.0.1: la carpeta «No hay» no existe o no se puede abrir; créala o corrige [mailbox.folders]")
        assert len(heard) == 1


@pytest.mark.parametrize("starttls", [False, True])
def test_tls_is_verified_and_an_authority_of_our_own_may_be_named(certificates: Certificates, starttls: bool) -> None:
    with running_dovecot(tls=certificates, starttls=starttls) as server:
        security = "starttls" if starttls else "tls"
        check_login(account(server, security=security, ca_file=str(certificates.ca)))
        with pytest.raises(ServerTrouble) as unknown:
            check_login(account(server, security=security))
        with pytest.raises(ServerTrouble) as missing:
            check_login(account(server, security=security, ca_file="/no/hay.pem"))
        assert isinstance(unknown.value.trouble, TryLater)
        assert "su certificado no es de confianza" in unknown.value.trouble.reason
        assert missing.value.trouble == Refused(
            "ca_file: no se puede leer /no/hay.pem como certificado PEM; revisa la ruta")


async def test_news_come_through_tls_too(certificates: Certificates) -> None:
    """Over TLS whole lines wait inside the TLS layer, where a poll of the socket sees nothing."""
    with running_dovecot(tls=certificates) as server:
        async with Mailbox(account(server, security="tls", ca_file=str(certificates.ca))) as mailbox:
            mark = await mailbox.baseline(None)
            noticed = []
            for number in range(1, 21):
                await uids(mailbox, mark)
                server.deliver(mail(number))
                async with asyncio.timeout(30):
                    while number not in await uids(mailbox, mark):
                        await mailbox.changed()
                noticed.append(number)
            assert noticed == list(range(1, 21))


def test_starttls_that_is_not_offered_and_tls_that_is_not_spoken_are_explained(dovecot: Dovecot) -> None:
    where = f"IMAP 127.0.0.1:{dovecot.port}"
    with pytest.raises(ServerTrouble) as no_starttls:
        check_login(account(dovecot, security="starttls"))
    with pytest.raises(ServerTrouble) as no_tls:
        check_login(account(dovecot, security="tls"))
    assert no_starttls.value.trouble == Refused(
        f'{where}: no ofrece STARTTLS; prueba mailbox.security = "tls" (puerto 993)')
    assert no_tls.value.trouble == TryLater(
        f'{where}: no habla TLS en ese puerto; revisa port y security ("tls" o "starttls")', connection=True)


def test_no_security_is_for_this_machine_only() -> None:
    with pytest.raises(ServerTrouble) as raised:
        check_login(ImapAccount("192.0.2.1", 143, "none", "u", Password("p")))
    assert raised.value.trouble == Refused(
        'mailbox.security: "none" sólo sirve en esta misma máquina (127.0.0.1) y no con 192.0.2.1; '
        'escribe "tls" o "starttls"')


def test_a_server_that_nobody_knows_is_explained() -> None:
    with pytest.raises(ServerTrouble) as raised:
        check_login(ImapAccount("correo.invalid", 993, "tls", "u", Password("p")))
    assert raised.value.trouble == TryLater(
        "IMAP correo.invalid:993: no se encuentra ese servidor; revisa host y la conexión a Internet", connection=True)


async def test_of_twenty_thousand_old_mails_the_start_hears_almost_nothing(dovecot: Dovecot) -> None:
    dovecot.stop()
    dovecot.fill([mail(1)] * 20_000)
    dovecot.start()
    with running_proxy(dovecot.port) as proxy:
        async with Mailbox(account(dovecot, port=proxy.port)) as mailbox:
            mark = await mailbox.baseline(None)
            nothing = await uids(mailbox, mark)
            dovecot.deliver(mail(1))
            new = await uids(mailbox, mark)
    assert (nothing, new, len(proxy.answered) < 20_000) == ([], [20_001], True)  # less than a byte for each of them
