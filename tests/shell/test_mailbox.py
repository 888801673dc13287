"""The claims of shell/mailbox.py, against a real Dovecot."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.shell.accounts import ImapAccount, Password
from mailbot.shell.failures import Refused, ServerTrouble, TryLater
from mailbot.shell.fetched import Moved, Watermark
from mailbot.shell.mailbox import Mailbox
from mailbot.shell.sent_watch import Glance, glance
from mailbot.shell.session import Session
from tests.servers.dovecot import Dovecot, running_dovecot


def account(server: Dovecot, **changes: object) -> ImapAccount:
    values: dict[str, object] = {
        "host": server.host, "port": server.port, "security": "none", "username": server.address,
        "credential": Password(server.password), "poll_seconds": 60,
    }
    return ImapAccount(**(values | changes))  # type: ignore[arg-type]


def mail(number: int = 1, body: str = "hola") -> bytes:
    return (f"From: Ana <ana{number}@example.com>\r\nTo: becas@itq.test\r\nSubject: prueba {number}\r\n"
            f"Message-ID: <{number}@example.com>\r\n\r\n{body}\r\n").encode()


async def uids(mailbox: Mailbox, mark: Watermark) -> list[int]:
    return [found.uid for found in (await mailbox.look(mark)).found]


async def until_seen(mailbox: Mailbox, mark: Watermark, wanted: list[int]) -> None:
    """Look at each news until these mails are there, whatever trouble there is meanwhile."""
    async with asyncio.timeout(60):
        while True:
            await mailbox.changed()
            with suppress(ServerTrouble):
                if await uids(mailbox, mark) == wanted:
                    return


async def glanced(mailbox: Mailbox, folder: str, after: Watermark | None) -> Glance:
    return await mailbox.call(lambda session: glance(session, folder, after, None), again=True)


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def test_first_contact_with_a_full_mailbox_finds_only_what_arrives_from_now_on(dovecot: Dovecot) -> None:
    dovecot.deliver_all(mail(n) for n in range(300))
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        before = await uids(mailbox, mark)
        dovecot.deliver(mail(301))
        assert (mark.uid, before, await uids(mailbox, mark)) == (300, [], [301])


async def test_a_watermark_at_the_last_mail_finds_nothing_although_the_server_names_that_mail(dovecot: Dovecot) -> None:
    """`UID SEARCH UID 4:*` answers 3 where 3 is the highest (RFC 3501, 6.4.8)."""
    dovecot.deliver_all(mail(n) for n in range(3))
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        assert await uids(mailbox, mark) == []


async def test_a_start_date_finds_the_mails_that_the_server_received_since(dovecot: Dovecot) -> None:
    dovecot.stop()
    dovecot.fill([mail(1), mail(2)])  # dated yesterday
    dovecot.start()
    assert dovecot.uids() == [1, 2]
    dovecot.deliver(mail(3))
    async with Mailbox(account(dovecot)) as mailbox:
        today = await mailbox.baseline(datetime.now(UTC) - timedelta(hours=1))
        earlier = await mailbox.baseline(datetime.now(UTC) - timedelta(days=3))
        assert (await uids(mailbox, today), await uids(mailbox, earlier)) == ([3], [1, 2, 3])


async def test_fetching_leaves_the_mail_unread_and_gives_the_very_bytes(dovecot: Dovecot) -> None:
    dovecot.append(mail(1))
    async with Mailbox(account(dovecot)) as mailbox:
        found = (await mailbox.look(Watermark((await mailbox.baseline(None)).uidvalidity, 0))).found[0]
        fetched = await mailbox.fetch(found.uidvalidity, found.uid)
        assert fetched is not None
        assert (fetched.raw, fetched.whole, fetched.found) == (mail(1), True, found)
        assert found.size == len(mail(1))
        assert abs(found.received - datetime.now(UTC)) < timedelta(seconds=30)
    assert dovecot.flags() == [set()]


async def test_a_mail_that_staff_opened_first_is_found_all_the_same(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        dovecot.append(mail(1), flags=r"(\Seen)")
        assert await uids(mailbox, mark) == [1]


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
async def test_a_big_mail_is_fetched_in_parts_and_whole(dovecot: Dovecot, size: int) -> None:
    head = b"Subject: grande\r\n\r\n"
    raw = head + (b"x" * 98 + b"\r\n") * (1 + size // 100)
    raw = raw[: max(size, len(head))]
    dovecot.append(raw)
    async with Mailbox(account(dovecot)) as mailbox:
        validity = (await mailbox.baseline(None)).uidvalidity
        fetched = await mailbox.fetch(validity, 1)
        assert fetched is not None
        assert (len(fetched.raw), fetched.raw == raw) == (len(raw), True)


async def test_of_a_mail_beyond_the_limit_only_the_header_is_fetched(dovecot: Dovecot) -> None:
    dovecot.append(mail(1, "x" * 200_000))
    async with Mailbox(account(dovecot)) as mailbox:
        validity = (await mailbox.baseline(None)).uidvalidity
        fetched = await mailbox.fetch(validity, 1, most_bytes=100_000)
        assert fetched is not None
        assert (fetched.whole, fetched.raw) == (False, mail(1, "").removesuffix(b"\r\n"))
        assert fetched.found.size > 200_000


async def test_a_mail_that_staff_deleted_meanwhile_is_none(dovecot: Dovecot) -> None:
    dovecot.append(mail(1))
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        with dovecot.imap() as staff:
            staff.select("INBOX")
            staff.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            staff.expunge()
        assert await mailbox.fetch(mark.uidvalidity, 1) is None
        assert await mailbox.move(mark.uidvalidity, 1, "Contestados") is Moved.GONE


def test_twenty_of_twenty_mails_between_a_search_and_idle_end_the_wait_at_once(dovecot: Dovecot) -> None:
    """Announced in the same segment as `+ idling`, they sit in the buffered reader where no poll sees them."""
    session = Session(account(dovecot, poll_seconds=60))
    mark = session.baseline(None)
    news = []
    begun = time.monotonic()
    for number in range(1, 21):
        session.look(mark)
        dovecot.deliver(mail(number))
        news.append(session.wait())
    session.close()
    assert (news, time.monotonic() - begun < 60) == ([True] * 20, True)  # one that waits for the poll takes 60 alone


async def test_twenty_of_twenty_mails_are_noticed_whenever_they_come(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        noticed = []
        for number in range(1, 21):
            await uids(mailbox, mark)
            dovecot.deliver(mail(number))  # the IMAP thread enters IDLE at this very time
            async with asyncio.timeout(30):
                while number not in await uids(mailbox, mark):
                    await mailbox.changed()
            noticed.append(number)
        assert noticed == list(range(1, 21))


async def test_a_mail_that_comes_in_idle_is_noticed_before_the_next_poll(dovecot: Dovecot) -> None:
    """How soon is the matter of bench/latency.py."""
    async with Mailbox(account(dovecot, poll_seconds=60)) as mailbox:
        mark = await mailbox.baseline(None)
        noticed = []
        for number in range(1, 11):
            await asyncio.sleep(0.1)  # in IDLE
            await asyncio.to_thread(dovecot.deliver, mail(number))
            async with asyncio.timeout(30):
                while number not in await uids(mailbox, mark):
                    await mailbox.changed()
            noticed.append(number)
        assert noticed == list(range(1, 11))


async def test_a_server_without_idle_is_polled() -> None:
    with running_dovecot(without=["IDLE"]) as server:
        async with Mailbox(account(server, poll_seconds=0.3)) as mailbox:
            mark = await mailbox.baseline(None)
            server.deliver(mail(1))
            async with asyncio.timeout(30):
                while await uids(mailbox, mark) != [1]:
                    await mailbox.changed()
            assert "IDLE" not in server.log()


@pytest.mark.parametrize("without", [(), ("MOVE",)])
async def test_filing_moves_one_mail_and_spares_what_staff_marked_as_deleted(without: tuple[str, ...]) -> None:
    """With UID MOVE, or with UID COPY, UID STORE, UID EXPUNGE: never an EXPUNGE of the whole folder."""
    with running_dovecot(without=without) as server:
        for number in (1, 2, 3):
            server.append(mail(number))
        with server.imap() as staff:
            staff.select("INBOX")
            staff.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
        async with Mailbox(account(server)) as mailbox:
            mark = await mailbox.baseline(None)
            moved = await mailbox.move(mark.uidvalidity, 2, "Atención/Contestados")
        assert (moved, server.uids(), server.mails("Atenci&APM-n/Contestados")) == (Moved.DONE, [1, 3], [mail(2)])


async def test_a_server_without_move_and_uidplus_keeps_the_mail_where_it_is() -> None:
    with running_dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.append(mail(1))
        async with Mailbox(account(server)) as mailbox:
            mark = await mailbox.baseline(None)
            assert await mailbox.move(mark.uidvalidity, 1, "Contestados") is Moved.LEFT
        assert (server.uids(), server.uids("Contestados")) == ([1], [])


async def test_moving_every_mail_one_by_one_leaves_none_behind(dovecot: Dovecot) -> None:
    """By sequence number every second mail would vanish."""
    dovecot.deliver_all(mail(n) for n in range(20))
    async with Mailbox(account(dovecot)) as mailbox:
        validity = (await mailbox.baseline(None)).uidvalidity
        moved = [await mailbox.move(validity, found.uid, "Contestados")
                 for found in (await mailbox.look(Watermark(validity, 0))).found]
    assert (moved, dovecot.uids(), len(dovecot.uids("Contestados"))) == ([Moved.DONE] * 20, [], 20)


async def test_a_copy_of_a_reply_is_kept_in_a_folder_that_is_made_where_missing(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot)) as mailbox:
        await mailbox.append("Enviados", mail(1))
        await mailbox.append("Enviados", mail(2))
    assert (dovecot.mails("Enviados"), dovecot.flags("Enviados")) == ([mail(1), mail(2)], [{"\\Seen"}] * 2)


async def test_a_copy_that_is_in_sent_already_is_recognised_by_its_id(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot)) as mailbox:
        await mailbox.append("Enviados", mail(1))
        asked = [("Enviados", "<1@example.com>"), ("Enviados", "<2@example.com>"), ("No hay", "<1@example.com>"),
                 ("Enviados", '<1@example.com>" ALL "')]
        assert [await mailbox.call(lambda s, w=where, i=name: s.has_mail(w, i)) for where, name in asked] == [
            True, False, False, False]
        assert await uids(mailbox, Watermark((await mailbox.baseline(None)).uidvalidity, 0)) == []


async def test_another_folder_is_watched_without_leaving_ours(dovecot: Dovecot) -> None:
    dovecot.append(mail(1))
    async with Mailbox(account(dovecot)) as mailbox:
        ours = await mailbox.baseline(None)
        await mailbox.append("Enviados", mail(7))
        end = await glanced(mailbox, "Enviados", None)
        dovecot.append(mail(8), "Enviados")
        headers = (await glanced(mailbox, "Enviados", Watermark(end.uidvalidity, end.upto))).headers
        dovecot.deliver(mail(2))
        assert [b"Subject: prueba 8" in header.raw for header in headers] == [True]
        assert await uids(mailbox, ours) == [2]
    assert dovecot.flags("Enviados")[1] == set()


async def test_a_mail_that_arrives_while_another_folder_is_looked_at_is_noticed(dovecot: Dovecot) -> None:
    """Selecting INBOX again tells its number of mails, and so IDLE never mentions the new one."""
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        await mailbox.append("Enviados", mail(7))
        await mailbox.changed()  # the connection itself

        def away(session: Session) -> None:
            with session.visiting("Enviados"):
                dovecot.deliver(mail(1))

        await mailbox.call(away)
        async with asyncio.timeout(30):
            await mailbox.changed()
            assert await uids(mailbox, mark) == [1]


async def test_looking_at_another_folder_is_no_news(dovecot: Dovecot) -> None:
    """Otherwise a daemon that looks at Sent after each news would never rest."""
    async with Mailbox(account(dovecot)) as mailbox:
        await mailbox.append("Enviados", mail(7))
        end = await glanced(mailbox, "Enviados", None)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await mailbox.changed()
        await glanced(mailbox, "Enviados", Watermark(end.uidvalidity, end.upto - 1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await mailbox.changed()


async def test_a_change_of_uidvalidity_is_told_and_only_mails_since_the_first_start_come_again(
    dovecot: Dovecot,
) -> None:
    dovecot.deliver_all(mail(n) for n in range(3))
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        await asyncio.sleep(2.1)  # INTERNALDATE knows whole seconds
        dovecot.deliver(mail(4))
        assert await uids(mailbox, mark) == [4]
        dovecot.stop()
        dovecot.change_uidvalidity()
        dovecot.start()
        look = None
        async with asyncio.timeout(60):
            while look is None:
                try:
                    look = await mailbox.look(mark)
                except ServerTrouble:
                    await asyncio.sleep(0.2)
        subjects = []
        for found in look.found:
            fetched = await mailbox.fetch(found.uidvalidity, found.uid)
            assert fetched is not None
            subjects.append(fetched.raw.split(b"Subject: ")[1].split(b"\r\n")[0])
        assert (look.renumbered, look.uidvalidity != mark.uidvalidity) == (True, True)
        assert subjects == [b"prueba 4"]
        assert await mailbox.fetch(mark.uidvalidity, 4) is None  # the old number means nothing any more


async def test_after_a_restart_of_the_server_the_connection_comes_back_by_itself(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot)) as mailbox:
        mark = await mailbox.baseline(None)
        dovecot.kill()
        dovecot.start()
        dovecot.deliver(mail(1))
        await until_seen(mailbox, mark, [1])
        assert mailbox.contact.connected


async def test_while_the_server_is_away_a_call_says_so_in_one_line(dovecot: Dovecot) -> None:
    dovecot.stop()
    async with Mailbox(account(dovecot)) as mailbox:
        with pytest.raises(ServerTrouble) as raised:
            await mailbox.baseline(None)
        assert raised.value.trouble == TryLater(
            f"IMAP 127.0.0.1:{dovecot.port}: no acepta conexiones; revisa port o espera a que vuelva", connection=True)
        assert mailbox.contact.trouble == raised.value.trouble
        dovecot.start()
        await until(lambda: mailbox.contact.connected)


async def test_a_wrong_password_is_refused_in_one_line_and_not_tried_in_a_hurry(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot, credential=Password("otra"))) as mailbox:
        with pytest.raises(ServerTrouble) as raised:
            await mailbox.baseline(None)
        assert raised.value.trouble == Refused(
            f"IMAP 127.0.0.1:{dovecot.port}: usuario o contraseña incorrectos; "
            "revisa mailbox.username y MAILBOT_MAILBOX_PASSWORD")
        await asyncio.sleep(2)
    assert dovecot.log().count("auth failed, 1 attempts") <= 3


async def test_a_folder_that_is_gone_is_named(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot, folder="Becas/Nuevos")) as mailbox:
        with pytest.raises(ServerTrouble) as raised:
            await mailbox.baseline(None)
        assert raised.value.trouble == TryLater(
            "IMAP 127.0.0.1: la carpeta «Becas/Nuevos» no existe o no se puede abrir; créala o corrige mailbox.folder",
            connection=True)


async def test_a_stop_in_idle_does_not_wait_for_the_poll(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot, poll_seconds=60)) as mailbox:
        await mailbox.baseline(None)
        await asyncio.sleep(0.2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 30
    with pytest.raises(ServerTrouble):
        await mailbox.baseline(None)


async def test_a_call_during_idle_does_not_wait_for_the_poll(dovecot: Dovecot) -> None:
    async with Mailbox(account(dovecot, poll_seconds=60)) as mailbox:
        mark = await mailbox.baseline(None)
        found = []
        for _ in range(20):
            await asyncio.sleep(0.05)
            async with asyncio.timeout(30):
                found.append((await mailbox.look(mark)).found)
        assert found == [()] * 20
