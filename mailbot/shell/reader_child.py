"""The child process that reads strangers' files: frames in, frames out, nothing else.

Started by ``workers``. First frame: what it is for and how much it may use; then one frame a document, followed by its
bytes. It answers each with one frame and ends with its standard input. Whatever libraries print goes nowhere.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from mailbot.core.documents import ILEGIBLE, Document
from mailbot.core.picture_marks import Mark
from mailbot.shell.confine import allow_cpu, confine
from mailbot.shell.limits import Limits
from mailbot.shell.wire import document_to_json, frame, knowledge_from_json, picture_to_json, read_frame

Answer = Callable[[dict[str, Any], bytes], dict[str, Any]]


def main() -> None:
    """Serve until standard input ends."""
    questions, answers = _private_pipes()
    _import_all()
    start = read_frame(questions)
    if start is None:
        return
    limits = Limits(**start["limits"])
    ocr = bool(start["ocr"])
    memory = limits.ocr_memory_mb if ocr else limits.reader_memory_mb
    confine(parent=start["parent"], memory_mb=memory, may_start_threads=ocr)
    answer = _answer_by_ocr(start, limits) if ocr else _answer_by_text(start, limits)
    _say(answers, {"ready": True})
    while (question := read_frame(questions)) is not None:
        data = questions.read(question["size"])
        if len(data) != question["size"]:
            return
        allow_cpu(limits.reader_seconds * (4 if ocr else 1))  # twice as long (workers.OCR_TIMES), two threads at once
        _say(answers, {**_guarded(answer, question, data), "mb": _resident_mb()})


def _import_all() -> None:
    """Import what reading needs while the daemon is still busy with its own start, before any document is near."""
    import pypdfium2  # noqa: F401

    from mailbot.core import captions, constancia, employers, impostors, sections, titles  # noqa: F401
    from mailbot.shell import pdf_words, picture, reader  # noqa: F401


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes away from standard input and output, so that no library can write into the frames."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return questions, answers


def _say(answers: BinaryIO, content: dict[str, Any]) -> None:
    answers.write(frame(content))
    answers.flush()


def _answer_by_text(start: dict[str, Any], limits: Limits) -> Answer:
    from mailbot.shell.picture import picture_of_constancia
    from mailbot.shell.reader import reading_of, warm_up

    knowledge = knowledge_from_json(start["knowledge"])
    warm_up(knowledge)

    def answer(question: dict[str, Any], data: bytes) -> dict[str, Any]:
        reading = reading_of(data, limits, knowledge)
        if question["do"] == "read":
            return {"document": document_to_json(reading.document)}
        marks = {name: Mark(*mark) for name, mark in question["marks"].items()}
        return {"picture": picture_to_json(picture_of_constancia(reading.source, reading.document, marks))}

    return answer


def _answer_by_ocr(start: dict[str, Any], limits: Limits) -> Answer:
    from mailbot.shell.ocr import Ocr

    knowledge = knowledge_from_json(start["knowledge"])
    engine = Ocr()

    def answer(_question: dict[str, Any], data: bytes) -> dict[str, Any]:
        return {"document": document_to_json(engine.read(data, limits, knowledge))}

    return answer


def _guarded(answer: Answer, question: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Turn whatever a hostile file makes a library raise into an unreadable document."""
    try:
        return answer(question, data)
    except MemoryError:
        gc.collect()
        problem = "pide más memoria de la permitida"
    except Exception:  # any library may raise anything over a stranger's bytes; the reason is of use to nobody
        problem = "el archivo está dañado"
    if question["do"] == "read":
        return {"document": document_to_json(Document(ILEGIBLE, problems=(problem,)))}
    return {"picture": None}


def _resident_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)


if __name__ == "__main__":
    main()
    sys.stdout = None  # its descriptor is /dev/null; nothing is left to flush
    os._exit(0)
