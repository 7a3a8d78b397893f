"""Read divisions.toml, categories.toml and funds.toml."""

import re
from dataclasses import dataclass

from shared.plans import common
from shared.plans.reading import Node
from shared.plans.records import Authority, Category, Division, Fund, Order, Proof, Use
from shared.plans.vocabulary import CategoryRole, Evidence, Kind, Purpose

_CODE = re.compile(r"\d{6}")
_LOCAL_CODE = re.compile(r"\d{4}L\d")
OFFICES = ("hrss", "finance")


@dataclass(frozen=True, slots=True)
class Places:
    """What divisions.toml says."""

    divisions: tuple[Division, ...]
    authorities: tuple[Authority, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """What funds.toml says."""

    funds: tuple[Fund, ...]
    orders: tuple[Order, ...]


def places(root: Node) -> Places:
    """Read the national codes, old ones too, and the authorities of this plan."""
    common.source(root)
    codes: set[str] = set()
    divisions = tuple(_division(node, codes) for node in root.children("divisions"))
    for position, found in enumerate(divisions):
        if found.today is not None and found.today not in codes:
            root.fault(f"unknown division {found.today!r}", "divisions", position, "today")
    current = {found.code for found in divisions if found.valid_until is None}
    taken: set[str] = set()
    authorities = tuple(_authority(node, current, taken) for node in root.children("authorities"))
    root.close()
    return Places(divisions, authorities)


def _division(node: Node, codes: set[str]) -> Division:
    code = node.text("code")
    if code and not _CODE.fullmatch(code):
        node.fault(f"{code!r} is no GB/T 2260 code", "code")
    if code in codes:
        node.fault(f"code {code!r} is used twice", "code")
    codes.add(code)
    division = Division(
        code=code,
        name=common.name(node),
        valid_from=node.integer_or_none("valid_from"),
        valid_until=node.integer_or_none("valid_until"),
        today=node.text_or_none("today"),
    )
    if division.valid_from and division.valid_until and division.valid_until < division.valid_from:
        node.fault("the code ends before it begins", "valid_until")
    node.close()
    return division


def _authority(node: Node, divisions: set[str], taken: set[str]) -> Authority:
    code, local = node.text("code"), node.flag("local", default=False)
    if local and not _LOCAL_CODE.fullmatch(code):
        node.fault(f"{code!r} is no local code such as 6504L1", "code")
    if not local and code and code not in divisions:
        node.fault(f"unknown division {code!r}", "code")
    if code in taken:
        node.fault(f"code {code!r} is used twice", "code")
    taken.add(code)
    authority = Authority(
        code=code,
        name=common.name(node),
        name_ug=node.text("name_ug"),
        local=local,
        office=node.text("office"),
        complaint_phone=node.text("complaint_phone"),
        offices=node.known("offices", OFFICES, "office"),
    )
    node.close()
    return authority


def categories(root: Node, known: common.Known) -> tuple[Category, ...]:
    """Read the closed list of person categories."""
    found = []
    for node in root.children("categories"):
        category = Category(
            id=node.text("id"),
            name=common.name(node),
            role=node.choice("role", CategoryRole),
            starts_on=node.day("from"),
            until=node.day_or_none("until"),
            evidence=tuple(_proof(proof) for proof in node.children("evidence")),
            source=common.source(node),
        )
        if node.tree.get("evidence") == []:
            node.fault("a category needs something that evidences it", "evidence")
        if category.until is not None and category.until <= category.starts_on:
            node.fault("the category ends before it begins", "until")
        common.once(node, category.id, known.categories)
        node.close()
        found.append(category)
    root.close()
    return tuple(found)


def _proof(node: Node) -> Proof:
    proof = Proof(node.choice("kind", Evidence), node.text("what"), node.text_or_none("keeper"))
    if proof.kind is Evidence.REGISTER and proof.keeper is None:
        node.fault("a register needs its keeper", "kind")
    node.close()
    return proof


def funds(root: Node, known: common.Known) -> Money:
    """Read the funds and the order in which they pay."""
    found = tuple(_fund(node, known) for node in root.children("funds"))
    permits = {fund.id: fund.permitted for fund in found}
    orders = tuple(_order(node, known, permits) for node in root.children("orders"))
    for position, order in enumerate(orders):
        if any(_same_case(order, earlier) for earlier in orders[:position]):
            root.fault("another order already covers this purpose and kind", "orders", position)
    root.close()
    return Money(found, orders)


def _fund(node: Node, known: common.Known) -> Fund:
    forbidden = []
    for use in node.children("forbidden"):
        forbidden.append(Use(use.text("id"), use.text("zh")))
        use.close()
    fund = Fund(
        id=node.text("id"),
        name=common.name(node),
        external=node.flag("external", default=False),
        permitted=node.choices("permitted", Purpose),
        forbidden=tuple(forbidden),
        source=common.source(node),
    )
    common.once(node, fund.id, known.funds)
    node.close()
    return fund


def _order(node: Node, known: common.Known, permits: dict[str, tuple[Purpose, ...]]) -> Order:
    order = Order(
        purpose=node.choice("purpose", Purpose),
        kinds=node.choices("kinds", Kind),
        measures=node.known("measures", known.measures, "measure") if node.has("measures") else (),
        funds=node.known("funds", known.funds, "fund"),
        source=common.source(node),
    )
    for index, fund in enumerate(order.funds):
        if order.purpose not in permits[fund]:
            node.fault(f"fund {fund!r} may not pay {order.purpose.value!r}", "funds", index)
    if node.tree.get("funds") == []:
        node.fault("an order needs a fund", "funds")
    node.close()
    return order


def _same_case(one: Order, other: Order) -> bool:
    kinds = not one.kinds or not other.kinds or set(one.kinds) & set(other.kinds)
    measures = one.measures == other.measures or set(one.measures) & set(other.measures)
    return one.purpose is other.purpose and bool(kinds) and bool(measures)
