"""The command line: one Spanish line for each wrong use, the contract's exit codes, quick help."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.cli import COMMANDS

CORPUS = Path(__file__).parent / "corpus"


def mailbot(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailbot", *arguments], capture_output=True, text=True, check=False, cwd=folder
    )


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["foo"], 2, "mailbot: no existe el comando foo; mira «mailbot --help»"),
        (["read"], 2, "mailbot read: falta ARCHIVO…; mira «mailbot read --help»"),
        (["read", "no-hay.pdf"], 1, "no-hay.pdf: no se puede abrir (no existe)"),
        (["run", "--now", "2026-11-23T10:00:00-06:00"], 2,
         "mailbot run: --now sólo se puede usar junto con --once; mira «mailbot run --help»"),
        (["decide", "--on", "ayer", "x"], 2,
         "mailbot decide: --on: «ayer» no es una fecha como 2026-11-23; mira «mailbot decide --help»"),
        (["decide", "--from", "ana@", "x"], 2,
         "mailbot decide: --from: «ana@» no es una dirección de correo; mira «mailbot decide --help»"),
        (["run", "--once"], 2, "config.toml: no existe; copia config.toml del proyecto o indica otro con --config"),
        (["check"], 2, "config.toml: no existe; copia config.toml del proyecto o indica otro con --config"),
    ],
)  # fmt: skip
def test_a_wrong_use_ends_with_one_clear_line(tmp_path: Path, arguments: list[str], code: int, line: str) -> None:
    done = mailbot(*arguments, folder=tmp_path)
    assert (done.returncode, done.stderr.splitlines()) == (code, [line])


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from mailbot.cli import program; program(['--help'], standalone_mode=False); " \
           "print(sorted(m for m in ('sqlalchemy', 'pdfplumber', 'pydantic', 'holidays', 'jinja2') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_decide_says_all_that_the_contract_promises_one_object_a_line(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "de_baja" / "01.eml"
    asks = ("--from", "Otra <OTRA@correo.example>", "--json")
    done = mailbot("decide", str(story), str(story), *asks, folder=tmp_path)
    assert done.returncode == 0
    one, other = (json.loads(line) for line in done.stdout.splitlines())
    assert one == other
    assert set(one) == {"file", "facts", "rule", "reply", "subject", "to", "cc", "text", "html", "reminder", "because"}
    assert {k: one[k] for k in ("rule", "reply", "subject", "to", "cc", "reminder")} == {
        "rule": "de baja",
        "reply": "solicita_tu_alta",
        "subject": "Re: Constancia",
        "to": "otra@correo.example",
        "cc": [],
        "reminder": "2026-11-30T09:00:00-06:00",
    }
    assert one["because"][-1] == ["de baja", None]
    assert "\r" not in one["text"] + one["html"]
    assert all(failed for _, failed in one["because"][:-1])


def test_decide_says_why_where_no_reply_is_due(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "una_beca" / "01.eml"
    said = json.loads(mailbot("decide", str(story), "--json", folder=tmp_path).stdout)
    assert (said["reply"], said["to"], said["why"]) == (
        None, None, "no trata del seguro facultativo: se deja al personal",
    )  # fmt: skip


@pytest.mark.parametrize("config", [None, "[office]\nphone = '442 000 0000'\n"])
def test_decide_takes_a_mail_to_any_mailbox_as_ours_where_none_is_configured(
    tmp_path: Path, config: str | None
) -> None:
    if config is not None:
        (tmp_path / "config.toml").write_text(config)
    (tmp_path / "a.eml").write_text(
        "From: ana@correo.example\nTo: becas@otra-escuela.example\nSubject: duda\n"
        "Date: Mon, 23 Nov 2026 10:00:00 -0600\n\n¿Dónde descargo la constancia de vigencia?\n",
        encoding="utf-8",
    )
    said = json.loads(mailbot("decide", "a.eml", "--json", folder=tmp_path).stdout)
    assert (said["reply"], said["to"]) == ("como_empezar", "ana@correo.example")


def test_the_day_of_decide_replaces_the_day_of_the_mail(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "de_baja" / "01.eml"
    said = json.loads(mailbot("decide", str(story), "--on", "2026-11-24", "--json", folder=tmp_path).stdout)
    assert said["reply"] == "fecha_no_es_de_hoy"


def test_what_people_read_fits_a_terminal_of_80_columns(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "de_baja" / "01.eml"
    paper = Path(__file__).parent / "corpus" / "constancias" / "cajas-vigente_empresa_y_escuela.pdf"
    shutil.copy(story, tmp_path / "01.eml")
    shutil.copy(paper, tmp_path / "c.pdf")
    lines = [
        line
        for command in (["decide", "01.eml"], ["read", "c.pdf"], ["rules"])
        for line in mailbot(*command, folder=tmp_path).stdout.splitlines()
    ]
    assert [line for line in lines if len(line) > 80 and "https://" not in line] == []
    assert any(line == "  ✗ una emergencia (no se cumple: mensaje = urgencia)" for line in lines)


ENGLISH = re.compile(r"\b(?:Usage|Options|OPTIONS|Commands|COMMAND|ARGS|Show|and exit|default)\b")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_is_in_spanish_and_says_what_each_option_does(command: list[str]) -> None:
    done = mailbot(*command, "--help")
    bare = [line for line in done.stdout.splitlines() if re.fullmatch(r"  -\S+(?: [A-Z.a-z]+)?", line)]
    assert (done.returncode, ENGLISH.findall(done.stdout), done.stdout.startswith("Uso: mailbot")) == (0, [], True)
    assert bare == [], "an option without a word on what it does"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["show", "doce"], "mailbot show: ID: «doce» no es un número; mira «mailbot show --help»"),
        (["status", "hoy"], "mailbot status: sobra «hoy»; mira «mailbot status --help»"),
        (["case"], "mailbot case: falta ID; mira «mailbot case --help»"),
        (["status", "--jsom"], "mailbot status: no existe la opción --jsom; mira «mailbot status --help»"),
        (["restore", "no-hay.db"], "mailbot restore: ARCHIVO: «no-hay.db» no existe; mira «mailbot restore --help»"),
        (["cases", "--state", "listo"],
         "mailbot cases: --state: «listo» no es uno de éstos: nuevo, alta_pedida, esperando_baja, confirmado, "
         "con_persona, cerrado; mira «mailbot cases --help»"),
        (["demo", "--out", "config.toml"],
         "mailbot demo: --out: «config.toml» es un archivo, no una carpeta; mira «mailbot demo --help»"),
        (["check", "--online=si"], "mailbot: la opción --online no lleva ningún valor; mira «mailbot --help»"),
        (["check", "--config"], "mailbot: a la opción --config le falta su valor; mira «mailbot --help»"),
    ],
)  # fmt: skip
def test_what_click_finds_wrong_is_said_in_spanish(tmp_path: Path, arguments: list[str], line: str) -> None:
    (tmp_path / "config.toml").touch()
    done = mailbot(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (2, "", [line])


def test_without_a_command_the_help_page_is_shown_and_nothing_done(tmp_path: Path) -> None:
    done = mailbot(folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", mailbot("--help", folder=tmp_path).stdout)
