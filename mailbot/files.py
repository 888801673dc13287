"""Files that somebody names: read within bounds, named on one line, and in Spanish why they cannot be read."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

_WHY = {
    errno.ENOENT: "no existe",
    errno.ENOTDIR: "no existe",
    errno.EISDIR: "es una carpeta",
    errno.EACCES: "no hay permiso",
    errno.EPERM: "no hay permiso",
    errno.ENAMETOOLONG: "su nombre es demasiado largo",
    errno.ENOSPC: "el disco está lleno",
    errno.EROFS: "el disco es de sólo lectura",
    errno.EIO: "el disco falla",
}


def read_file(path: Path, most: int = 0) -> bytes:
    """Return a file's bytes, at most so many (0: all); raise OSError, for a pipe or device too: it may never end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "no es un archivo", str(path))
    with path.open("rb") as file:
        return file.read(most or -1)


def why_not(error: OSError) -> str:
    """Say in Spanish why a file cannot be read or written."""
    return _WHY.get(error.errno or 0) or error.strerror or type(error).__name__


def shown(path: Path) -> str:
    """Return a file's name as one line that no terminal takes for a command."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))
