"""The money half of the year: two rounds of claims, each from filing to the bank's answer."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from types import MappingProxyType

from services.demo import (
    budget,
    scenes_claims,
    scenes_notices,
    scenes_payments,
    scenes_registers,
    scenes_review,
    scenes_second_looks,
)
from services.demo.steps import Steps
from services.demo.world import World

STEPS = 12
PAID_DURING = "C"  # the first notice ends on the day on which the third wave is filed
CLAIMS, REVIEW, PAYMENTS = "申领", "审核公示", "拨付"


async def first_claims(world: World, steps: Steps) -> None:
    """Claim for the first half-year, in July, up to the public notice over 古尔邦节."""
    async with steps.step("名册、本人说明", CLAIMS):
        await world.at(date(2020, 7, 6))
        await scenes_registers.import_lists(world, on=date(2020, 7, 1))
        await scenes_registers.earlier(world)
        await scenes_registers.say_and_enter(world, 1)
    async with steps.step("第一轮申领", CLAIMS):
        await scenes_claims.claim_round(world, budget.FIRST_ROUND)
        await scenes_claims.allowances(world, 1)
        await scenes_claims.as_institutions_see(world)
        await scenes_second_looks.read_slots(world)
    async with steps.step("更正、撤回、申诉", CLAIMS):
        await world.at(date(2020, 7, 8))
        await scenes_second_looks.resend(world)
        await scenes_second_looks.take_back(world)
        await scenes_second_looks.appeal(world)
        await scenes_claims.money_waits(world)
    async with steps.step("第一轮审核", REVIEW):
        await world.at(date(2020, 7, 13))
        await scenes_review.review(world)
        await world.at(date(2020, 7, 14))
        await scenes_review.review(world)
        await scenes_review.draw_again(world)
    async with steps.step("第一轮公示", REVIEW):
        await world.at(date(2020, 7, 24))
        await scenes_notices.publish(world, until=date(2020, 8, 3))
        await world.at(date(2020, 7, 27))
        await scenes_notices.object_to(world)
        await world.at(date(2020, 7, 29))
        await scenes_notices.settle_objections(world)


async def first_payments(world: World, steps: Steps) -> None:
    """Pay the first round in August; the bank rejects some, and gives one back later."""
    async with steps.step("第一轮拨付", PAYMENTS):
        await scenes_notices.over(world, payable=False)
        await world.at(date(2020, 8, 4))
        await scenes_notices.over(world, payable=True)
        await scenes_payments.release(world)
    async with steps.step("银行回盘", PAYMENTS):
        await world.at(date(2020, 8, 5))
        await scenes_payments.hear(world)
        await world.at(date(2020, 8, 6))
        await scenes_payments.correct_and_reissue(world)
        await world.at(date(2020, 8, 7))
        await scenes_payments.hear(world)
    async with steps.step("退汇重发", PAYMENTS):
        await world.at(date(2020, 8, 10))
        await scenes_payments.bounce(world)
        await world.at(date(2020, 8, 11))
        await scenes_payments.hear(world)
        await scenes_payments.statement(world)


async def second_claims(world: World, steps: Steps) -> None:
    """Claim, review, publish and pay for the second half-year, in November."""
    async with steps.step("名册未到先申领", CLAIMS):
        await world.at(date(2020, 11, 9))
        await scenes_notices.taken_down(world)
        await scenes_second_looks.missing_facts(world)
        await scenes_registers.say_and_enter(world, 2)
    async with steps.step("第二轮申领", CLAIMS):
        await world.at(date(2020, 11, 10))
        await scenes_claims.claim_round(world, budget.SECOND_ROUND)
        await scenes_claims.allowances(world, 2)
    async with steps.step("第二轮审核公示", REVIEW):
        await world.at(date(2020, 11, 16))
        await scenes_review.review(world)
        await world.at(date(2020, 11, 18))
        await scenes_notices.publish(world, until=date(2020, 11, 25))
    async with steps.step("第二轮拨付", PAYMENTS):
        await world.at(date(2020, 11, 26))
        await scenes_payments.release(world)
        await world.at(date(2020, 11, 27))
        await scenes_payments.hear(world, half=True)


CLAIMED_AFTER: Mapping[str, Callable[[World, Steps], Awaitable[None]]] = MappingProxyType(
    {"B": first_claims, "D": second_claims}
)
