"""What the rule needs to know before a yes is taken."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import queries as classes
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import rules, texts
from services.registry.trainees.models import Trainee
from shared.plans import Plan
from shared.sealing import Sealer
from shared.service import Service
from shared.standards import resident_id


def terms(plan: Plan, on: date) -> rules.Terms:
    """Return the provision `enrolment` in force on the day of the confirmation."""
    found = plan.provision("enrolment").on(on)
    return rules.Terms(
        age_min=found.integer("age_min"),
        guardian_below=found.integer("guardian_below"),
        hazardous_age_min=found.integer("hazardous_age_min"),
    )


async def gather(
    session: AsyncSession,
    *,
    training_class: TrainingClass,
    number: str,
    guardian: bool,
    said: rules.Yes,
    here: Service,
    now: datetime,
) -> rules.Facts:
    """Gather what the rule needs; `number` is the person's ID number."""
    in_force, reviewed = texts.in_force(here.plan, said.language)
    return rules.Facts(
        state=training_class.state,
        held=training_class.held_since is not None,
        started=await classes.has_started(session, training_class, now),
        kind=training_class.kind,
        certificate_kind=training_class.certificate_kind,
        age=resident_id.age_on(number, training_class.starts_on),
        guardian=guardian,
        said=said,
        in_force=in_force,
        reviewed=reviewed,
        sandbox=here.sandbox,
    )


def id_number(sealer: Sealer, person: Trainee) -> str:
    """Open a person's ID number, for the age that the rule asks about."""
    return sealer.open(person.id_sealed, table="trainees", column="id_sealed", row=person.id)
