"""Does the whole program stand trial by mails and documents that nobody wrote it for? Run by hand, not by pytest.

``python -m tests.trials.machines`` and its neighbours each build their mails from a seed, deliver them to a real Dovecot,
run ``mailbot run --once`` over them and say in numbers what became of them; exit code 1 when a claim did not hold.
"""
