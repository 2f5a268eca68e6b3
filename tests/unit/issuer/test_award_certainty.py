"""What a diploma says that its holder has mastered: only what everybody who earns it has."""

from issuer.awards.definitions import CompetencyLeaf, Group

A, B, C, D = map(CompetencyLeaf, "ABCD")


def test_all_are_certain():
    assert list(Group(2, (A, Group(2, (B, C)))).certain()) == [A, B, C]


def test_of_a_choice_nothing_is_certain_but_what_is_required():
    assert list(Group(1, (A, B)).certain()) == []
    assert list(Group(2, (A, B, C), required=(1,)).certain()) == [B]


def test_within_a_choice_nothing_is_certain_however_deep():
    assert list(Group(1, (Group(2, (A, B)), Group(2, (C, D)))).certain()) == []
    assert list(Group(2, (A, Group(1, (B, C)))).certain()) == [A]
    assert list(Group(1, (Group(1, (A, B), required=(0,)), C), required=(0,)).certain()) == [A]


def test_leaves_are_all_of_them_as_before():
    assert list(Group(1, (A, Group(1, (B, C)))).leaves()) == [A, B, C]
