"""The functional core stays pure: it imports neither the shell nor anything that touches the world."""

import ast
from pathlib import Path

import pytest

import mailbot

CORE = Path(mailbot.__file__).parent / "core"
WORLD = {
    "os", "sys", "io", "socket", "ssl", "time", "random", "secrets", "logging", "subprocess", "threading", "asyncio",
    "pathlib", "tempfile", "shutil", "sqlite3", "sqlalchemy", "structlog", "imap_tools", "aiosmtplib", "requests",
}  # fmt: skip


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("file", sorted(CORE.rglob("*.py")), ids=lambda f: f.stem)
def test_a_core_file_touches_no_world_and_no_shell(file: Path) -> None:
    names = imported(file)
    assert {n for n in names if n.split(".")[0] in WORLD} == set()
    assert {n for n in names if n.startswith("mailbot.") and not n.startswith("mailbot.core")} == set()


@pytest.mark.parametrize("file", sorted(CORE.rglob("*.py")), ids=lambda f: f.stem)
def test_a_core_file_asks_no_clock(file: Path) -> None:
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert calls & {"now", "today", "utcnow"} == set()
