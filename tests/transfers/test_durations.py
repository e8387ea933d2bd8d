import pytest

from transfers.durations import spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a few seconds"),
        (7.9, "a few seconds"),
        (8, "about 10 seconds"),
        (42, "about 40 seconds"),
        (43, "about 45 seconds"),
        (55, "about 1 minute"),
        (150, "about 2 minutes"),
        (55 * 60, "about 1 hour"),
        (95 * 60, "about 1½ hours"),
        (7200, "about 2 hours"),
        (47 * 3600, "about 47 hours"),
        (14.4 * 86_400, "about 14 days"),
    ],
)
def test_seconds_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
