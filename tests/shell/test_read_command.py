"""`mailbot read`: one object a line, plain Spanish for people, the marked picture, and clear exit codes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mailbot.files import why_not
from tests.shell import papers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "constancia.pdf").write_bytes(papers.constancia())
    (tmp_path / "nota.txt").write_bytes(b"hola")
    return tmp_path


def mailbot(folder: Path, *words: str, command: str = "read") -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder, outside the repository and without a configuration."""
    return subprocess.run(
        [sys.executable, "-m", "mailbot", command, *words], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"}, timeout=120,
    )  # fmt: skip


def test_json_is_one_object_a_line(folder: Path) -> None:
    ran = mailbot(folder, "--json", "constancia.pdf", "nota.txt")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert [line["file"] for line in lines] == ["constancia.pdf", "nota.txt"]
    assert {k: v for k, v in lines[0].items() if k != "signs"} == {"file": "constancia.pdf", **papers.READ}
    assert lines[1] == {
        **dict.fromkeys(("via", "nss", "curp", "nombre", "fecha", "estado", "servicio_medico")),
        "file": "nota.txt",
        "kind": "otro_formato",
        "patrones": [],
        "problems": ["es un archivo de texto"],
        "signs": [],
    }


def test_people_read_spanish(folder: Path) -> None:
    ran = mailbot(folder, "constancia.pdf")
    assert ran.returncode == 0
    assert "Constancia de vigencia de derechos (leída del texto del PDF)" in ran.stdout
    assert "Estado            VIGENTE" in ran.stdout


def test_a_file_that_is_not_there_is_one_clear_line(folder: Path) -> None:
    ran = mailbot(folder, "--json", "no-esta.pdf", "constancia.pdf")
    assert ran.returncode == 1
    assert ran.stderr.startswith("no-esta.pdf: no se puede abrir")
    assert len(ran.stderr.splitlines()) == 1
    assert len(ran.stdout.splitlines()) == 1


@pytest.mark.parametrize("command", ["read", "decide"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("carpeta", "carpeta: no se puede abrir (es una carpeta)"),
        ("tubo", "tubo: no se puede abrir (no es un archivo)"),
        ("/dev/zero", "/dev/zero: no se puede abrir (no es un archivo)"),
        ("a" * 300, "a" * 300 + ": no se puede abrir (su nombre es demasiado largo)"),
        ("nota.txt/x", "nota.txt/x: no se puede abrir (no existe)"),
        ("no\nesta\x1b[31m\u202e.pdf", "no\\nesta\\x1b[31m\\u202e.pdf: no se puede abrir (no existe)"),
    ],
    ids=["folder", "pipe", "endless device", "long name", "beyond a file", "name that a terminal obeys"],
)
def test_what_is_no_file_is_one_clear_line(folder: Path, command: str, name: str, said: str) -> None:
    (folder / "carpeta").mkdir()
    os.mkfifo(folder / "tubo")
    ran = mailbot(folder, name, command=command)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", said + "\n")


def test_a_file_without_permission_is_said() -> None:
    assert why_not(PermissionError(errno.EACCES, "Permission denied")) == "no hay permiso"


@pytest.mark.parametrize(
    ("name", "shown"), [("a\nb\x1b[31m.txt", "a\\nb\\x1b[31m.txt"), ("a\udcff.txt", "a\\udcff.txt")]
)
def test_a_name_is_one_line_whatever_it_holds(folder: Path, name: str, shown: str) -> None:
    (folder / name).write_bytes(b"hola")
    ran = mailbot(folder, name)
    assert (ran.returncode, ran.stdout.splitlines()[0], ran.stderr) == (0, shown, "")
    ran = mailbot(folder, "--json", name)
    said = name.replace("\udcff", "\\udcff")
    assert [json.loads(line)["file"] for line in ran.stdout.splitlines()] == [said]


def test_of_a_file_that_is_too_large_no_more_is_read_than_tells_so(folder: Path) -> None:
    with (folder / "hueco.pdf").open("wb") as file:
        file.truncate(1 << 42)
    ran = mailbot(folder, "--json", "hueco.pdf")
    assert (ran.returncode, json.loads(ran.stdout)["problems"]) == (0, ["es demasiado grande"])


def test_the_picture_is_written(folder: Path) -> None:
    ran = mailbot(folder, "--picture", "salida.png", "constancia.pdf")
    assert (ran.returncode, ran.stderr) == (0, "")
    with Image.open(folder / "salida.png") as picture:
        assert (picture.format, picture.width) == ("PNG", 720)
    assert (folder / "salida.png").stat().st_size <= 150_000


def test_where_there_is_nothing_to_draw_it_says_so(folder: Path) -> None:
    ran = mailbot(folder, "--picture", "salida.png", "nota.txt")
    assert ran.returncode == 1
    assert ran.stderr.startswith("no hay qué dibujar")
    assert not (folder / "salida.png").exists()


@pytest.mark.parametrize("words", [(), ("--nada", "a.pdf"), ("--picture", "x.png", "a.pdf", "b.pdf")])
def test_wrong_usage_is_two(folder: Path, words: tuple[str, ...]) -> None:
    assert mailbot(folder, *words).returncode == 2


def test_a_broken_data_file_is_named_with_its_problem(folder: Path) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "documentos.toml").write_text("[[documento]\n", encoding="utf-8")
    ran = mailbot(folder, "constancia.pdf")
    assert ran.returncode == 2
    assert "rules/documentos.toml" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_data_file_is_read_as_notepad_saves_it_and_its_mistakes_are_told_in_spanish(folder: Path) -> None:
    own = Path(__file__).parents[2] / "rules" / "documentos.toml"
    (folder / "config.toml").touch()
    (folder / "rules").mkdir()
    mine = folder / "rules" / "documentos.toml"
    mine.write_text("\ufeff" + own.read_text("utf-8"), "utf-8")
    assert mailbot(folder, "constancia.pdf").returncode == 0
    mine.write_text('[[documento]]\ntitulos = ["Licencia" "Permiso"]\n', "utf-8")
    ran = mailbot(folder, "constancia.pdf")
    assert (ran.returncode, ran.stderr.strip()) == (
        2, "rules/documentos.toml: línea 2: no es TOML válido: falta una coma, o cerrar un corchete ]"
    )  # fmt: skip
