"""Any sequence of movements leaves the books as a naive model has them: balanced to the fen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.claims.ledger import operations
from services.claims.ledger.rules import Code, Want
from shared.problems import Problem
from tests.claims.ledger import world
from tests.suite import Suite

PICKS = st.lists(st.integers(0, 30), max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.sampled_from(world.FUNDS), st.integers(1, 300)),
        st.tuples(
            st.just("reserve"),
            st.permutations(world.FUNDS),
            st.lists(st.integers(1, 90), max_size=6),
        ),
        st.tuples(st.sampled_from(["post", "release", "reverse", "again"]), PICKS, st.none()),
        st.tuples(st.just("correct"), st.integers(0, 9), st.none()),
    ),
    max_size=25,
)
Step = tuple[str, Any, Any]


class Model:
    """The books as one would keep them on paper."""

    def __init__(self) -> None:
        self.received = dict.fromkeys(world.FUNDS, 0)
        self.held = dict.fromkeys(world.FUNDS, 0)
        self.paid = dict.fromkeys(world.FUNDS, 0)
        self.state: dict[UUID, str] = {}
        self.of: dict[UUID, tuple[Want, str]] = {}
        self.entries: list[tuple[UUID, str, int]] = []
        self.undone: set[UUID] = set()

    def left(self, fund: str) -> int:
        """Say what is available."""
        return self.received[fund] - self.held[fund] - self.paid[fund]

    def hold(self, wants: list[Want]) -> dict[UUID, str]:
        """Say which fund holds each line's money."""
        found = {}
        for want in wants:
            fund = next((f for f in want.funds if self.left(f) >= want.fen), None)
            if fund is not None:
                self.held[fund] += want.fen
                found[want.line_id] = fund
        return found

    def resolve(self, transfers: set[UUID], state: str) -> bool:
        """Pay or release all of them, or none."""
        if any(self.state[each] != "held" for each in transfers):
            return False
        for each in transfers:
            want, fund = self.of[each]
            self.held[fund] -= want.fen
            self.paid[fund] += want.fen if state == "paid" else 0
            self.state[each] = state
        return True

    def reverse(self, transfers: set[UUID]) -> bool:
        """Take all of them back, or none."""
        if any(self.state[each] != "paid" for each in transfers):
            return False
        for each in transfers:
            want, fund = self.of[each]
            self.paid[fund] -= want.fen
            self.state[each] = "back"
        return True


class Books:
    """Runs each step against the ledger and the model, which must agree about it."""

    def __init__(self, suite: Suite) -> None:
        self.suite, self.model, self.by = suite, Model(), world.finance()

    async def step(self, step: Step) -> None:
        """Run one step."""
        kind, what, more = step
        if kind == "receive":
            made = await world.received(self.suite, more, fund=what)
            self.model.received[what] += more
            self.model.entries.append((UUID(made["transfer_id"]), what, more))
        elif kind == "reserve":
            await self._reserve([world.want(fen, *what) for fen in more])
        elif kind == "correct":
            await self._correct(what)
        else:
            known = list(self.model.of)
            picked = {known[n % len(known)] for n in what} if known else set()
            await self._move(kind, picked)

    async def _reserve(self, wants: list[Want]) -> None:
        held = await world.reserved(self.suite, wants)
        assert {line: each.fund for line, each in held.items()} == self.model.hold(wants)
        for want in wants:
            if want.line_id in held:
                key, fund = held[want.line_id]
                self.model.of[key], self.model.state[key] = (want, fund), "held"

    async def _move(self, kind: str, picked: set[UUID]) -> None:
        if kind == "again":  # lines whose money was given back want it once more
            free = {k for k in picked if self.model.state[k] in {"back", "released"}}
            lines = {self.model.of[k][0].line_id: self.model.of[k][0] for k in free}
            alive = {self.model.of[k][0].line_id for k, s in self.model.state.items()
                     if s in {"held", "paid"}}  # fmt: skip
            await self._reserve([want for line, want in lines.items() if line not in alive])
        elif kind == "reverse":
            await self._try(self.model.reverse(picked), self._reverse, picked)
        else:
            verb = {"post": world.posted, "release": world.released}[kind]
            state = {"post": "paid", "release": "released"}[kind]
            await self._try(
                self.model.resolve(picked, state), lambda keys: verb(self.suite, *keys), picked
            )

    async def _try(self, allowed: bool, act: Callable[..., Any], keys: set[UUID]) -> None:  # noqa: FBT001
        try:
            await act(keys)
        except Problem:
            assert not allowed
        else:
            assert allowed

    async def _reverse(self, keys: set[UUID]) -> None:
        async with world.acting(self.suite, self.by) as session:
            await operations.reverse(
                session,
                transfer_ids=list(keys),
                code=Code.RECOVERY,
                by=self.by,
                at=self.suite.clock.at,
            )

    async def _correct(self, number: int) -> None:
        if not self.model.entries:
            return
        key, fund, fen = self.model.entries[number % len(self.model.entries)]
        answer = await world.client(self.suite).post(
            f"/funds/receipts/{key}/correction", json={"reason": "示例"}
        )
        allowed = key not in self.model.undone and self.model.left(fund) >= fen
        assert answer.status_code == (201 if allowed else 409), answer.text
        if allowed:
            self.model.received[fund] -= fen
            self.model.undone.add(key)

    async def agree(self) -> None:
        """Compare every figure, the trial balance and the invariants."""
        page = (await world.client(self.suite).get("/accounts")).json()
        for each in page["items"]:
            fund = each["fund"]
            assert each["received_fen"] == self.model.received[fund]
            assert each["reserved_fen"] == self.model.held[fund]
            assert each["paid_fen"] == self.model.paid[fund]
            assert each["available_fen"] == self.model.left(fund) >= 0
        for params in ({}, {"on": "2020-12-31"}):
            trial = (await world.client(self.suite).get("/trial-balance", params=params)).json()
            assert trial["difference_fen"] == 0
        assert await world.wrong(self.suite) == {}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_any_sequence_of_movements_keeps_the_books(suite: Suite, steps: list[Step]) -> None:
    """Random receipts, reservations, payments, releases and reversals, allowed or not."""
    await suite.clean()
    await world.permit(suite)
    books = Books(suite)
    for number, step in enumerate(steps):
        if number % 5 == 4:
            world.later(suite, days=20)
        await books.step(step)
    await books.agree()
