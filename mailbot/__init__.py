"""mailbot: reads each constancia de vigencia that students mail, and replies with the right next step.

The pipeline, each arrow a pure function of ``mailbot.core``, each noun a frozen dataclass of the arrow that makes it::

    e-mail bytes -> Message      \\
    document     -> Constancia    -> Facts -> Decision -> Reply + next Case + Reminder
    rules/*.toml -> RuleBook     /

``mailbot.shell`` gathers the inputs, calls the arrows once, records the whole outcome in one transaction, and only
then acts on the world (IMAP, SMTP). ``core`` never imports ``shell``.

Start reading at ``core/answer.py`` (one mail to everything that follows from it), then ``shell/store.py`` (the life of
a message) and ``shell/daemon.py`` (who wakes whom).

Glossary: *constancia* de vigencia de derechos, the IMSS paper that students send; *NSS*, the social security number;
*CURP*, the population key; *patrón*, the employer or school that registers a person; *vigente*, in force; *alta* and
*baja*, registering and unregistering; *razón social*, an employer's legal name; *modalidad*, the kind of insurance.
"""

__version__ = "0.1.0"
