"""Which running executions a deployment touches."""

from cloudless.compiler.record import Record
from cloudless.summary.running import KEPT, LOST, STAYS, Pinned, affected, pinned

OLD = Record(app="shop", definitions={"fulfil": "d1", "same": "s1"}, retained={"d0": "fulfil"})
KEEPING = Record(app="shop", definitions={"fulfil": "d2", "same": "s1"}, retained={"d1": "fulfil", "d0": "fulfil"})
LOSING = Record(app="shop", definitions={"fulfil": "d2", "same": "s1"})


def test_orchestrations_that_keep_their_only_definition_are_not_affected() -> None:
    assert affected(OLD, KEEPING) == ["fulfil"]
    assert affected(OLD, Record(app="shop")) == ["fulfil", "same"]
    assert affected(LOSING, LOSING) == []


def test_executions_keep_the_definition_that_they_started_with() -> None:
    found = pinned(OLD, KEEPING, {"fulfil": {"d1": 3, "d0": 1}})
    assert found == (
        Pinned(orchestration="fulfil", definition="d0", executions=1, fate=KEPT),
        Pinned(orchestration="fulfil", definition="d1", executions=3, fate=KEPT),
    )
    assert str(found[1]) == "3 executions run on with definition d1; new ones do not"


def test_executions_of_a_definition_that_stays_are_told_as_such() -> None:
    (found,) = pinned(OLD, Record(app="shop", definitions={"fulfil": "d1"}), {"fulfil": {"d1": 1, "d0": 0}, "same": {}})
    assert found.fate == STAYS
    assert str(found) == "1 execution runs on; nothing changes for it"


def test_executions_whose_definition_goes_are_lost() -> None:
    (found,) = pinned(OLD, LOSING, {"fulfil": {"d1": 2}})
    assert found.fate == LOST
    assert str(found) == "2 executions cannot go on: definition d1 would be gone"


def test_where_the_cloud_could_not_be_asked_definitions_that_go_count_as_used() -> None:
    found = pinned(OLD, LOSING, {})
    assert [(one.definition, one.executions, one.fate) for one in found] == [("d0", None, LOST), ("d1", None, LOST)]
    assert str(found[0]) == "executions, if any, cannot go on: definition d0 would be gone"
    assert pinned(OLD, KEEPING, {}) == ()
