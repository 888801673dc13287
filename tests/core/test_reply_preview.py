"""Can an admin see every template before anybody gets it?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mailbot.core.reply import STEMS


def preview(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `mailbot preview` in a folder that has nothing but what a test put there."""
    command = [sys.executable, "-m", "mailbot", "preview", "--open-folder", "vista"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_every_template_is_drawn_as_page_and_text_and_shown_on_one_page(tmp_path: Path) -> None:
    done = preview(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"{len(STEMS)} plantillas dibujadas. Abre vista/index.html\n",
        "",
    )
    written = {f.name for f in (tmp_path / "vista").iterdir()}
    assert written == {"index.html"} | {f"{s}.{kind}" for s in STEMS for kind in ("html", "txt")}
    index = (tmp_path / "vista" / "index.html").read_text(encoding="utf-8")
    assert [s for s in STEMS if index.count(f'src="{s}.html"') != 2] == []  # phone and desk


def test_an_own_template_beside_is_taken_and_its_mistake_is_said_without_a_traceback(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "email"
    own.mkdir(parents=True)
    (own / "cierre.md").write_text("---\nasunto: Hola\n---\n\nHola, {{ nombr }}\n", encoding="utf-8")
    done = preview(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "✗ templates/email/cierre.md:5: la variable «nombr» no existe; ¿quisiste decir «nombre»?\n",
        "",
    )
