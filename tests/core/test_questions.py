"""Is what students ask understood, however they word it, and is nothing answered that was not asked?"""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random
from string import ascii_lowercase
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.intent import Said, understand
from mailbot.core.questions import topics
from mailbot.core.wording import MOST_CHARS, alike, find, sentences
from tests.office_rules import RULEBOOK
from tests.phrasings import Phrasing, hear, phrasings, shortfall

CORPUS = tomllib.loads((Path(__file__).parent.parent / "corpus" / "preguntas.toml").read_text(encoding="utf-8"))
ASKED = [(topic, text) for topic, texts in CORPUS["temas"].items() for text in texts]
MEANT = [(value, text) for value, texts in CORPUS["mensajes"].items() for text in texts]
PHRASINGS = tuple(p for n in range(3, 12) for p in phrasings(f"preguntas-{n}.toml"))
# Lists that are not learned by heart: at least so many are understood, at most so many wrongly.
MEASURED = {"preguntas-12.toml": (220, 2), "preguntas-13.toml": (179, 23)}
# What a mail in a running case may say; the same words from a stranger are no matter of ours.
IN_A_CASE = {"que_sigue", "basta", "gracias", "ya_lo_llene"}
# Topics that say nearly the same: either answer is right.
ALSO_RIGHT = {("que_clinica", "que_papeles"), ("vigente_por_otra_escuela", "escuela_no_responde")}


def say(text: str, *, attached: bool = False, known: bool = False, subject: str = "") -> Said:
    return understand(text, subject, RULEBOOK.wording, RULEBOOK.questions, attached=attached, known=known)


def test_the_corpus_is_large_enough() -> None:
    """At least 150 phrasings of questions alone, and every topic of the office asked."""
    assert len(ASKED) >= 150
    answered = {topic.name for topic in RULEBOOK.topics if topic.answer}
    assert {topic for topic, _ in ASKED} | {"datos_con_error", "no_aparece"} >= answered
    examples = {e.casefold() for topic in RULEBOOK.topics for e in topic.examples}
    own_words = [text for _, text in ASKED if text.casefold().strip("¿?.") not in examples]
    assert len(own_words) >= 150


def test_at_least_95_percent_get_the_right_topic_and_none_a_wrong_answer() -> None:
    """Where the right topic is not the first, no answer or the right one beside it is given."""
    missed, wrong = [], []
    for topic, text in ASKED:
        found = [m.topic.name for m in topics(text, RULEBOOK.questions)]
        if not found or found[0] != topic:
            missed.append((topic, text, found))
        if found and topic not in found and (topic, found[0]) not in ALSO_RIGHT:
            wrong.append((topic, text, found))
    assert len(missed) <= len(ASKED) * 0.05, missed
    assert wrong == []


@pytest.mark.parametrize(("topic", "text"), ASKED)
def test_a_question_is_not_taken_for_something_else(topic: str, text: str) -> None:
    """It is no emergency, no thanks and no other matter; asking how to leave is asking to leave."""
    said = say(text)
    allowed = {"pregunta", "pregunta_y_personal", "ninguno"}
    if topic == "como_pido_baja":
        allowed.add("pide_baja")
    assert said.value in allowed


@pytest.mark.parametrize(("value", "text"), MEANT)
def test_what_is_meant(value: str, text: str) -> None:
    """The fact `mensaje` of each phrasing; what only a person can answer is as good as not understood."""
    said = say(text, known=value in IN_A_CASE)
    for_staff = value == "no_entendido" and said.value == "pregunta_y_personal" and not said.topics
    assert said.value == value or for_staff


@pytest.mark.parametrize(
    "text",
    [
        "Adjunto mi constancia de vigencia de derechos para realizar el alta",
        "Buenas tardes, envío mi constancia de vigencia de derechos, quedo al pendiente",
        "Le mando mi vigencia",
        "Mi nombre es Ana López, número de control 22140123, envío mi constancia de vigencia para el alta del seguro",
        "ya descargué la constancia, se las adjunto",
        "Hola, aquí está mi constancia con la fecha de hoy",
        "Constancia de vigencia de derechos - Ana López",
        "Seguro facultativo\nBuenas tardes, adjunto constancia para el seguro facultativo. Gracias",
        "Por este medio solicito mi alta en el seguro facultativo, anexo constancia.",
        "Me urge mi seguro, adjunto constancia",
    ],
)
def test_handing_over_a_constancia_is_no_question(text: str) -> None:
    """With the paper or, forgotten, without it: no answer is added and no person is called."""
    assert say(text, attached=True) == Said("ninguno")
    assert say(text) == Said("ninguno")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Estoy en urgencias y quiero darme de baja del seguro facultativo", "urgencia"),
        ("¿Qué hago en caso de accidente?, ¿a qué clínica voy con el seguro?", "pregunta_y_personal"),
        ("No es una emergencia, sólo quiero saber a qué clínica voy", "pregunta"),
        ("no quiero darme de baja del seguro facultativo", "pregunta_y_personal"),
        ("me dicen que debo pedir la baja en mi escuela anterior", "pregunta"),
        ("mi constancia sale en estado BAJA", "pregunta"),
        ("ya no necesito el seguro del tec, quiero la baja", "pide_baja"),
        ("estoy asegurado por mi trabajo", "pregunta"),
        ("estoy asegurada por mi mamá", "persona"),
        ("soy hijo de trabajador asegurado por mi padre", "persona"),
        ("quiero darme de baja de una materia", "ajeno"),
        ("quiero hablar con una persona, mi constancia dice baja", "persona"),
        ("Ya llené el formulario, ¿cuánto tarda?", "ya_lo_llene"),
        ("borré por accidente el correo del imss con la constancia", "pregunta"),
        ("trabajo en el hospital general, ¿puedo tener los dos seguros?", "pregunta"),
        ("estoy asegurado por parte de mi bachillerato", "pregunta"),
        ("Quiero darme de baja del seguro facultativo de la universidad, este semestre ya no estudio", "pide_baja"),
        ("todavía no llega el correo del imss", "pregunta"),
    ],
)
def test_what_counts_first(text: str, value: str) -> None:
    """What cannot wait beats what can; what is denied or of another school is not asked of us."""
    assert say(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "Quiero saber de mi seguro facultativo", "Quiero saber de la beca y también de mi seguro facultativo",
        "Quiero saber también de mi seguro facultativo", "Buenas tardes, quiero el seguro facultativo de la escuela",
    ],
)  # fmt: skip
def test_the_baja_is_asked_for_only_with_a_word_of_leaving(text: str) -> None:
    assert say(text).value != "pide_baja"


def test_two_questions_get_two_answers() -> None:
    """Not three, and each topic once."""
    text = "¿Cuánto tarda el trámite? ¿A qué clínica debo ir? ¿Cuál es su horario de atención? ¿Cuánto tarda?"
    found = [m.topic.name for m in topics(text, RULEBOOK.questions)]
    assert len(found) == len(set(found)) == 2
    assert set(found) <= {"cuanto_tarda", "que_clinica", "horario_oficina"}


def test_thanks_beside_a_question_is_a_question() -> None:
    """Courtesy alone gets silence, not courtesy and a question."""
    assert say("Muchas gracias. ¿Cuánto tarda el alta?").value == "pregunta"
    assert say("Muchas gracias, excelente día", known=True) == Said("gracias")


@pytest.mark.parametrize("phrasing", PHRASINGS, ids=lambda p: f"{p.kind}-{p.text[:40]}")
def test_nothing_is_promised_that_was_not_asked(phrasing: Phrasing) -> None:
    """Words that the rules had not seen: a topic that answers is the right one, and no alarm, no silence is wrong."""
    assert shortfall(phrasing, hear(phrasing, RULEBOOK)) != "wrong"


@pytest.mark.parametrize("kind", sorted({p.kind for p in PHRASINGS}))
def test_at_least_95_percent_of_unseen_phrasings_are_understood(kind: str) -> None:
    """Of each kind by itself, so that a weak one does not hide in the crowd."""
    of_kind = [p for p in PHRASINGS if p.kind == kind]
    short = [p.text for p in of_kind if shortfall(p, hear(p, RULEBOOK))]
    assert len(short) <= len(of_kind) * 0.05, short


@pytest.mark.parametrize(("name", "floor"), MEASURED.items())
def test_the_measured_lists_are_understood_no_worse(name: str, floor: tuple[int, int]) -> None:
    """What counts is the first reading of new phrasings: these are kept as they were read, not mended one by one."""
    found = [shortfall(p, hear(p, RULEBOOK)) for p in phrasings(name)]
    right, wrong = floor
    assert found.count(None) >= right
    assert found.count("wrong") <= wrong


def test_what_only_a_person_can_answer_beside_a_constancia() -> None:
    """Told beside the paper it calls nobody; asked, it does."""
    assert say("Es urgente, necesito el seguro para mis prácticas, adjunto constancia", attached=True) == Said(
        "ninguno"
    )
    assert say("Adjunto mi constancia. ¿Cuánto cuesta el seguro?", attached=True) == Said("pregunta_y_personal")
    assert say("¿Cuánto cuesta el seguro?") == Said("pregunta_y_personal")


def test_a_question_that_no_topic_claims_goes_to_a_person() -> None:
    """With a form of asking or four words about the insurance; three words that ask nothing are no question."""
    assert say("¿El seguro facultativo trae estampas?") == Said("no_entendido")
    assert say("no me deja mi gato tramitar el seguro") == Said("no_entendido")
    assert say("mi seguro facultativo amaneció color verde limón") == Said("no_entendido")
    assert say("seguro facultativo") == Said("ninguno")


@pytest.mark.parametrize("text", ["ok", "Gracias", "👍", "va, mil gracias"])
def test_taking_note_is_silent_whatever_the_subject_names(text: str) -> None:
    """Not where the subject itself asks or wants something."""
    assert say(text, subject="Alta del seguro facultativo") == Said("gracias")
    assert say(text, subject="¿Cuánto tarda el alta del seguro?").value == "pregunta"
    assert say(text, subject="Solicitud de baja del seguro facultativo").value == "pide_baja"


@pytest.mark.parametrize("attached", [True, False])
def test_a_baja_that_is_wished_is_no_baja_that_was_done(attached: bool) -> None:
    """ "Dieran" is no typo of "dieron"."""
    wished = "Ya conseguí trabajo y me gustaría que me dieran de baja del seguro del tec."
    assert say(wished, attached=attached) == Said("pide_baja")
    assert say("Quisiera que me dieran la baja del seguro", attached=attached) == Said("pide_baja")
    assert say("Ya me dieron de baja del seguro del tec.", attached=attached).value != "pide_baja"


def test_what_is_told_is_not_answered_as_if_it_were_asked() -> None:
    """ "Ya llené el formulario" asks for no form, and a subject that names the constancia asks for no download."""
    assert say("Buenas tardes, ya llené el formulario de alta del seguro facultativo") == Said("ya_lo_llene")
    assert say("Quiero darme de baja del seguro facultativo porque ya tengo trabajo") == Said("pide_baja")
    beside = say("Ya llené el formulario del seguro, ¿cuánto tarda?")
    assert (beside.value, [m.topic.name for m in beside.topics]) == ("ya_lo_llene", ["cuanto_tarda"])
    unmarked = say("ya llene el formulario del seguro facultativo. cuanto tarda el alta")
    assert [m.topic.name for m in unmarked.topics] == ["cuanto_tarda"]


@pytest.mark.parametrize(
    "text",
    [
        "Ahorre en su recibo de luz. Cotice hoy. Para el ejercicio de sus derechos ARCO escriba a ventas@x.example. "
        "Dé clic aquí para darse de baja.",
        "Si desea darse de baja de nuestro boletín responda a este correo.",
        "Get a gift card from us this week only, choose between toys, clothes, books and many more lovely things for the little "
        "ones at home; just follow this link and tell us where we may send your present before Sunday evening",
    ],
)
def test_an_advertisement_is_no_question_of_ours_and_its_footer_asks_for_no_baja(text: str) -> None:
    assert say(text) == Said("ajeno")


def test_a_meeting_of_teachers_is_no_question_of_office_hours() -> None:
    assert say("Buen día, ¿a qué hora es la junta de academia mañana?") == Said("ajeno")


def test_a_hard_question_is_shown_to_staff() -> None:
    """The former school that does not answer is more than our answer can cure."""
    assert say("mi prepa no me quiere dar de baja").value == "pregunta_y_personal"


def test_answers_are_short_and_promise_nothing() -> None:
    """Under 120 words; none says that something is done, was sent or will be approved."""
    for topic in RULEBOOK.topics:
        assert len(topic.answer.split()) <= 120
        for promise in ("ya quedaste", "quedarás", "te garantiz", "será aprobad", "ya estás dado", "sin falta"):
            assert promise not in topic.answer.casefold()


@pytest.mark.parametrize(
    ("word", "meant", "same"),
    [
        ("facultatibo", "facultativo", True), ("vijencia", "vigencia", True), ("enlase", "enlace", True),
        ("clinca", "clinica", True), ("baja", "bajar", True), ("alta", "falta", False), ("fecha", "ficha", True),
        ("tienda", "atienden", False), ("baja", "caja", False), ("ospital", "hospital", True), ("no", "ni", False),
    ],
)  # fmt: skip
def test_typos(word: str, meant: str, same: bool) -> None:
    """A slip in five letters, two in nine; short words must be right."""
    assert alike(word, meant) is same


def test_phrases() -> None:
    """``…`` is up to six words, ``*`` any ending; a comma does not end a sentence, a question mark does."""
    words = sentences("Quiero, por favor, que me den la baja del seguro")[0].words
    assert find("quiero … baja", words) == 0
    assert find("segur*", words) == 9
    assert find("quiero baja", words) is None
    assert [s.asks for s in sentences("Hola. ¿Dónde? Aquí")] == [False, True, False]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.booleans(), st.booleans())
def test_any_text_means_something(text: str, attached: bool, known: bool) -> None:
    """No text makes it fail, and at most two answers come of it."""
    assert len(say(text, attached=attached, known=known).topics) <= 2


def test_a_hostile_text_is_bounded() -> None:
    """Twenty thousand characters of one phrase cost no more than a page."""
    assert sum(len(s.words) for s in sentences("quiero la baja " * 20_000)) <= MOST_CHARS
    assert say("¿quiero … la " * 5000).value


def test_hostile_texts_are_understood_at_once() -> None:
    """Random letters, one phrase over and over, near misses of known words: under a second of work each, not minutes."""
    chance = Random(7)
    letters = "".join(chance.choices(ascii_lowercase + "   .,?", k=20_000))
    near = " ".join(chance.choices(["segruo", "constacnia", "vigecnia", "formualrio", "hopsital", "quieor"], k=2500))
    for text in (letters, near, "en urgencias si me dan de baja por mi trabajo, " * 400, "a\n" * 10_000):
        begun = process_time()
        assert say(text).value
        assert process_time() - begun < 10
