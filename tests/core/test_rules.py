"""Is every mistake in a rule file told at once, with file, line, rule and key, and does a good one become the table?"""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.decision import Rule
from mailbot.core.rules import RuleProblems, Terms, parse_rules
from tests.office_rules import RULEBOOK, STEMS, TEXTS

LAST = '[[regla]]\nnombre = "lo demás"\nresponde = "como_empezar"\n'


def problems(text: str, name: str = "50-x.toml", *, stems: frozenset[str] | None = STEMS) -> list[str]:
    """Return what is wrong with one file that stands before a good last rule."""
    with pytest.raises(RuleProblems) as caught:
        parse_rules({name: text, "99-z.toml": LAST}, stems)
    return caught.value.problems


def test_the_office_s_own_rules_are_right() -> None:
    """The rules that come with the package: the last one has no conditions, and the office's data is there."""
    assert RULEBOOK.rules[-1].conditions == ()
    assert len({r.name for r in RULEBOOK.rules}) == len(RULEBOOK.rules)
    assert RULEBOOK.terms == Terms(confirmation=5, person=2, recent=30)
    assert {"nss_no_cuadra", "curp_no_cuadra"} <= RULEBOOK.suspicious
    assert not {"otro_programa", "archivo_posterior", "archivo_anterior", "modificado"} & RULEBOOK.suspicious
    assert {kind.kind for kind in RULEBOOK.reading.kinds} >= {"constancia_vigencia", "curp", "semanas_cotizadas"}


def test_every_reply_of_the_guide_is_drawn() -> None:
    """By a rule or by a ladder of reminders."""
    drawn = {r.reply for r in RULEBOOK.rules if r.reply}
    drawn |= {k for one in RULEBOOK.ladders for k in (one.repeats, one.at_end, *(r.kind for r in one.fixed)) if k}
    assert drawn == STEMS - {"resumen"}


def test_a_good_rule_becomes_a_value() -> None:
    """Every key, and a list of values; the file and line are kept for whoever asks."""
    text = """
[[regla]]
nombre = "prueba"
si = { documento = "constancia", fecha = ["hoy", "reciente"], intentos = 3 }
responde = "pide_tu_baja"
copia_al_personal = true
nota_al_personal = "mírenlo"
paso = "esperando_baja"
recordatorio = "baja"
cuenta_intento = true

[[escalera]]
nombre = "baja"
mientras = "esperando_baja"
peldanos = [{ dias = 3, envia = "recordatorio_baja" }]
"""
    rulebook = parse_rules({"50-x.toml": text, "99-z.toml": LAST}, STEMS)
    assert rulebook.rules == (
        Rule(
            name="prueba",
            conditions=(("documento", ("constancia",)), ("fecha", ("hoy", "reciente")), ("intentos", ("3",))),
            reply="pide_tu_baja", copy_staff=True, staff_note="mírenlo", reminder="baja", step="esperando_baja",
            failed_try=True, file="rules/50-x.toml",
        ),
        Rule(name="lo demás", conditions=(), reply="como_empezar", file="rules/99-z.toml"),
    )  # fmt: skip
    assert rulebook.rules[0].line == 2


def test_files_are_read_in_the_order_of_their_names() -> None:
    """Whatever order they come in."""
    first = '[[regla]]\nnombre = "a"\nsi = { documento = "otro" }\nresponde = "no_es_la_constancia"\n'
    assert [r.name for r in parse_rules({"2.toml": LAST, "1.toml": first}).rules] == ["a", "lo demás"]


RULE = '[[regla]]\nnombre = "r"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RULE + 'si = { estado = "vigent" }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si.estado: «vigent» no es un valor de «estado»; ¿quisiste decir «vigente»?"),
        (RULE + 'si = { stado = "baja" }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si.stado: no existe este dato; ¿quisiste decir «estado»?"),
        (RULE + 'si = { documento = "otro" }\nrespnde = "como_empezar"\nporque = "x"',
         "rules/50-x.toml: línea 4: regla «r»: respnde: no existe esta clave; ¿quisiste decir «responde»?"),
        (RULE + 'si = { documento = "otro" }\nresponde = "como_empesar"',
         "rules/50-x.toml: línea 4: regla «r»: responde: no hay plantilla templates/email/como_empesar.md;"
         " ¿quisiste decir «como_empezar»?"),
        (RULE + 'si = { documento = "otro" }',
         "rules/50-x.toml: línea 1: regla «r»: responde: si la regla no responde nada, escribe en «porque» la razón"),
        (RULE + 'si = { servicio = true }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si.servicio: se escribe \"si\", no true"),
        (RULE + 'si = { fecha = [] }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si.fecha: la lista está vacía: nunca se cumple"),
        (RULE + 'si = "baja"\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si: debe ser { dato = \"valor\", … }, no «baja»"),
        (RULE + 'si = { documento = "otro", estado = "baja" }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 3: regla «r»: si.estado: sólo se conoce de una constancia:"
         " con ese «documento» nunca se cumple"),
        (RULE + 'si = { documento = "otro" }\nresponde = "como_empezar"\ncopia_al_personal = "si"',
         "rules/50-x.toml: línea 5: regla «r»: copia_al_personal: debe ser true o false (sin comillas), no «si»"),
        (RULE + 'si = { documento = "otro" }\nresponde = "como_empezar"\npaso = "confirmada"',
         "rules/50-x.toml: línea 5: regla «r»: paso: «confirmada» no es un estado del caso;"
         " ¿quisiste decir «confirmado»?"),
        (RULE + 'si = { documento = "otro" }\nresponde = "como_empezar"\nrecordatorio = "alta"',
         "rules/50-x.toml: línea 5: regla «r»: recordatorio: no hay escalera «alta». Se conocen: "),
        (RULE + 'responde = "como_empezar"',
         "rules/99-z.toml: línea 1: regla «lo demás»: nunca se llega: «r», antes, no tiene condiciones"),
        ('[[regla]]\nsi = { documento = "otro" }\nresponde = "como_empezar"',
         "rules/50-x.toml: línea 1: regla: nombre: falta"),
        ('[[regla]]\nnombre = "lo demás"\nsi = { documento = "otro" }\nresponde = "como_empezar"',
         "rules/99-z.toml: línea 2: regla «lo demás»: nombre: ya hay otra regla con este nombre"),
        ('[[reglas]]\nnombre = "x"', "rules/50-x.toml: línea 1: reglas «x»: no existe esta tabla; ¿quisiste decir «regla»?"),
        ('[[regla]]\nnombre "x"', "rules/50-x.toml: línea 2: no es TOML válido: falta el signo = después de la clave (que va sin acentos ni espacios)"),
        ('[[regla]]\nnombre = x', "rules/50-x.toml: línea 2: no es TOML válido: el valor no se entiende (¿faltan comillas?)"),
        ('[calendario]\ndias_laborables = []',
         "rules/50-x.toml: línea 2: calendario: dias_laborables: un calendario sin días laborables no sirve:"
         " nada saldría nunca"),
        ('[calendario]\ndias_laborables = ["lunez"]',
         "rules/50-x.toml: línea 2: calendario: dias_laborables: «lunez» no es un día de la semana"),
        ('[[dia_inhabil]]\nfecha = "2026-02-30"\nnombre = "x"',
         "rules/50-x.toml: línea 2: dia_inhabil «x»: fecha: no es una fecha que exista («2026-02-30»);"
         " se escribe como 2026-04-02"),
        ('[[dia_inhabil]]\nfecha = 2026-02-30', "rules/50-x.toml: línea 2: no es TOML válido: no es una fecha que exista"),
        ('[[regla]', "rules/50-x.toml: línea 1: no es TOML válido: falta cerrar el corchete del encabezado"),
        ('[x]\na = "C:\\dir"', "rules/50-x.toml: línea 2: no es TOML válido: dentro de comillas, \\ se escribe dos veces"),
        ('[[receso]]\nnombre = "x"\ndesde = 2026-12-20\nhasta = 2026-12-10',
         "rules/50-x.toml: línea 4: receso «x»: hasta: termina (2026-12-10) antes de empezar (2026-12-20)"),
        ('[[receso]]\nnombre = "x"\ndesde = 2026-01-01\nhasta = 2027-12-31',
         "rules/50-x.toml: línea 4: receso «x»: hasta: un receso de más de 400 días deja al calendario"
         " sin días laborables"),
        ('[[receso]]\nnombre = "x"\ndesde = 2026-01-01\nhasta = 2026-06-30',
         "rules/50-x.toml: calendario: del 2026-01-01 en adelante pasan más de 92 días sin uno solo hábil;"
         " revisa los recesos"),
        ('[plazos]\npersona = "dos"',
         "rules/50-x.toml: línea 2: plazos: persona: debe ser un número entero de 0 a 60, no «dos»"),
        ('[sospecha]\nsignos = ["nss_no_cuadr"]',
         "rules/50-x.toml: línea 2: sospecha: signos: «nss_no_cuadr» no es un signo; ¿quisiste decir «nss_no_cuadra»?"),
        ('[sospecha]\nsignos = ["otro_programa"]',
         "rules/50-x.toml: línea 2: sospecha: signos: «otro_programa» no puede ser sospecha:"
         " también lo deja quien sólo reimprime"),
        ('[[escalera]]\nnombre = "a"\nmientras = "alta_pedida"\nrepite = "cierr"',
         "rules/50-x.toml: línea 1: escalera «a»: no hay plantilla templates/email/cierr.md; ¿quisiste decir «cierre»?"),
        ('[[escalera]]\nnombre = "a"\nmientras = "alta_pedida"',
         "rules/50-x.toml: línea 1: escalera «a»: lleva «repite» (según config.toml) o «peldanos», una de las dos"),
        ('[[escalera]]\nnombre = "a"\nmientras = "baja"\nrepite = "cierre"',
         "rules/50-x.toml: línea 3: escalera «a»: mientras: «baja» no es un estado del caso"),
        ('[[pregunta]]\ntema = "t"\ntitulo = "T"\nfrases = ["¿y eso qué es?"]\nrespuesta = "x"',
         "rules/50-x.toml: línea 4: pregunta «t»: frases: «¿y eso qué es?» no tiene palabras propias:"
         " cualquier correo la cumpliría"),
        ('[[pregunta]]\ntema = "t"\ntitulo = "T"\nfrases = ["dónde queda Marte"]\nsalvo = ["marte"]',
         "rules/50-x.toml: línea 4: pregunta «t»: frases: «dónde queda Marte» no cumple «necesita» o «salvo»"
         " de su propio tema"),
        ('[[mensaje]]\nvalor = "urgensia"\nfrases = ["fuego"]',
         "rules/50-x.toml: línea 2: mensaje: valor: «urgensia» no se reconoce por frases; ¿quisiste decir «urgencia»?"),
        ('[[mensaje]]\nvalor = "urgencia"\nfrases = ["…"]',
         "rules/50-x.toml: línea 3: mensaje: frases: «…» se encontraría en cualquier correo"),
        ('[escuelas]\npalabras = ["a"]',
         "rules/50-x.toml: línea 2: escuelas: palabras: «a» es tan corto que se encontraría en cualquier nombre"),
        ('[modalidad]\nnumeros_de_trabajo = ["32"]',
         "rules/50-x.toml: línea 2: modalidad: numeros_de_trabajo: el 32 es de escuelas y programas, no de trabajo"),
        ('[escuelas]\npalabras = "universidad"',
         "rules/50-x.toml: línea 2: escuelas: palabras: debe ser una lista de textos"),
    ],
)  # fmt: skip
def test_each_mistake_is_told(text: str, expected: str) -> None:
    """File, line, rule, key and what was meant; nothing else is made up beside it."""
    told = problems(text)
    assert len(told) == 1
    assert told[0].startswith(expected)


def test_all_mistakes_are_told_at_once() -> None:
    """Of all files, also where one of them is no TOML."""
    with pytest.raises(RuleProblems) as caught:
        parse_rules({
            "1.toml": '[[regla]]\nnombre = "a"\nsi = { estado = "x", fechas = "hoy" }\nresponde = "nada"\npaso = "y"\n',
            "2.toml": "[[regla\n",
            "3.toml": '[calendario]\nfestivos_de_ley = "no"\n' + LAST,
        }, STEMS)  # fmt: skip
    told = caught.value.problems
    assert [line.split(": ")[0] for line in told] == [
        "rules/2.toml", "rules/1.toml", "rules/1.toml", "rules/1.toml", "rules/1.toml", "rules/3.toml",
    ]  # fmt: skip


def test_a_last_rule_with_conditions_is_refused() -> None:
    """Some mail would find no rule."""
    with pytest.raises(RuleProblems) as caught:
        parse_rules({"a.toml": RULE + 'si = { documento = "otro" }\nresponde = "no_es_la_constancia"'})
    assert caught.value.problems == [
        "rules/a.toml: línea 3: regla «r»: si: la última regla no lleva condiciones: es la que vale cuando ninguna otra"
    ]


def test_a_rule_that_holds_always_before_the_last_is_refused_with_how_many_it_hides() -> None:
    """One line tells it, not one for each of them."""
    text = RULE + 'responde = "como_empezar"\n' + "".join(
        f'[[regla]]\nnombre = "{n}"\nsi = {{ documento = "otro" }}\nresponde = "como_empezar"\n' for n in range(3)
    )
    assert problems(text) == [
        "rules/50-x.toml: línea 4: regla «0»: nunca se llega, ni a las 3 que siguen: «r», antes, no tiene condiciones"
    ]


def test_a_rule_that_another_overrules_is_told_and_does_not_stop_the_mailbox() -> None:
    """An earlier one asks less of the same: that is how an office puts its own rule above ours."""
    text = (
        '[[regla]]\nnombre = "a"\nsi = { documento = ["otro", "imagen"] }\nresponde = "no_es_la_constancia"\n'
        '[[regla]]\nnombre = "b"\nsi = { documento = "otro", mensaje = "gracias" }\nresponde = "como_empezar"\n'
    )
    assert parse_rules({"50-x.toml": text, "99-z.toml": LAST}).overruled == (
        "rules/50-x.toml: línea 7: regla «b»: si: nunca se llega: «a», antes, se cumple siempre que ésta",
    )
    assert RULEBOOK.overruled == ()


def test_no_rules_at_all() -> None:
    """An empty folder is no rule book."""
    with pytest.raises(RuleProblems) as caught:
        parse_rules({})
    assert caught.value.problems == ["rules/: no hay ninguna regla ([[regla]])"]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 40_000), st.sampled_from([*string.printable, "ñ", "\ufeff"]))
def test_a_slip_of_the_keyboard_never_ends_in_a_traceback(name: str, place: int, typed: str) -> None:
    """Any one character put anywhere: a good rule book, or problems that name the file."""
    text = TEXTS[name]
    place %= len(text)
    changed = {**TEXTS, name: text[:place] + typed + text[place:]}
    told = _told(changed)
    assert told is None or (told and all(line.startswith("rules/") for line in told))


def _told(texts: dict[str, str]) -> list[str] | None:
    try:
        parse_rules(texts, STEMS)
    except RuleProblems as error:
        return error.problems
    return None
