from listing import PAGE, TABLES, page


def test_the_page_lists_what_is_tried() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "the list is behind the tables; run `python tests/bad_input/listing.py`"


def test_there_are_two_hundred_by_hand_and_more() -> None:
    assert sum(map(len, TABLES.values())) >= 200
    assert {kind: len(table) >= 35 for kind, table in TABLES.items()} == dict.fromkeys(TABLES, True)
