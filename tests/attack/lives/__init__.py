"""One side's whole life, through every operation: what the other sides then try to reach."""

from tests.attack.lives import classes, directory, doors, money, persons, teaching
from tests.attack.lives.scene import Scene
from tests.gateway import doubles


async def live(scene: Scene, wechat: doubles.Wechat) -> None:
    """Live it all, so that every operation of the suite is used by whom it is for."""
    await directory.live(scene)
    await money.funds(scene)
    await classes.live(scene)
    await persons.live(scene)
    await doors.live(scene, wechat)
    await teaching.live(scene)
    await money.claims(scene)
    await money.review(scene)
    await money.payments(scene)
    await classes.open_to_all(scene)
