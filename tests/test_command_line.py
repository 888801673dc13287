"""The command line: one Spanish line for each wrong use, the contract's exit codes, quick help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
    done = mailbot("decide", str(story), str(story), "--from", "otra@correo.example", "--json", folder=tmp_path)
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
    assert all(failed for _, failed in one["because"][:-1])


def test_decide_says_why_where_no_reply_is_due(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "una_beca" / "01.eml"
    said = json.loads(mailbot("decide", str(story), "--json", folder=tmp_path).stdout)
    assert (said["reply"], said["to"], said["why"]) == (
        None, None, "no trata del seguro facultativo: se deja al personal",
    )  # fmt: skip


def test_the_day_of_decide_replaces_the_day_of_the_mail(tmp_path: Path) -> None:
    story = Path(__file__).parent / "stories" / "de_baja" / "01.eml"
    said = json.loads(mailbot("decide", str(story), "--on", "2026-11-24", "--json", folder=tmp_path).stdout)
    assert said["reply"] == "fecha_no_es_de_hoy"
