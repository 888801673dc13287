"""The configuration: every problem at once, in Spanish, with file, line and key; secrets never from the file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot.cli import program
from mailbot.config import (
    ConfigProblems,
    beside,
    load,
    load_or_defaults,
    missing_grants,
    missing_secrets,
    secret,
)
from mailbot.shell.limits import Limits

ACCOUNTS = """
[mailbox]
address = "becas@itq.test"
host = "127.0.0.1"
security = "none"
[smtp]
host = "127.0.0.1"
security = "none"
auth = "none"
"""
ROOT = Path(__file__).parents[1]


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        load(written(folder, text))
    return [p.removeprefix(f"{folder}/") for p in caught.value.problems]


def test_a_file_with_the_accounts_alone_has_a_default_for_all_the_rest(tmp_path: Path) -> None:
    config = load(written(tmp_path, ACCOUNTS))
    assert (config.mailbox.folder, config.smtp.messages_per_minute, config.reminders.business_days) == ("INBOX", 25, 5)
    assert config.store_url == f"sqlite:///{tmp_path}/var/mailbot.db"
    assert config.imap_username == "becas@itq.test"
    assert Limits.of(config.limits) == Limits()


def test_the_configuration_that_comes_with_the_program_is_right() -> None:
    config = load(ROOT / "config.toml")
    assert Limits.of(config.limits) == Limits()
    assert config.office.links.form.startswith("https://docs.google.com/forms/")
    assert missing_grants(config) == [
        "oauth2.tenant: falta; docs/oauth.md dice dónde se copia",
        "oauth2.client_id: falta; docs/oauth.md dice dónde se copia",
    ]


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        """[mailbox]
adress = "becas@itq.test"
host = "imap.itq.test"
port = "993"
start = "ayer"
[smtp]
host = "smtp.itq.test"
auth = "oauth"
[office]
mode = "sombra"
hours = "18-9"
timezone = "Queretaro"
[limitz]
""",
    ) == [
        "config.toml:1: mailbox.address: falta; agrégala",
        "config.toml:4: mailbox.port: debe ser un número entero",
        "config.toml:5: mailbox.start: «ayer» no es «now» ni una fecha como 2026-11-01",
        "config.toml:2: mailbox.adress: no se conoce esta clave; ¿quisiste decir «address»?",
        "config.toml:8: smtp.auth: no puede ser «oauth»; puede ser 'password', 'oauth2' o 'none'",
        "config.toml:10: office.mode: no puede ser «sombra»; puede ser 'live' o 'shadow'",
        "config.toml:12: office.timezone: «Queretaro» no es una zona horaria; por ejemplo, America/Mexico_City",
        "config.toml:11: office.hours: «18-9» no es un horario como 09:00-18:00",
        "config.toml:13: limitz: no se conoce esta clave; ¿quisiste decir «limits»?",
    ]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('[office.links]\nform = "https://otro.example/f"', "config.toml:11: office.links.form: lleva a «otro.example», "
         "que no está en la lista de sitios permitidos; si es correcto, agrégalo a hosts"),
        ('[office]\nmode = "shadow"', 'config.toml:11: office.mode: "shadow" manda las respuestas sólo al personal: '
         "falta al menos un correo en staff"),
        ('[store]\nurl = "mysql://mailbot:secreta@localhost/m"',
         "config.toml:11: store.url: debe ser sqlite:///archivo o postgresql+psycopg://…"),
        ('[office.links]\nprivacy = "http://queretaro.tecnm.mx"', "config.toml:11: office.links.privacy: "
         "«http://queretaro.tecnm.mx» no es una liga que empiece con https://"),
        ('[office]\nhours = "08:00-15:00"\ndigest = "16:00"', "config.toml:12: office.digest: 16:00 es después de cerrar "
         "(hours): el resumen no saldría nunca"),
        ('[office]\nstaff = ["BECAS@itq.test"]', "config.toml:11: office.staff: «BECAS@itq.test» es este mismo buzón: al "
         "personal se le escribe a otra dirección"),
    ],
)  # fmt: skip
def test_what_would_harm_students_is_refused(tmp_path: Path, more: str, problem: str) -> None:
    assert problems(tmp_path, ACCOUNTS + more) == [problem]


def test_an_unencrypted_server_elsewhere_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, ACCOUNTS.replace("127.0.0.1", "imap.itq.test", 1))
    assert problem.endswith('security: "none" sólo se permite en esta misma máquina; usa «tls» o «starttls»')


def test_a_secret_comes_from_the_environment_or_from_the_file_it_names(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("de un archivo\n", encoding="utf-8")
    assert secret("X", {"X": "directa"}) == "directa"
    assert secret("X", {"X_FILE": str(path)}) == "de un archivo"
    assert secret("X", {}) is None
    config = load(written(tmp_path, ACCOUNTS))
    assert missing_secrets(config, {"MAILBOT_MAILBOX_PASSWORD": "x"}) == []
    assert missing_secrets(config, {}) == [
        "MAILBOT_MAILBOX_PASSWORD: falta la contraseña del buzón; "
        "va en esa variable de entorno, o en un archivo que nombra MAILBOT_MAILBOX_PASSWORD_FILE"
    ]


def test_check_looks_at_rules_and_templates_even_beside_a_broken_configuration(tmp_path: Path) -> None:
    path = written(tmp_path, ACCOUNTS + "[limits]\npage = 3\n")
    (tmp_path / "templates" / "email").mkdir(parents=True)
    cierre = (ROOT / "templates" / "email" / "cierre.md").read_text(encoding="utf-8")
    (tmp_path / "templates" / "email" / "cierre.md").write_text(cierre + "\n{{ nombr }} [x](https://otro.example)\n")
    done = CliRunner().invoke(program, ["check", "--config", str(path)], standalone_mode=False)
    assert done.return_value == 1
    assert [line.split(": ", 1)[1] for line in done.output.splitlines() if line.startswith("✗")] == [
        "limits.page: no se conoce esta clave; ¿quisiste decir «pages»?",
        "falta la contraseña del buzón; va en esa variable de entorno, o en un archivo que nombra "
        "MAILBOT_MAILBOX_PASSWORD_FILE",
        "la variable «nombr» no existe; ¿quisiste decir «nombre»?",
        "la liga «https://otro.example» lleva a un sitio que no está permitido en config.toml ([office.links] hosts)",
    ]


def test_faults_between_keys_are_told_beside_those_of_single_keys(tmp_path: Path) -> None:
    evil = 'form = "https://otro.example/f"\nconstancia = "https://otra.example/c"\nprivacy = 3\n'
    text = ACCOUNTS.replace("127.0.0.1", "imap.itq.test", 1) + '[office]\nmode = "shadow"\nfone = "1"\n'
    assert [p.removeprefix("config.toml:") for p in problems(tmp_path, f"{text}[office.links]\n{evil}")] == [
        "16: office.links.privacy: debe ser un texto entre comillas",
        "12: office.fone: no se conoce esta clave; ¿quisiste decir «phone»?",
        '5: mailbox.security: "none" sólo se permite en esta misma máquina; usa «tls» o «starttls»',
        '11: office.mode: "shadow" manda las respuestas sólo al personal: falta al menos un correo en staff',
        "15: office.links.constancia: lleva a «otra.example», que no está en la lista de sitios permitidos; si es "
        "correcto, agrégalo a hosts",
        "14: office.links.form: lleva a «otro.example», que no está en la lista de sitios permitidos; si es correcto, "
        "agrégalo a hosts",
    ]


def test_beside_a_broken_configuration_what_is_right_in_it_still_counts(tmp_path: Path) -> None:
    text = ACCOUNTS.replace('auth = "none"', 'auth = "password"') + '[office.links]\nhosts = ["propio.example"]\n'
    config = beside(written(tmp_path, text + '[limits]\npages = "x"\nattachment_mb = 3\n[nada]\n'))
    assert (config.mailbox.address, config.smtp.auth, config.limits.attachment_mb) == ("becas@itq.test", "password", 3)
    assert config.office.allowed_hosts == ("serviciosdigitales.imss.gob.mx", "docs.google.com", "queretaro.tecnm.mx",
                                           "www.queretaro.tecnm.mx")  # the default links would clash with its own
    assert beside(written(tmp_path, "[mailbox")).mailbox.host == "localhost"


def test_what_needs_no_mailbox_takes_a_file_with_only_some_sections(tmp_path: Path) -> None:
    path = written(tmp_path, '[office]\nstaff = ["jefa@itq.test"]\n')
    assert load_or_defaults(path).office.staff == ("jefa@itq.test",)
    with pytest.raises(ConfigProblems) as caught:
        load_or_defaults(written(tmp_path, '[mailbox]\nport = "x"\n'))
    assert [p.removeprefix(f"{tmp_path}/") for p in caught.value.problems] == [
        "config.toml:2: mailbox.port: debe ser un número entero"
    ]


def test_a_file_saved_by_notepad_is_read_and_one_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + ACCOUNTS)
    assert load(path).mailbox.address == "becas@itq.test"
    for folder, name in (("rules", "20-escuelas.toml"), ("templates/email", "cierre.md")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).write_bytes("# uno\n# Querétaro\n".encode("latin-1"))
    path.write_bytes(ACCOUNTS.encode() + "# Querétaro".encode("latin-1"))
    done = CliRunner().invoke(program, ["check", "--config", str(path)], standalone_mode=False)
    assert (done.return_value, done.output.replace(f"{tmp_path}/", "").splitlines()) == (1, [
        "✗ config.toml:10: tiene letras que no están en UTF-8; guárdalo de nuevo con esa codificación",
        "✗ templates/email/cierre.md:2: tiene letras que no están en UTF-8; guárdalo de nuevo con esa codificación",
        "✗ rules/20-escuelas.toml:2: tiene letras que no están en UTF-8; guárdalo de nuevo con esa codificación",
        "",
        "3 problemas. No se inició nada.",
    ])  # fmt: skip


def test_rules_are_taken_as_a_whole_folder_and_templates_one_by_one(tmp_path: Path) -> None:
    from mailbot.folders import rule_texts, template_texts

    config = load(written(tmp_path, ACCOUNTS))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "10.toml").write_text("[[regla]]\n", encoding="utf-8")
    assert rule_texts(config) == {"rules/10.toml": "[[regla]]\n"}
    (tmp_path / "templates" / "email").mkdir(parents=True)
    (tmp_path / "templates" / "email" / "cierre.md").write_text("propia", encoding="utf-8")
    texts = template_texts(config)
    assert texts["cierre.md"] == "propia"
    assert "asunto" in texts["ya_tienes_seguro.md"]


def test_a_configuration_that_is_no_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "carpeta").mkdir()
    os.mkfifo(tmp_path / "tubo")
    said = []
    for name in ("carpeta", "tubo", "/dev/zero", "a\x1b[31m\n"):
        with pytest.raises(ConfigProblems) as caught:
            load(tmp_path / name)
        said += [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    assert said == [
        "carpeta: no se puede leer (es una carpeta)",
        "tubo: no se puede leer (no es un archivo)",
        "/dev/zero: no se puede leer (no es un archivo)",
        "a\\x1b[31m\\n: no existe; copia config.toml del proyecto o indica otro con --config",
    ]


def test_a_file_that_is_no_toml_is_told_in_spanish_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "[office]\nschool = Instituto\n")
    assert problems(tmp_path, path.read_text(encoding="utf-8")) == [
        "config.toml: línea 2: no es TOML válido: el valor no se entiende (¿faltan comillas?)"
    ]


def test_check_reminds_of_recesses_that_nobody_confirmed_until_somebody_does(tmp_path: Path) -> None:
    path = written(tmp_path, ACCOUNTS)
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    calendar = tmp_path / "rules" / "30-calendario.toml"

    def told() -> list[str]:
        runner = CliRunner(env={"MAILBOT_MAILBOX_PASSWORD": "x"})
        done = runner.invoke(program, ["check", "--config", str(path)], standalone_mode=False)
        assert done.return_value == 0, done.output
        return [line for line in done.output.splitlines() if "suposición" in line]

    assert told() == [
        "· rules/30-calendario.toml: los recesos son una suposición: compáralos con el calendario oficial y, "
        "ya corregidos, pon confirmado = true"
    ]
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(text.replace("\nconfirmado = false", "\nconfirmado = true"), encoding="utf-8")
    assert told() == []
