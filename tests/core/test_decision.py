"""Does each row of the guide's table get its reply, and does every rule of the office matter?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.core.decision import Decision, Rule, decide
from mailbot.core.facts import VALUES, Facts
from mailbot.core.rules import RuleBook
from tests.office_rules import RULEBOOK

PERSON = ("lo_revisa_una_persona", True, None, "con_persona")


def facts(documento: str = "constancia", mensaje: str = "ninguno", **known: str) -> Facts:
    """Return the facts of a first mail; of a constancia all is read unless said otherwise."""
    usual = {
        "caso": "nuevo", "intentos": "1", "tomado": "no", "formulario": "no", "otra_vez": "no", "pide": "nada",
        "no_aparece": "no", "pidio_baja": "no",
    }  # fmt: skip
    if documento == "constancia":
        usual |= {"falta": "nada", "servicio": "si", "fecha": "hoy", "sospecha": "no", "repetida": "no", "insiste": "no"}
    if "pide" in known:
        mensaje = "pregunta"
    return Facts(documento, mensaje, **(usual | known))


ITQ = {"estado": "vigente", "patron": "nuestro"}
PREPA = {"estado": "vigente", "patron": "otra_escuela"}
EMPRESA = {"estado": "vigente", "patron": "empresa"}
BAJA = {"estado": "baja", "patron": "ninguno", "servicio": "no"}
ALTA = {"caso": "alta_pedida"}

# facts -> reply, staff in copy, ladder, next state
TABLE: list[tuple[str, Facts, tuple[str | None, bool, str | None, str | None]]] = [
    # what cannot wait, and what is not ours
    ("an emergency beats a good constancia", facts(mensaje="urgencia", **ITQ), PERSON),
    ("an emergency beats a case that a person has", facts("ninguno", "urgencia", tomado="si"), PERSON),
    ("another matter is left alone", facts("otro", "ajeno"), (None, False, None, None)),
    ("another matter, nothing attached", facts("ninguno", "ajeno"), (None, False, None, None)),
    ("a case taken by a person is silent", facts(tomado="si", caso="con_persona", **ITQ), (None, False, None, None)),
    ("no more mails", facts("ninguno", pide="basta", **ALTA), (None, False, None, None)),
    ("asks for a person", facts("ninguno", pide="persona"), PERSON),
    ("asks for a person with a constancia", facts(pide="persona", **BAJA), PERSON),
    ("asks for the baja", facts("ninguno", "pide_baja"), ("solicita_tu_baja", True, None, "cerrado")),
    ("what is asked beats the document", facts(mensaje="pide_baja", **PREPA), ("solicita_tu_baja", True, None, "cerrado")),
    ("not known to the IMSS, in words", facts("ninguno", "no_derechohabiente"), ("imss_no_te_encuentra", True, None, None)),
    ("not known to the IMSS, a paper", facts("otro", "no_derechohabiente"), ("imss_no_te_encuentra", True, None, None)),
    ("not known to the IMSS, a screenshot", facts("imagen", "no_derechohabiente"), ("imss_no_te_encuentra", True, None, None)),
    ("but here is the constancia", facts(mensaje="no_derechohabiente", **BAJA), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    # no document
    ("nothing at all", facts("ninguno"), ("como_empezar", False, None, None)),
    ("a question", facts("ninguno", "pregunta"), ("como_empezar", False, None, None)),
    ("a question staff should see", facts("ninguno", pide="pregunta_y_personal"), ("como_empezar", True, None, None)),
    ("a question nobody understands", facts("ninguno", pide="no_entendido"), ("como_empezar", True, None, None)),
    ("thanks", facts("ninguno", "gracias"), (None, False, None, None)),
    ("the form was filled in", facts("ninguno", "ya_lo_llene", plazo="corriendo", **ALTA), ("espera_unos_dias", False, "alta", "alta_pedida")),
    ("the form was filled in late", facts("ninguno", "ya_lo_llene", plazo="cumplido", **ALTA), ("espera_unos_dias", False, "alta", "alta_pedida")),
    ("the form was filled in, and it does not show", facts("ninguno", "ya_lo_llene", plazo="cumplido", no_aparece="si", **ALTA), ("aun_no_aparece", True, None, None)),
    ("the form was filled in, and it need not show yet", facts("ninguno", "ya_lo_llene", plazo="corriendo", no_aparece="si", **ALTA), ("espera_unos_dias", False, "alta", "alta_pedida")),
    ("the form of the baja was filled in", facts("ninguno", "ya_lo_llene", pidio_baja="si"), PERSON),
    ("a constancia after the baja was asked for", facts(pidio_baja="si", **ITQ), PERSON),
    ("BAJA after the baja was asked for", facts(pidio_baja="si", **BAJA), PERSON),
    ("and now? the baja was asked for", facts("ninguno", pide="que_sigue", pidio_baja="si"), ("solicita_tu_baja", True, None, None)),
    ("and now? the baja was asked for, a person has it", facts("ninguno", pide="que_sigue", pidio_baja="si", caso="con_persona"), ("lo_revisa_una_persona", True, None, None)),
    ("the form was filled in, said again", facts("ninguno", "ya_lo_llene", plazo="cumplido", otra_vez="si", **ALTA), ("aun_no_aparece", True, None, None)),
    ("and now? wait", facts("ninguno", pide="que_sigue", plazo="corriendo", **ALTA), ("espera_unos_dias", False, None, None)),
    ("and now? too long", facts("ninguno", pide="que_sigue", plazo="cumplido", **ALTA), ("aun_no_aparece", False, None, None)),
    ("and now? too long, form filled in", facts("ninguno", pide="que_sigue", plazo="cumplido", formulario="si", **ALTA), ("aun_no_aparece", True, None, None)),
    ("and now? the baja", facts("ninguno", pide="que_sigue", caso="esperando_baja"), ("pide_tu_baja", False, None, None)),
    ("and now? done", facts("ninguno", pide="que_sigue", caso="confirmado"), ("ya_tienes_seguro", False, None, None)),
    ("and now? a person has it", facts("ninguno", pide="que_sigue", caso="con_persona"), ("lo_revisa_una_persona", True, None, None)),
    ("form filled in, a person has it", facts("ninguno", mensaje="ya_lo_llene", formulario="si", caso="con_persona"), ("lo_revisa_una_persona", True, None, None)),
    ("form filled in, done", facts("ninguno", mensaje="ya_lo_llene", formulario="si", caso="confirmado"), ("ya_tienes_seguro", False, None, None)),
    ("and now? a first mail", facts("ninguno", pide="que_sigue"), ("como_empezar", False, None, None)),
    # documents that do not serve
    ("password", facts("con_contrasena"), ("con_contrasena", False, None, None)),
    ("unreadable", facts("ilegible"), ("no_se_puede_leer", False, None, None)),
    ("format", facts("otro_formato"), ("formato_no_aceptado", False, None, None)),
    ("picture", facts("imagen"), ("es_una_imagen", False, None, None)),
    ("a picture never confirms", facts("imagen", **ITQ), ("es_una_imagen", False, None, None)),
    ("another document", facts("otro"), ("no_es_la_constancia", False, None, None)),
    ("second try", facts("otro", intentos="2"), ("no_es_la_constancia", False, None, None)),
    *((f"third try: {d}", facts(d, intentos="3"), PERSON) for d in ("con_contrasena", "ilegible", "otro_formato", "imagen", "otro")),
    # what a constancia lacks
    ("no NSS", facts(falta="nss", **ITQ), ("no_se_puede_leer", False, None, None)),
    ("no estado", facts(falta="estado"), ("no_se_puede_leer", False, None, None)),
    *((f"fourth try: {d}", facts(d, intentos="3", caso="con_persona", insiste="no"), ("ya_lo_recibimos", True, None, None)) for d in ("con_contrasena", "ilegible", "otro_formato", "imagen", "otro")),
    ("fifth try", facts("otro", intentos="3", caso="con_persona", insiste="si"), (None, True, None, None)),
    ("fifth try, and a question", facts("otro", "pregunta", intentos="3", caso="con_persona", insiste="si"), ("ya_lo_recibimos", True, None, None)),
    ("a first photo while a person has it", facts("imagen", caso="con_persona"), ("es_una_imagen", False, None, None)),
    ("no estado, fourth time", facts(falta="estado", intentos="3", caso="con_persona"), ("ya_lo_recibimos", True, None, None)),
    ("no estado, third time", facts(falta="estado", intentos="3"), PERSON),
    ("no date, BAJA", replace(facts(falta="fecha", **BAJA), fecha=None), ("no_se_puede_leer", False, None, None)),
    ("no date, third time", replace(facts(falta="fecha", intentos="3", **BAJA), fecha=None), PERSON),
    ("no date, ITQ", replace(facts(falta="fecha", **ITQ), fecha=None), ("no_se_puede_leer", False, None, None)),
    ("no date, another school", replace(facts(falta="fecha", **PREPA), fecha=None), ("pide_tu_baja", False, "baja", "esperando_baja")),
    ("no NSS beats what is doubtful", facts(falta="nss", estado="otro"), ("no_se_puede_leer", False, None, None)),
    # the same again
    ("a repeat", facts(repetida="si", caso="alta_pedida", plazo="corriendo", **BAJA), ("ya_lo_recibimos", False, None, None)),
    ("a repeat of a confirmed one", facts(repetida="si", caso="confirmado", **ITQ), ("ya_lo_recibimos", False, None, None)),
    ("a repeat with thanks", facts(mensaje="gracias", repetida="si", caso="confirmado", **ITQ), ("ya_lo_recibimos", False, None, None)),
    ("repeats", facts(repetida="si", insiste="si", caso="alta_pedida", plazo="corriendo", **BAJA), (None, False, None, None)),
    ("a repeat with a question", facts(mensaje="pregunta", repetida="si", insiste="si", caso="esperando_baja", **PREPA), ("pide_tu_baja", False, "baja", "esperando_baja")),
    # doubtful
    ("a sign", facts(sospecha="si", **ITQ), PERSON),
    ("conservación", facts(estado="otro", patron="empresa"), PERSON),
    ("doubtful patrón", facts(estado="vigente", patron="dudoso"), PERSON),
    ("no patrón", facts(estado="vigente", patron="ninguno", falta="patron"), PERSON),
    ("no medical service, ITQ", facts(**(ITQ | {"servicio": "no"})), PERSON),
    ("no medical service, company", facts(**(EMPRESA | {"servicio": "no"})), PERSON),
    ("no medical service is normal in BAJA", facts(**BAJA), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    ("BAJA of a doubtful patrón is history", facts(**(BAJA | {"patron": "dudoso"})), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    # ITQ, school, programme
    ("ITQ today", facts(**ITQ), ("ya_tienes_seguro", False, None, "confirmado")),
    ("ITQ of some days ago", facts(fecha="reciente", **ITQ), ("ya_tienes_seguro", False, None, "confirmado")),
    ("ITQ, old", facts(fecha="vieja", **ITQ), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("ITQ, tomorrow", facts(fecha="futura", **ITQ), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("ITQ while waiting", facts(caso="alta_pedida", plazo="cumplido", **ITQ), ("ya_tienes_seguro", False, None, "confirmado")),
    ("ITQ after a person looked", facts(caso="con_persona", **ITQ), ("ya_tienes_seguro", False, None, "confirmado")),
    *((f"another school, {f}", facts(fecha=f, **PREPA), ("pide_tu_baja", False, "baja", "esperando_baja")) for f in ("hoy", "reciente", "vieja", "futura")),
    ("a programme", facts(estado="vigente", patron="programa"), PERSON),
    # BAJA or companies
    ("BAJA today", facts(**BAJA), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    ("a company today", facts(**EMPRESA), ("puedes_tener_ambos", False, "alta", "alta_pedida")),
    *(
        (f"{name}, {f}", facts(fecha=f, **what), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida"))
        for name, what in (("BAJA", BAJA), ("company", EMPRESA))
        for f in ("reciente", "vieja", "futura")
    ),
    ("first mail, form filled in", facts(mensaje="ya_lo_llene", formulario="si", fecha="reciente", **BAJA), ("espera_unos_dias", False, "alta", "alta_pedida")),
    ("first mail, form filled in, old constancia", facts(mensaje="ya_lo_llene", formulario="si", fecha="vieja", **BAJA), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("BAJA after the baja", facts(caso="esperando_baja", **BAJA), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    ("BAJA after it was confirmed", facts(caso="confirmado", **BAJA), ("solicita_tu_alta", False, "alta", "alta_pedida")),
    # follow-up
    ("still BAJA, in time", facts(plazo="corriendo", **ALTA, **BAJA), ("espera_unos_dias", False, None, None)),
    ("still BAJA, in time, form filled in", facts(mensaje="ya_lo_llene", plazo="corriendo", formulario="si", **ALTA, **BAJA), ("espera_unos_dias", False, "alta", None)),
    ("still the company, in time", facts(plazo="corriendo", **ALTA, **EMPRESA), ("espera_unos_dias", False, None, None)),
    ("still BAJA, of yesterday, in time", facts(plazo="corriendo", fecha="reciente", **ALTA, **BAJA), ("espera_unos_dias", False, None, None)),
    ("still BAJA, too long", facts(plazo="cumplido", **ALTA, **BAJA), ("aun_no_aparece", False, None, None)),
    ("still BAJA, too long, form filled in", facts(plazo="cumplido", formulario="si", **ALTA, **BAJA), ("aun_no_aparece", True, None, None)),
    ("still BAJA, too long, again", facts(plazo="cumplido", otra_vez="si", **ALTA, **BAJA), ("aun_no_aparece", True, None, None)),
    ("an old constancia shows nothing", facts(plazo="cumplido", fecha="vieja", **ALTA, **BAJA), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("a constancia older than the step", facts(fecha="reciente", **ALTA, **BAJA), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("a future date while waiting", facts(fecha="futura", plazo="corriendo", **ALTA, **BAJA), ("fecha_no_es_de_hoy", False, "alta", "alta_pedida")),
    ("another school while waiting", facts(plazo="corriendo", **ALTA, **PREPA), ("pide_tu_baja", False, "baja", "esperando_baja")),
    # what nobody foresaw
    ("nothing known", Facts("constancia", "ninguno"), PERSON),
]  # fmt: skip


def outcome(decision: Decision) -> tuple[str | None, bool, str | None, str | None]:
    return decision.reply, decision.copy_staff, decision.reminder, decision.step


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_guide_s_table(given: Facts, expected: tuple[str | None, bool, str | None, str | None]) -> None:
    """Reply, copy to staff, reminder and next state are those of guide.md and issue 5."""
    assert outcome(decide(given, RULEBOOK)) == expected


# Rules that are there to be read aloud: a later one would say the same.
FOR_THE_READER = {
    "ni vigente ni baja", "vigente, y no es claro por quién", "vigente por un programa",
    "tenía el seguro, pero la constancia es vieja",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULEBOOK.rules[:-1], ids=[r.name for r in RULEBOOK.rules[:-1]])
def test_every_rule_matters(rule: Rule) -> None:
    """Each rule decides some row of the table; without it, some row gets another answer."""
    without = replace(RULEBOOK, rules=tuple(r for r in RULEBOOK.rules if r is not rule))
    decided = [given for _, given, _ in TABLE if decide(given, RULEBOOK).rule == rule.name]
    assert decided
    changed = any(_whole(decide(given, RULEBOOK)) != _whole(decide(given, without)) for given in decided)
    assert changed != (rule.name in FOR_THE_READER)


def _neighbours() -> list[Facts]:
    """Return every row of the table, and each with one fact changed to each of its other values."""
    found = {given for _, given, _ in TABLE}
    for given in tuple(found):
        found |= {replace(given, **{fact: value}) for fact, values in VALUES.items() for value in values}
    return sorted(found, key=repr)


NEIGHBOURS = _neighbours()


# the last but one is reached by nothing else than what it says
@pytest.mark.parametrize("rule", RULEBOOK.rules[:-2], ids=[r.name for r in RULEBOOK.rules[:-2]])
def test_every_condition_matters(rule: Rule) -> None:
    """Without any one condition of a rule, some mail near a row of the table is decided by another rule."""
    # ``documento = constancia`` is for the reader: all other documents are dealt with above
    for gone in (c for c in rule.conditions if c != ("documento", ("constancia",))):
        looser = replace(rule, conditions=tuple(c for c in rule.conditions if c is not gone))
        changed = replace(RULEBOOK, rules=tuple(looser if r is rule else r for r in RULEBOOK.rules))
        near = [f for f in NEIGHBOURS if rule.first_failure(f) == gone and looser.first_failure(f) is None]
        assert any(decide(f, RULEBOOK).rule != decide(f, changed).rule for f in near), gone


def _whole(decision: Decision) -> tuple[object, ...]:
    return (*outcome(decision), decision.why, decision.staff_note, decision.failed_try)


def test_tries_that_could_not_be_used_are_counted() -> None:
    """Whatever could not be used counts as a try; a step or a silence does not."""
    counted = {decide(given, RULEBOOK).reply for _, given, _ in TABLE if decide(given, RULEBOOK).failed_try}
    assert counted == {
        "con_contrasena", "no_se_puede_leer", "formato_no_aceptado", "es_una_imagen", "no_es_la_constancia",
    }  # fmt: skip


def test_a_silence_says_why() -> None:
    """Every decision without a reply has a reason in Spanish for staff, and only those."""
    for _, given, _ in TABLE:
        decision = decide(given, RULEBOOK)
        assert (decision.reply is None) == (decision.why is not None)


def test_what_is_not_known_holds_in_no_condition() -> None:
    """None is "it does not say": no rule takes it for any value."""
    rulebook = RuleBook(
        rules=(Rule("a", (("servicio", ("no",)),), "x"), Rule("b", (("servicio", ("si",)),), "y"), Rule("c", (), "z"))
    )
    assert decide(Facts("constancia", "ninguno"), rulebook).reply == "z"


def test_because_names_each_rule_with_its_first_failed_condition() -> None:
    """The reasons stop at the rule that held; a list of values is written as people say it."""
    rulebook = RuleBook(
        rules=(
            Rule("uno", (("documento", ("otro",)), ("estado", ("baja",))), "x"),
            Rule("dos", (("documento", ("constancia",)), ("fecha", ("hoy", "reciente"))), "x"),
            Rule("tres", (("estado", ("vigente",)),), "y", copy_staff=True, step="confirmado"),
            Rule("cuatro", (), "z"),
        )
    )
    given = Facts("constancia", "ninguno", estado="vigente", fecha="vieja")
    assert decide(given, rulebook) == Decision(
        rule="tres",
        reply="y",
        why=None,
        copy_staff=True,
        reminder=None,
        because=(("uno", "documento = otro"), ("dos", "fecha = hoy o reciente"), ("tres", None)),
        step="confirmado",
    )
