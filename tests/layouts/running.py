"""Layouts that run: fields in a paragraph, captions under their values in one section, employers over two columns.

By hand: python -m tests.layouts.sweep --family running.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.layouts.families import Field, Style, boxes, facts, style_of
from tests.layouts.paper import WIDTH, Paper, width, wrap
from tests.layouts.people import Person, written_date

CLINIC = ("Delegación", "QUERETARO"), ("UMF", "13"), ("Turno", "MATUTINO"), ("Consultorio", "5"), ("Agregado médico", "-")


def paragraph(p: Paper, st: Style, fields: Sequence[Field], x0: float, x1: float, y: float) -> float:
    """All fields one after the other, with a mark between them; labels and values break where a line ends."""
    mark = st.rng.choice((";", ".", " |", ","))
    x, size = x0, st.value_size
    for number, (label, value) in enumerate(fields):
        end = mark if number + 1 < len(fields) else ""
        words = [(w, st.label_font) for w in f"{label}:".split()] + [(w, st.value_font) for w in f"{value}{end}".split()]
        for word, font in words:
            wide = width(word, font, size)
            if x > x0 and x + wide > x1:
                x, y = x0, y + 1.25 * size
            p.put(x, y, word, font, size)
            x += wide + width(" ", font, size)
    return y + 2 * size


def captions(p: Paper, st: Style, fields: Sequence[Field], x0: float, x1: float, y: float) -> float:
    """Each value over its label in small print."""
    columns = st.rng.choice((1, 2, 3))
    room = (x1 - x0) / columns - 10
    small = 0.75 * st.value_size
    for start in range(0, len(fields), columns):
        for i, (label, value) in enumerate(fields[start : start + columns]):
            p.put(x0 + i * (room + 10), y, value or "-", st.value_font, st.value_size)
            p.put(x0 + i * (room + 10), y + 1.1 * small + 2, label, st.label_font, small)
        y += 2.2 * st.value_size + small + 6
    return y + st.value_size


def employers_over_columns(p: Paper, st: Style, person: Person, x0: float, x1: float, y: float) -> float:
    """Blocks of labels that fill a column and go on in the next one, whatever stands where it ends."""
    middle = (x0 + x1) / 2
    lines: list[str] = []
    for e in person.employers:
        for label, value in (("Registro patronal", e.registro), ("Razón social", e.razon_social), ("Modalidad", e.modalidad)):
            lines += wrap(f"{st.case(label)}: {value}", st.value_font, st.value_size, middle - x0 - 16)
    tall = st.rng.randint(max(3, len(lines) // 2), max(4, len(lines)))
    for number, line in enumerate(lines):
        x = x0 if number < tall else middle
        p.put(x, y + (number % tall) * 1.3 * st.value_size, line, st.value_font, st.value_size)
    return y + tall * 1.3 * st.value_size + 10


def lay_out(rng: random.Random, person: Person) -> tuple[Paper, dict[str, object]]:
    """Return the paper and the facts that a reader must find on it."""
    st = style_of(rng)
    flows = rng.random() < 0.5
    st.colon = flows
    label = lambda kind: st.case(st.labels[kind])  # noqa: E731
    p = Paper()
    x0, x1 = 54.0, WIDTH - rng.choice((54.0, 140.0, 220.0))
    p.put(x0, 50, "Constancia de Vigencia de Derechos", "Helvetica-Bold", 14)
    personal = [(label("nombre"), person.name), (label("nss"), person.nss), (label("curp"), person.curp),
                (label("nacimiento"), written_date(rng, person.birth)), (label("fecha"), written_date(rng, person.issued))]  # fmt: skip
    status = [(label("estado"), person.estado), (label("servicio"), "SI" if person.service else "NO"),
              (label("vigencia"), rng.choice(("PENSIONADO", "-")))]  # fmt: skip
    sections = [personal, status, [(st.case(a), b) for a, b in CLINIC]]
    rng.shuffle(sections)
    captioned = rng.randrange(3)
    y = 80.0
    for number, fields in enumerate(sections):
        draw = paragraph if flows else captions if number == captioned else boxes
        if rng.random() < 0.6:
            p.put(x0, y, ("Datos del asegurado", "Datos de vigencia", "Adscripción")[number], "Helvetica-Bold", st.value_size + 1)
            y += 2.2 * st.value_size
        y = draw(p, st, fields, x0, x1, y) + 14
    employers_over_columns(p, st, person, x0, x1, y + 10)
    return p, facts(person, "column")
