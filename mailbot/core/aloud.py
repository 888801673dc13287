"""How does the whole decision table sound, with its follow-up, when somebody reads it aloud?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from textwrap import fill
from typing import TYPE_CHECKING

from mailbot.core.spanish import MONTHS

if TYPE_CHECKING:
    from mailbot.core.calendar import Calendar
    from mailbot.core.decision import Condition, Rule
    from mailbot.core.ladder import Ladder
    from mailbot.core.office import Office
    from mailbot.core.rules import RuleBook

WIDTH = 79  # a terminal has 80 columns
DAYS_AHEAD = 400  # of days off that are read out: a year, and the winter recess after it

# Fact -> how its sentence begins, and how it goes on for each value.
WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "documento": ("", {
        "constancia": "manda su constancia", "otro": "manda otro documento", "ilegible": "el archivo no se puede leer",
        "con_contrasena": "el PDF pide contraseña", "imagen": "manda una foto, captura o escaneo",
        "otro_formato": "manda el archivo en otro formato", "ninguno": "no manda ningún documento",
    }),
    "falta": ("", {
        "nss": "no se ve el NSS", "estado": "no se ve el estado", "fecha": "no se ve la fecha",
        "patron": "no se ve el patrón", "nada": "no le falta nada",
    }),
    "estado": ("el estado ", {"vigente": "es VIGENTE", "baja": "es BAJA", "otro": "no es VIGENTE ni BAJA"}),
    "servicio": ("", {"si": "tiene derecho al servicio médico", "no": "no tiene derecho al servicio médico"}),
    "patron": ("", {
        "nuestro": "el patrón es nuestra escuela", "otra_escuela": "el patrón es otra escuela",
        "empresa": "el patrón es una empresa", "programa": "el patrón es un programa", "ninguno": "no hay patrón",
        "dudoso": "no es claro quién es el patrón",
    }),
    "fecha": ("la fecha es ", {
        "hoy": "la del día", "reciente": "reciente", "vieja": "vieja", "futura": "posterior al día del correo",
    }),
    "caso": ("el caso ", {
        "nuevo": "es nuevo", "alta_pedida": "espera su alta", "esperando_baja": "espera su baja en otra escuela",
        "confirmado": "ya está confirmado", "con_persona": "está con una persona",
    }),
    "plazo": ("el plazo ", {"corriendo": "sigue corriendo", "cumplido": "ya se cumplió"}),
    "intentos": ("es su ", {"1": "primer intento", "2": "segundo intento", "3": "tercer intento o uno posterior"}),
    "repetida": ("", {
        "si": "es la misma constancia otra vez", "no": "no es repetida",
    }),
    "sospecha": ("", {"si": "algo en ella no cuadra", "no": "todo en ella cuadra"}),
    "mensaje": ("", {
        "ninguno": "no escribe nada más", "gracias": "sólo da las gracias", "pregunta": "pregunta o pide algo",
        "ya_lo_llene": "dice que ya llenó el formulario", "pide_baja": "pide la baja de nuestro seguro",
        "urgencia": "avisa de una urgencia", "no_derechohabiente": "dice que el IMSS no lo encuentra",
        "ajeno": "escribe de otro asunto",
    }),
    "pide": ("", {
        "persona": "pide hablar con una persona", "basta": "pide que ya no le escriban",
        "que_sigue": "pregunta qué sigue", "pregunta_y_personal": "pregunta algo que también debe ver el personal",
        "no_entendido": "escribe del seguro algo que no se entiende", "nada": "no pide nada de eso",
    }),
    "insiste": ("", {"si": "ya se le contestó que se recibió", "no": "no se le había contestado que se recibió"}),
    "tomado": ("", {"si": "una persona lleva el caso", "no": "ninguna persona lleva el caso"}),
    "formulario": ("", {"si": "ha dicho que llenó el formulario", "no": "no ha dicho que llenó el formulario"}),
    "otra_vez": ("", {
        "si": "ya se le había dicho que aún no aparece", "no": "no se le había dicho que aún no aparece",
    }),
    "no_aparece": ("", {"si": "dice que su alta aún no aparece", "no": "no dice que su alta aún no aparezca"}),
    "pidio_baja": ("", {"si": "había pedido la baja de nuestro seguro", "no": "no había pedido la baja"}),
}  # fmt: skip
AFTER: Mapping[str, str] = {
    "nuevo": "el caso empieza de nuevo", "alta_pedida": "el caso queda en espera de su alta",
    "esperando_baja": "el caso queda en espera de su baja en otra escuela", "confirmado": "el caso queda confirmado",
    "con_persona": "el caso queda con una persona", "cerrado": "el caso se cierra",
}  # fmt: skip


def read_aloud(rulebook: RuleBook, office: Office, today: date) -> str:
    """Write the whole table, its follow-up and the days off from today on as one page."""
    lines = ["# Qué contesta mailbot", "", "Decide la primera regla que se cumple entera.", ""]
    for number, rule in enumerate(rulebook.rules, start=1):
        lines += [*_wrapped(f"**{rule.name}**", f"{number}. ", "    "), *_wrapped(_sentence(rule), "    ", "    "), ""]
    lines += ["## Recordatorios", ""]
    for ladder in rulebook.ladders:
        lines += _wrapped(f"**{ladder.name}**, mientras {spoken('caso', ladder.state)}: {_rungs(ladder, office)}.")
    terms = rulebook.terms
    lines += [
        "", "## Plazos", "",
        *_wrapped(f"El alta se ve a más tardar {terms.confirmation} días hábiles después de llenar el formulario."),
        *_wrapped(f"Una persona contesta a más tardar en {terms.person} días hábiles."),
        *_wrapped(f"Una constancia es reciente hasta {terms.recent} días después de su fecha."),
        "", f"## Días en que no se trabaja, desde el {_day(today)}", "",
        *(line for stretch in _days_off(rulebook.calendar, today) for line in _wrapped(f"{_period(*stretch)}.")),
        "", "## Preguntas que sabe contestar", "",
        *(line for topic in rulebook.topics if topic.answer or topic.guide for line in _wrapped(topic.title)),
        "", "## Preguntas que contesta una persona", "",
        *(line for topic in rulebook.topics if topic.staff_only for line in _wrapped(topic.title)),
        "", "## Lo que entiende aunque no sea una pregunta", "",
        *(line for topic in rulebook.topics if topic.means for line in _wrapped(topic.title)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _sentence(rule: Rule) -> str:
    asked = _asked(rule.conditions)
    when = f"Si {asked}" if asked else "En cualquier otro caso"
    then = [f"se contesta `{rule.reply}`" if rule.reply else f"no se contesta ({rule.why})"]
    then += ["con copia al personal"] if rule.copy_staff else []
    then += ["con una nota aparte al personal"] if rule.staff_note else []
    then += [f"empiezan los recordatorios «{rule.reminder}»"] if rule.reminder else []
    then += [AFTER[rule.step]] if rule.step else []
    then += ["cuenta como intento que no sirvió"] if rule.failed_try else []
    return f"{when}: {'; '.join(then)}."


def _asked(conditions: Sequence[Condition]) -> str:
    """Join the conditions; where one is itself several sentences, semicolons keep them apart."""
    spoken = [_condition(c) for c in conditions]
    whole = any(len(values) > 1 and not WORDS[fact][0] for fact, values in conditions)
    if whole and len(spoken) > 1:
        return f"{'; '.join(spoken[:-1])}; y {spoken[-1]}"
    return _listed(spoken, "y")


def _condition(condition: Condition) -> str:
    fact, values = condition
    begins, goes_on = WORDS[fact]
    return begins + _listed([goes_on[value] for value in values], "o")


def spoken(fact: str, value: str) -> str:
    """Say one fact in words: "el patrón es otra escuela"."""
    begins, goes_on = WORDS[fact]
    return begins + goes_on[value]


def _listed(items: Sequence[str], last: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def _rungs(ladder: Ladder, office: Office) -> str:
    rungs = ladder.rungs(office)
    if not rungs:
        return "ninguno, porque config.toml pide cero ([reminders] most)"
    return ", ".join(f"a los {rung.business_days} días hábiles `{rung.kind}`" for rung in rungs)


def _wrapped(text: str, first: str = "- ", after: str = "  ") -> list[str]:
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=after, break_long_words=False,
                break_on_hyphens=False).split("\n")  # fmt: skip


def _days_off(calendar: Calendar, today: date) -> Iterator[tuple[date, date]]:
    """Yield each stretch of days without office, but not mere weekends."""
    start: date | None = None
    for n in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=n)
        off = not calendar.is_business_day(day) and n < DAYS_AHEAD
        if off and start is None:
            start = day
        if not off and start is not None:
            days = [start + timedelta(days=k) for k in range((day - start).days)]
            worked = [d for d in days if d.weekday() in calendar.weekdays]
            if worked:
                yield worked[0], worked[-1]
            start = None


def _period(first: date, last: date) -> str:
    return f"El {_day(first)}" if first == last else f"Del {_day(first)} al {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"
