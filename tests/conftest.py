"""Fixtures that every test may ask for: real servers, each made for one test."""

from collections.abc import Iterator

import pytest

from tests.servers.certificates import Certificates, make_certificates
from tests.servers.dovecot import ADDRESS, Dovecot, running_dovecot
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.smtp import SmtpServer, running_smtp
from tests.servers.tokens import TokenServer, running_tokens


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A plain Dovecot with one password user and an empty INBOX."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A plain SMTP server that takes everything."""
    with running_smtp() as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A certificate authority and a certificate for localhost."""
    folder = tmp_path_factory.mktemp("certificates")
    return make_certificates(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session; ask it for a database of the test's own by `postgres.url(name)`."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def tokens(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """A token server behind TLS: msal talks to nothing else."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    with running_tokens(ADDRESS, tls=certificates) as server:
        yield server


@pytest.fixture
def oauth_dovecot() -> Iterator[Dovecot]:
    """A Dovecot that takes the tokens of such a server."""
    with running_dovecot(oauth_key="llave compartida") as server:
        yield server
