"""Lay out one person's constancia in a random layout: sections in any order, each in its own style of fields."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.layouts.paper import FAMILIES, HEIGHT, WIDTH, Paper, width, wrap
from tests.layouts.people import Person, written_date

LABELS = {
    "nss": ("NSS", "N.S.S.", "Número de Seguridad Social", "No. de Seguridad Social", "Número de Seguro Social", "Núm. de Seguridad Social (NSS)"),
    "curp": ("CURP", "C.U.R.P.", "Clave Única de Registro de Población", "Clave Única de Registro de Población (CURP)"),
    "nombre": ("Nombre", "Nombre(s)", "Nombre completo", "Nombre del asegurado", "Nombre del derechohabiente"),
    "given": ("Nombre(s)", "Nombre", "Nombre (s)"),
    "first": ("Primer apellido", "Apellido paterno"),
    "second": ("Segundo apellido", "Apellido materno"),
    "fecha": ("Fecha de constancia", "Fecha de la constancia", "Fecha de emisión", "Fecha de expedición", "Fecha de elaboración"),
    "estado": ("Estado", "Estado actual", "Estado del asegurado"),
    "servicio": ("Con derecho al servicio médico", "Con derecho al (a) servicio médico", "Con derecho a servicio médico"),
    "nacimiento": ("Fecha de nacimiento",),
    "birth_state": ("Estado", "Entidad", "Lugar de nacimiento", "Entidad de nacimiento", "Entidad federativa"),
    "vigencia": ("Vigencia", "Vigencia hasta", "Vigente hasta", "Fin de vigencia"),
    "inicio": ("Inicio de vigencia", "Fecha de inicio de vigencia"),
    "razon": ("Nombre o razón social", "Razón social", "Nombre, denominación o razón social", "Nombre o razón social del patrón", "Patrón"),
    "registro": ("Registro patronal", "Registro Patronal", "No. de registro patronal"),
    "modalidad": ("Modalidad", "Modalidad de aseguramiento"),
}  # fmt: skip


@dataclass
class Style:
    """What one document keeps from its first line to its last."""

    rng: random.Random
    label_font: str
    value_font: str
    label_size: float
    value_size: float
    colon: bool
    case: Callable[[str], str]
    leading: float
    labels: dict[str, str]
    wide_gap: bool

    def label(self, kind: str) -> str:
        return self.case(self.labels[kind]) + (":" if self.colon else "")


Field = tuple[str, str]  # label as printed, value as printed


def style_of(rng: random.Random) -> Style:
    family = FAMILIES[rng.choice(tuple(FAMILIES))]
    size = rng.choice((7.5, 8, 9, 10, 11))
    case = rng.choice((str, str, str.upper, str.capitalize, _bare))
    labels = {kind: rng.choice(ways) for kind, ways in LABELS.items()}
    return Style(
        rng, rng.choice(family), rng.choice((family[0], family[0], family[1])), size,
        size + rng.choice((0, 0, 1, 2)), rng.random() < 0.6, case, rng.choice((1.25, 1.4, 1.7, 2.0)), labels,
        rng.random() < 0.2,
    )  # fmt: skip


def _bare(text: str) -> str:
    return text.translate(str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU"))


def rows(p: Paper, st: Style, fields: Sequence[Field], x0: float, x1: float, y: float) -> float:
    """A label and its value on each line: value at one tab, at the right edge, or right behind the label."""
    way = st.rng.choice(("tab", "tab", "right", "inline" if st.colon else "tab"))
    tab = x0 + max(width(label, st.label_font, st.label_size, p.tracking) for label, _ in fields) + 12
    step = st.leading * st.value_size + st.rng.choice((0.0, 2.0, 6.0))
    for label, value in fields:
        p.put(x0, y, label, st.label_font, st.label_size)
        start = tab
        if way == "inline":
            start = x0 + width(label + " ", st.label_font, st.label_size, p.tracking)
        if way == "right":
            for line in wrap(value, st.value_font, st.value_size, x1 - tab, p.tracking):
                p.put(tab, y, line, st.value_font, st.value_size, "right", x1 - tab)
                y += 1.2 * st.value_size
            y += step - 1.2 * st.value_size
            continue
        lines = wrap(value, st.value_font, st.value_size, x1 - start, p.tracking) or [""]
        for line in lines:
            p.put(start, y, line, st.value_font, st.value_size)
            y += 1.2 * st.value_size
        y += step - 1.2 * st.value_size
    return y


def pairs(p: Paper, st: Style, fields: Sequence[Field], x0: float, x1: float, y: float) -> float:
    """Two fields on a line, each label beside its value."""
    half = (x1 - x0) / 2 + 6
    longest = max(width(label + "  ", st.label_font, st.label_size, p.tracking) for label, _ in fields)
    if longest + 110 > half - 14:  # no room beside the labels
        return rows(p, st, fields, x0, x1, y)
    for left, right in zip(fields[::2], [*fields[1::2], ("", "")], strict=False):
        most = y
        for x, (label, value) in ((x0, left), (x0 + half, right)):
            p.put(x, y, label, st.label_font, st.label_size)
            start = x + width(label + "  ", st.label_font, st.label_size, p.tracking) + 4
            lines = wrap(value, st.value_font, st.value_size, max(x + half - 14 - start, 60), p.tracking)
            for i, line in enumerate(lines):
                p.put(start, y + i * 1.2 * st.value_size, line, st.value_font, st.value_size)
                most = max(most, y + i * 1.2 * st.value_size)
        y = most + st.leading * st.value_size + 4
    return y


def boxes(p: Paper, st: Style, fields: Sequence[Field], x0: float, x1: float, y: float) -> float:
    """A grid of boxes, the label in small print above its value."""
    columns = st.rng.choice((1, 2, 2, 3, 3)) if x1 - x0 > 300 else 1
    align = st.rng.choice(("left", "left", "center", "right"))
    room = (x1 - x0) / columns - 10
    gap = st.rng.choice((1.15, 1.4, 1.9))
    for start in range(0, len(fields), columns):
        line = fields[start : start + columns]
        heads = [wrap(f[0], st.label_font, st.label_size, room, p.tracking) for f in line]
        cells = [wrap(f[1], st.value_font, st.value_size, room, p.tracking) for f in line]
        tall = max(map(len, heads))
        for i, (head, cell) in enumerate(zip(heads, cells, strict=True)):
            x = x0 + i * (room + 10)
            for n, text in enumerate(head):
                p.put(x, y + (tall - len(head) + n) * 1.15 * st.label_size, text, st.label_font, st.label_size, align, room)
            below = y + (tall - 1) * 1.15 * st.label_size + gap * st.value_size
            for n, text in enumerate(cell):
                p.put(x, below + n * 1.2 * st.value_size, text, st.value_font, st.value_size, align, room)
        y += (tall - 1) * 1.15 * st.label_size + gap * st.value_size
        y += max(map(len, cells)) * 1.2 * st.value_size + st.rng.choice((6.0, 10.0, 16.0))
    return y


STYLES = (rows, rows, pairs, boxes, boxes)


def employers_table(p: Paper, st: Style, person: Person, x0: float, x1: float, y: float, *, modalidad: str) -> float:
    """A table with a row for each employer; ``modalidad`` column, under the name, or none."""
    kinds = ["registro", "razon"] if st.rng.random() < 0.6 else ["razon", "registro"]
    if modalidad == "column":
        kinds.insert(st.rng.choice((2, 2, 0)), "modalidad")
    share = {"registro": 0.22, "razon": 0.78 - (0.28 if modalidad == "column" else 0), "modalidad": 0.28}
    total = sum(share[k] for k in kinds)
    rooms = [share[k] / total * (x1 - x0) for k in kinds]
    xs = [x0 + sum(rooms[:i]) for i in range(len(kinds))]
    align = st.rng.choice(("left", "left", "center"))
    padding = st.rng.choice((4.0, 8.0, 14.0))
    heads = [wrap(st.label(k).rstrip(":"), st.label_font, st.label_size, r - 10, p.tracking) for k, r in zip(kinds, rooms, strict=True)]
    for x, r, lines in zip(xs, rooms, heads, strict=True):
        for n, text in enumerate(lines):
            p.put(x, y + n * 1.15 * st.label_size, text, st.label_font, st.label_size, align, r - 10)
    y += (max(map(len, heads)) - 1) * 1.15 * st.label_size + 1.2 * st.value_size + padding
    valign = st.rng.choice(("top", "middle", "bottom"))
    hyphens = st.rng.random() < 0.5
    for e in person.employers:
        values = {"registro": hyphenated(e.registro) if hyphens else e.registro, "razon": e.razon_social, "modalidad": e.modalidad}
        cells = [wrap(values[k], st.value_font, st.value_size, r - 10, p.tracking) for k, r in zip(kinds, rooms, strict=True)]
        if modalidad == "under":
            cells[kinds.index("razon")] += wrap(e.modalidad, st.value_font, st.value_size, rooms[kinds.index("razon")] - 10, p.tracking)
        tall = max(map(len, cells))
        for x, r, cell in zip(xs, rooms, cells, strict=True):
            down = {"top": 0.0, "middle": (tall - len(cell)) / 2, "bottom": float(tall - len(cell))}[valign]
            for n, text in enumerate(cell):
                p.put(x, y + (down + n) * 1.2 * st.value_size, text, st.value_font, st.value_size, align, r - 10)
        y += tall * 1.2 * st.value_size + padding
    return y


def hyphenated(registro: str) -> str:
    return f"{registro[:3]}-{registro[3:8]}-{registro[8:10]}-{registro[10]}"


def employers_blocks(p: Paper, st: Style, person: Person, x0: float, x1: float, y: float, *, modalidad: str) -> float:
    """The labels again for each employer."""
    draw = st.rng.choice((rows, boxes, pairs))
    kinds = ["razon", "registro"]
    st.rng.shuffle(kinds)
    if modalidad == "column":
        kinds.append("modalidad")
    for e in person.employers:
        values = {"registro": e.registro, "razon": e.razon_social, "modalidad": e.modalidad}
        if modalidad == "under":
            fields = [(st.label(k), values[k]) for k in kinds]
            y = rows_with_modalidad_under(p, st, fields, e.modalidad, x0, y)
        else:
            state = st.rng.getstate()
            y = draw(p, st, [(st.label(k), values[k]) for k in kinds], x0, x1, y)
            st.rng.setstate(state)  # each block in the same way
        y += 8
    return y


def rows_with_modalidad_under(p: Paper, st: Style, fields: Sequence[Field], modalidad: str, x0: float, y: float) -> float:
    tab = x0 + max(width(label, st.label_font, st.label_size, p.tracking) for label, _ in fields) + 12
    for label, value in fields:
        p.put(x0, y, label, st.label_font, st.label_size)
        lines = [value, modalidad] if label == st.label("razon") else [value]
        for line in (part for text in lines for part in wrap(text, st.value_font, st.value_size, WIDTH - 36 - tab, p.tracking)):
            p.put(tab, y, line, st.value_font, st.value_size)
            y += 1.25 * st.value_size
        y += 5
    return y


def beneficiaries(p: Paper, st: Style, person: Person, x0: float, x1: float, y: float) -> float:
    """The table of beneficiaries, or "NO APLICA"; full of what looks like the holder's fields."""
    p.put(x0, y, st.case("Beneficiarios"), st.label_font, st.label_size + 1, st.rng.choice(("left", "center")), x1 - x0)
    y += 1.6 * st.value_size
    if not person.beneficiaries:
        p.put(x0, y, "NO APLICA", st.value_font, st.value_size, "center", x1 - x0)
        return y + 1.5 * st.value_size
    if st.rng.random() < 0.3:
        for name, nss, curp, _ in person.beneficiaries:
            fields = [("Nombre", name), ("CURP", curp), ("NSS", nss), ("Estado", "VIGENTE"), ("Con derecho al servicio médico", "SI")]
            y = rows(p, st, [(st.case(a) + ":", b) for a, b in fields], x0, x1, y) + 4
        return y
    heads = [("Nombre", 0.36), ("CURP", 0.26), (st.rng.choice(("Situación", "Estado")), 0.14), ("Servicio médico", 0.24)]
    x = x0
    for i, (head, share) in enumerate(heads):
        p.put(x, y, st.case(head), st.label_font, st.label_size)
        for n, b in enumerate(person.beneficiaries, 1):
            value = (b[0], b[2], "VIGENTE", "SI")[i]
            p.put(x, y + n * 1.5 * st.value_size, value, st.value_font, min(st.value_size, 8))
        x += share * (x1 - x0)
    return y + (len(person.beneficiaries) + 1) * 1.5 * st.value_size


def seal(p: Paper, st: Style, person: Person, x0: float, x1: float, y: float) -> float:
    """Cadena original and sello: long lines with digits and words that are no fields."""
    rng = st.rng
    p.put(x0, y, "Cadena original:", "Helvetica-Bold", 6)
    y += 8
    chain = f"||1.0|VIGENTE|{person.issued:%d/%m/%Y}|NSS|98765432109|CONSTANCIA DE VIGENCIA DE DERECHOS|BAJA|SI|{rng.randrange(10**18)}||"
    p.put(x0, y, chain, "Helvetica", 5)
    y += 9
    p.put(x0, y, "Sello digital:", "Helvetica-Bold", 6)
    for _ in range(rng.choice((1, 3))):
        y += 8
        p.put(x0, y, "".join(rng.choices(string.ascii_letters + string.digits + "+/", k=110)), "Helvetica", 6)
    y += 9
    p.put(x0, y, f"Secuencia notarial: {rng.randrange(10**19)}   Número de serie: 0000100000{rng.randrange(10**10)}", "Helvetica", 6)
    return y + 10


NOISE = (
    "La presente constancia refleja la vigencia de derechos al día de su consulta y no acredita relación laboral.",
    "Si el estado dice NO VIGENTE o BAJA acude a tu Unidad de Medicina Familiar con una identificación.",
    "Este documento fue generado el 01/01/2020 en el portal www.imss.gob.mx; consulta el aviso de privacidad.",
    "Fecha de nacimiento y CURP tomados de RENAPO; el NSS 12345678903 es un ejemplo.",
    "Estado de derechos sujeto a revisión. Vigencia de derechos conforme al artículo 109 de la Ley del Seguro Social.",
)


# Labels that no list has, with values that look like those of the holder's fields.
UNKNOWN = (
    ("Tipo de movimiento afiliatorio", "BAJA"), ("Detalle de la situación", "VIGENTE"), ("Detalle", "BAJA POR SOLICITUD"),
    ("Movimiento más reciente", "REINGRESO"), ("Válida hasta", "30/11/2026"), ("Fecha de validez", "30/11/2026"),
    ("Emisor", "MARIA LOPEZ RUIZ"), ("Jefa de servicio", "ANA PEREZ SOTO"), ("Clave", "12345678903"), ("Apto", "SI"),
    ("Prestaciones en dinero", "NO"), ("Origen", "PORTAL CIUDADANO"), ("Condición", "ORDINARIO"), ("Número interior", "-"),
    ("Jornada", "COMPLETA"), ("Centro de trabajo", "PLANTA DOS"), ("Tipo", "TRABAJADOR"), ("Ámbito", "URBANO"),
)  # fmt: skip


def lay_out(rng: random.Random, person: Person, *, unknown: bool = False) -> tuple[Paper, dict[str, object]]:
    """Return the paper and the facts that a reader must find on it; ``unknown`` adds fields that no reader knows."""
    st = style_of(rng)
    p = Paper(tracking=rng.choice((0.0, 0.0, 0.0, 0.4, 1.2)))
    x0, x1 = rng.choice((36.0, 54.0, 70.0)), WIDTH - rng.choice((36.0, 54.0))
    y = rng.choice((40.0, 60.0))
    date_text = written_date(rng, person.issued)
    if st.labels["fecha"] not in LABELS["fecha"][:2] and rng.random() < 0.3:
        date_text = f"QUERETARO, QRO., A {written_date(rng, person.issued, 4)}"
    until = rng.choice((written_date(rng, person.issued.replace(year=2027, day=1), 0), "------", "PENSIONADO", "-"))
    nss = rng.choice((person.nss, person.nss, f"{person.nss[:2]} {person.nss[2:4]} {person.nss[4:6]} {person.nss[6:10]} {person.nss[10]}", f"{person.nss[:10]}-{person.nss[10]}"))
    head = [(st.label("fecha"), date_text)]
    split = rng.random() < 0.35
    if split:
        names = [(st.label("given"), person.given), (st.label("first"), person.first), (st.label("second"), person.second or "-")]
        if rng.random() < 0.3:
            names = [names[1], names[2], names[0]]
    else:
        names = [(st.label("nombre"), person.name)]
    personal = [*names, (st.label("nss"), nss), (st.label("curp"), person.curp)]
    birth = [(st.label("nacimiento"), written_date(rng, person.birth)), (st.label("birth_state"), person.birth_state)]
    if st.labels["birth_state"] == "Estado":
        birth.append((st.case("Municipio") + (":" if st.colon else ""), "CORREGIDORA"))
    if rng.random() < 0.3:
        birth.append((st.case("Estado civil") + (":" if st.colon else ""), "SOLTERO(A)"))
    plain = lambda t: st.case(t) + (":" if st.colon else "")  # noqa: E731
    clinic = [(plain("Delegación"), "QUERETARO"), (plain("UMF"), rng.choice(("13", "-"))), (plain("Turno"), "MATUTINO"), (plain("Consultorio"), "5"), (plain("Agregado médico"), "1M2005ES")]
    status = [(st.label("estado"), person.estado), (st.label("servicio"), rng.choice(("SI", "SÍ")) if person.service else "NO"), (st.label("vigencia"), until)]
    if rng.random() < 0.3:
        status.insert(rng.choice((0, 1)), (plain("Sub-estado"), rng.choice(("-", "VIGENTE", "NORMAL"))))
    if rng.random() < 0.2:
        status.append((st.label("inicio"), "16/08/2021"))
    if rng.random() < 0.4:
        rng.shuffle(status)
    if unknown:
        for section in (head, names if split else [], personal, birth, clinic, status):
            for label, value in rng.sample(UNKNOWN, rng.choice((0, 1, 1, 2))):
                section.insert(rng.randrange(len(section) + 1), (plain(label), value))

    title_font = st.label_font if rng.random() < 0.3 else "Helvetica-Bold"
    title = rng.choice(("Constancia de Vigencia de Derechos", "CONSTANCIA DE VIGENCIA DE DERECHOS", "Constancia de vigencia de derechos"))
    title_lines = [title] if rng.random() < 0.8 else [title[:13], title[14:]]
    if rng.random() < 0.4:
        p.put(x0, y, "INSTITUTO MEXICANO DEL SEGURO SOCIAL", "Helvetica", 9)
        y += 20
    for line in title_lines:
        p.put(x0, y, line, title_font, rng.choice((12.0, 14.0, 18.0)) if len(title_lines) == 1 else 15.0, rng.choice(("center", "left")), x1 - x0)
        y += 20
    y += 10

    sections: list[tuple[str, list[Field]]] = [("head", head), ("personal", personal), ("birth", birth), ("clinic", clinic), ("status", status)]
    sections = [s for s in sections if s[0] not in ("birth", "clinic") or rng.random() < 0.6]
    if rng.random() < 0.5:
        rng.shuffle(sections)
    modalidad = rng.choice(("column", "column", "under", "none"))
    tail = ["employers", "beneficiaries"] if rng.random() < 0.85 else ["beneficiaries", "employers"]
    two = rng.random() < 0.15 and st.value_size <= 9 and not p.tracking
    y = _two_columns(p, st, sections, x0, x1, y) if two else _one_column(p, st, sections, x0, x1, y)
    for part in tail:
        room = 40 + 60 * len(person.employers)
        if y > HEIGHT - 120 - room:
            p.page, y = p.page + 1, 60.0
            if rng.random() < 0.5:
                p.put(x0, y, title, title_font, 10)
                y += 24
        if part == "employers":
            draw = rng.choice((employers_table, employers_table, employers_blocks))
            y = draw(p, st, person, x0, x1, y, modalidad=modalidad) + 14
        elif person.beneficiaries or rng.random() < 0.4:
            y = beneficiaries(p, st, person, x0, x1, y) + 14
    if rng.random() < 0.5:
        y = seal(p, st, person, x0, x1, y + 4)
    y = min(y + 10, HEIGHT - 40)
    for line in rng.sample(NOISE, rng.choice((0, 1, 2))):
        p.put(x0, y, line, "Helvetica", 7)
        y += 10
    if rng.random() < 0.5:
        p.put(x0, HEIGHT - 20, "Página 1 de 1", "Helvetica", 7, "center", x1 - x0)
    return p, facts(person, modalidad)


def _one_column(p: Paper, st: Style, sections: list[tuple[str, list[Field]]], x0: float, x1: float, y: float) -> float:
    shared = st.rng.choice(STYLES)
    one = st.rng.random() < 0.5
    for name, fields in sections:
        if st.rng.random() < 0.25 and name in ("personal", "status"):
            title = {"personal": "Datos del asegurado", "status": "Situación de derechos"}[name]
            p.put(x0, y, st.case(title), st.label_font, st.label_size + 1)
            y += 1.8 * st.value_size
        y = (shared if one else st.rng.choice(STYLES))(p, st, fields, x0, x1, y) + st.rng.choice((8.0, 14.0))
    return y


def _two_columns(p: Paper, st: Style, sections: list[tuple[str, list[Field]]], x0: float, x1: float, y: float) -> float:
    middle = (x0 + x1) / 2
    draw = st.rng.choice((rows, boxes))
    ends = [y, y]
    for i, (_, fields) in enumerate(sections):
        side = i % 2
        left = (x0, middle + 12)[side]
        ends[side] = draw(p, st, fields, left, (middle - 12, x1)[side], ends[side]) + 12
    return max(ends)


def facts(person: Person, modalidad: str) -> dict[str, object]:
    return {
        "kind": "constancia_vigencia", "nss": person.nss, "curp": person.curp, "nombre": person.name,
        "fecha": person.issued.isoformat(), "estado": person.estado, "servicio_medico": person.service,
        "patrones": [
            {"razon_social": e.razon_social, "registro_patronal": e.registro,
             "modalidad": e.modalidad if modalidad != "none" else None}
            for e in person.employers
        ],
    }  # fmt: skip
