"""The straight loop that judging is compared with: one question and one row at a time.

It forms the very judgments that the product forms, clusters left out, by the same pure function;
only how evidence comes and judgments go is as one would write it first.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from issuer.competency import judgment_repository as repository
from issuer.competency.evidence_repository import corrected
from issuer.competency.frameworks import Frameworks
from issuer.competency.judgment_rows import judgment_id, outcome, state_of
from issuer.competency.mastery import Observation, judge, points_of, top_points
from issuer.competency.models import Evidence, Judgment
from issuer.competency.rule_keeping import current_rules, record_rules
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, Scales, scale_document, scale_id
from issuer.learners.models import Person


def judge_some(session: Session, learners: int, now: datetime) -> int:
    """Judge the first learners, each in a transaction of its own; how many judgments that were.

    The session's block decides about the outermost transaction: each commit here is a flush and
    the release of a savepoint.
    """
    rules, frameworks, scales = current_rules(session), Frameworks(session), Scales(session)
    record_rules(session, rules, now)
    known = repository.scale_ids(session)
    made = 0
    for person in session.exec(select(Person).limit(learners)).all():
        with session.begin_nested():
            for competency_id in frameworks.rows:
                rule = rules.rule_for(frameworks.place(competency_id))
                if rule is None or rule.is_cluster:
                    continue
                scale = scales.of(competency_id)
                if scale_id(scale) not in known:
                    row = {"id": scale_id(scale), "levels": scale_document(scale)}
                    repository.add_scales(session, [row])
                    known.add(scale_id(scale))
                made += _judge(session, (person.id, competency_id), rule, scale, now)
        session.expunge_all()
    return made


def _judge(
    session: Session, pair: tuple[UUID, UUID], rule: MasteryRule, scale: Scale, now: datetime
) -> int:
    learner_id, competency_id = pair
    query = select(Evidence).where(
        Evidence.learner_id == learner_id,
        Evidence.competency_id == competency_id,
        ~corrected(),
    )
    evidence = [_seen(one, scale) for one in session.exec(query) if one.score is not None]
    if not evidence:
        return 0
    said = outcome(judge(rule, scale, evidence, now))
    session.add(
        Judgment(
            id=judgment_id(*pair, rule, scale_id(scale), said.evidence_ids),
            learner_id=learner_id,
            competency_id=competency_id,
            rule_name=rule.name,
            rule_version=rule.version,
            scale_id=scale_id(scale),
            **said._asdict(),
            state=state_of(rule),
            judged_at=now,
        )
    )
    session.flush()
    return 1


def _seen(one: Evidence, scale: Scale) -> Observation:
    assert one.score is not None
    return Observation(
        id=one.id,
        points=points_of(one.score, one.score_min, one.score_max, top_points(scale)),
        kind=one.kind,
        observed_at=one.observed_at,
        formative=one.formative,
        setting=one.setting,
        assessor=one.assessor_id,
        origin=one.origin_id,
        second_rating_of=one.second_rating_of,
    )
