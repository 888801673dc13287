"""Several things that go wrong at once cost no mail."""

from tests.trials.storm import weather


def test_kills_outages_cuts_and_renumberings_in_any_order_lose_no_mail_and_answer_none_with_two_ids() -> None:
    """Twenty of them; by hand with other seeds: python -m tests.trials.storm."""
    assert weather(1, 20) == []
