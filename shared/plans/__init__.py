"""The plan pack: a government plan as files, loaded once, strictly, into frozen records.

`load` a directory, then read `plan.targets`, `plan.provision("class_rules").on(day)`,
`plan.matter("confirmation").text("ug")`. A pack with any fault is not loaded at all.
"""

from shared.plans.check import report
from shared.plans.faults import Fault, PlanError
from shared.plans.loading import default_directory, load
from shared.plans.pack import Plan
from shared.plans.terms import NotInForceError, Provision, Terms
from shared.plans.texts import Matter, Text

__all__ = [
    "Fault",
    "Matter",
    "NotInForceError",
    "Plan",
    "PlanError",
    "Provision",
    "Terms",
    "Text",
    "default_directory",
    "load",
    "report",
]
