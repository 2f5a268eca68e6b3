"""A school whose evidence, rules and judgments a test makes in a few words."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.competency.reports import JudgingReport
from issuer.competency.views import Explanation, MintableJudgment
from issuer.db import session_scope

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Store:
    """The school of the fixture, with shorthands."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.count = 0

    def see(
        self, *scores: float | None, learner: str = "ana", on: str = "OT.1", **more: Any
    ) -> str:
        """Evidence, an hour apart; the sourcedId of the last."""
        entries = []
        for score in scores:
            self.count += 1
            observed = FIRST + timedelta(hours=self.count)
            base = {
                "sourcedId": f"e{self.count}",
                "learnerSourcedId": learner,
                "competency": on,
                "kind": "project",
                "score": score,
                "observedAt": observed.isoformat(),
                "assessorKind": "person",
                "note": f"Project {self.count}",
            }
            entries.append(base | more)
        path = self.folder / "seen.json"
        path.write_text(json.dumps({"evidence": entries}))
        with session_scope(self.engine) as session:
            service.import_evidence(session, path, NOW)
        return f"e{self.count}"

    def rules(self, *rules: dict[str, Any]) -> bool:
        path = self.folder / "rules.json"
        path.write_text(json.dumps({"rules": list(rules)}))
        with session_scope(self.engine) as session:
            return service.import_rules(session, path, NOW)

    def judge(self, now: datetime = NOW, kappa: Decimal | None = None) -> JudgingReport:
        with session_scope(self.engine) as session:
            return service.judge_all(session, now, kappa_of=lambda _competency: kappa)

    def mintable(self) -> list[MintableJudgment]:
        with session_scope(self.engine, read_only=True) as session:
            return service.mintable_judgments(session)

    def all_recompute(self) -> bool:
        with session_scope(self.engine, read_only=True) as session:
            return not service.recompute_all(session).failures

    def change(self, statement: str, **values: Any) -> None:
        """What no command can do, and the database itself refuses."""
        with session_scope(self.engine) as session:
            where = " ON evidence" if session.get_bind().dialect.name == "postgresql" else ""
            session.execute(text(f"DROP TRIGGER IF EXISTS evidence_no_update{where}"))
            session.execute(text(statement), values)

    def rate(self, first: str, score: float, by: str, **more: Any) -> str:
        """Another assessor's score of the same work; the sourcedId of it."""
        second = self.see(score, assessorId=by, **more)
        self.change(
            "UPDATE evidence SET second_rating_of = (SELECT origin_id FROM evidence"
            " WHERE sourced_id = :first) WHERE sourced_id = :second",
            first=first,
            second=second,
        )
        return second

    def explain(self, **wanted: Any) -> Explanation:
        """The explanation of the one standing judgment whose view has these values."""
        with session_scope(self.engine, read_only=True) as session:
            (found,) = [
                one
                for one in service.judgments(session)
                if all(getattr(one, name) == value for name, value in wanted.items())
            ]
            return service.explain(session, found.id)
