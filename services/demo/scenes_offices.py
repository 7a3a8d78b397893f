"""January: the first administrator, the offices' officers and their second factors."""

import asyncio
import os
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp

from services.demo import cast, client
from services.demo.client import PUBLIC, Account, Refused
from services.demo.world import World
from shared import launcher

PASSWORD = "坎儿井的水 {} 年年流"  # noqa: S105 - of accounts that live a minute
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
ADMINISTRATOR = "first.administrator"

# Key, name, role, reach, office.
_Wanted = tuple[str, str, str, tuple[str, ...], str]


async def first_administrator(world: World, data: Path) -> None:
    """Make the first administrator by the command on the server, and log in."""
    command = [sys.executable, "-m", "services", "bootstrap"]
    options = ["--login", ADMINISTRATOR, "--name", "系统管理员", "--data", str(data)]
    process = await asyncio.create_subprocess_exec(
        *(*command, *options),
        cwd=launcher.ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(os.environ),
    )
    out, _ = await process.communicate()
    code = CODE.search(out.decode())
    if process.returncode or not code:
        raise Refused(f"bootstrap: {out.decode()[-500:]}")
    account = Account("系统管理员")
    await _enter(world, account, ADMINISTRATOR, code.group())
    world.officers["administrator"] = account


async def officers(world: World) -> None:
    """Invite two officers and one of finance in every authority, a municipal one, an auditor."""
    everywhere = tuple(cast.AUTHORITIES)
    wanted: list[_Wanted] = [
        (f"{code}/{office}", name + title, "officer", (code,), f"{code}/{office}")
        for code, name in cast.AUTHORITIES.items()
        for office, title in cast.OFFICES.items()
    ]
    wanted += [
        (f"{code}/{cast.FINANCE}", f"{name}财政局", "finance", (code,), f"{code}/{cast.FINANCE}")
        for code, name in cast.AUTHORITIES.items()
    ]
    wanted += [
        ("municipal", "市人社局", "officer", everywhere, f"{cast.MUNICIPAL}/hrss"),
        ("auditor", "市审计局", "auditor", everywhere, f"{cast.MUNICIPAL}/audit"),
    ]
    await client.together(*(_invite(world, one) for one in wanted))


async def _invite(world: World, wanted: _Wanted) -> None:
    key, name, role, authorities, office = wanted
    login = "o." + key.lower().replace("/", ".")
    body = {
        "login": login,
        "name": name,
        "role": role,
        "authorities": list(authorities),
        "office": office,
    }
    invited = await world.api.post(world.officers["administrator"], "officers", body)
    account = Account(name, id=invited["id"], office=office, authorities=authorities)
    await _enter(world, account, login, invited["activation_code"])
    world.officers[key] = account


async def _enter(world: World, account: Account, login: str, code: str) -> None:
    """Choose a password, read the second factor into an authenticator, and log in with both."""
    password = PASSWORD.format(len(login) + 2000)
    body = {"login": login, "code": code, "password": password}
    activated = await world.api.post(PUBLIC, "officers/activation", body)
    secret = parse_qs(urlsplit(activated["totp_uri"]).query)["secret"][0]
    given = {"login": login, "password": password, "totp": pyotp.TOTP(secret).now()}
    account.token = (await world.api.post(PUBLIC, "officers/login", given))["access_token"]


async def client_of(world: World, key: str, organisation_id: str) -> Account:
    """Let an office open an account for an organisation's system, which then comes in with it."""
    organisation = cast.organisation(key)
    made = await world.api.post(
        world.office(organisation.authority),
        "clients",
        {
            "name": f"{organisation.short_name}教务系统",
            "role": "organisation",
            "organisation_id": organisation_id,
        },
    )
    answer = await world.api.ask(
        PUBLIC,
        "POST",
        "oauth/token",
        form={
            "grant_type": "client_credentials",
            "client_id": made["client_id"],
            "client_secret": made["client_secret"],
        },
    )
    return Account(organisation.short_name, answer.data["access_token"], organisation_id)
