"""January: holidays, the allowance's rates, the funds' books, and organisations' accounts."""

from services.demo import budget, cast, client
from services.demo.budget import Receipt
from services.demo.world import World

REST = "新政办明电〔2020〕示例{}号"


async def set_up(world: World) -> None:
    """Enter what money needs before anybody can claim it."""
    await _holidays(world)
    await client.together(
        *(_day_rate(world, code, yuan) for code, yuan in budget.DAY_RATES_YUAN.items()),
        *(_account(world, one.key) for one in cast.ORGANISATIONS if one.role != "assessor"),
    )
    for receipt in budget.RECEIPTS:
        await receive(world, receipt)


async def _holidays(world: World) -> None:
    """Enter the region's two festivals by the announcement's number; no working day moves."""
    for number, year, rests in ((1, 2020, budget.REGIONAL_HOLIDAYS), (2, 2021, ())):
        body = {
            "authority": cast.MUNICIPAL,
            "scope": "regional",
            "year": year,
            "number": REST.format(number),
            "rests": list(rests),
            "works": [],
        }
        await world.api.post(world.office(cast.MUNICIPAL), "holidays", body)


async def _day_rate(world: World, authority: str, yuan: int) -> None:
    """Enter an example rate of the allowance; only a second officer makes it hold."""
    body = {
        "authority": authority,
        "fen_per_day": yuan * budget.FEN,
        "from_date": "2020-01-01",
        "document_number": budget.DOCUMENT.format(
            f"{cast.AUTHORITIES[authority]}人社发", "生活费标准"
        ),
    }
    made = await world.api.post(world.office(authority), "allowance-rates", body)
    path = f"allowance-rates/{made['id']}/confirmation"
    alone = await world.api.ask(world.office(authority), "POST", path)
    await world.api.post(world.office(authority, "service"), path)
    world.promise("补贴标准须第二人复核才生效", alone.status in {403, 409}, alone.status)


async def _account(world: World, key: str) -> None:
    """Let an organisation enter its account; one enters an account that the bank has closed."""
    await organisation_account(world, key, good=key != "toksun")


async def organisation_account(world: World, key: str, *, good: bool) -> None:
    """Enter an organisation's account, and have an officer type the number from the papers."""
    own, plan = world.organisations[key], cast.organisation(key)
    number = budget.of_organisation(key, good=good)
    body = {"bank": "示例银行吐鲁番分行", "account_number": number, "holder": plan.name}
    made = await world.api.post(own, f"organisations/{own.id}/accounts", body)
    path = f"organisation-accounts/{made['id']}/confirmation"
    office = world.office(plan.authority, "service")
    slip = await world.api.ask(office, "POST", path, body={"account_number": number[::-1]})
    await world.api.post(office, path, {"account_number": number})
    world.expect(
        "账号须第二人按开户资料再录一遍", (slip.status, slip.code), (422, "account_differs")
    )


async def receive(world: World, receipt: Receipt) -> None:
    """Enter money that came in, by its document's number."""
    body = {
        "fund": receipt.fund,
        "authority": receipt.authority,
        "year": budget.YEAR,
        "purpose": receipt.purpose,
        "fen": receipt.yuan * budget.FEN,
        "document_number": receipt.document,
        "opening": receipt.opening,
    }
    await world.api.post(world.finance(receipt.authority), "funds/receipts", body)


async def never_for_buildings(world: World) -> None:
    """Try to enter money of the special account for what it may not pay."""
    body = {
        "fund": budget.SPECIAL,
        "authority": "650402",
        "year": budget.YEAR,
        "purpose": "office_buildings",
        "fen": 100,
        "document_number": budget.DOCUMENT.format("财社", "用途"),
    }
    answer = await world.api.ask(world.finance("650402"), "POST", "funds/receipts", body=body)
    world.expect("专项资金没有可以列支办公楼的账户", answer.status, 422)
