#!/usr/bin/env python3
"""The rows of the fault table about who may come in: certificates, tokens and roles. See fault_table.py for how they are run."""

import asyncio
import os
import ssl
import subprocess
import sys
import time
import warnings

import fault_table
import sync_processes
from fault_table import case
from sync_processes import wait_until


# --- certificates ----------------------------------------------------------------------------------------------------------------

class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                  "-keyout", self.path("key"), "-out", self.path("pem"))

    def path(self, what):
        return os.path.join(self.folder, f"{self.name}.{what}")

    def _run(self, *words):
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, cwd=self.folder, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    def server(self, name, host="localhost", begin="20260101000000Z", end="20991231000000Z"):
        """Certificate and key of a server."""
        pem, key = os.path.join(self.folder, name + ".pem"), os.path.join(self.folder, name + ".key")
        request, extensions = os.path.join(self.folder, name + ".csr"), os.path.join(self.folder, name + ".ext")
        with open(extensions, "w", encoding="utf-8") as out:
            out.write(f"subjectAltName=DNS:{host}\n")
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        database = os.path.join(self.folder, name + ".db")
        open(database, "w", encoding="utf-8").close()
        config = os.path.join(self.folder, name + ".cnf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={database}\nnew_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
                      "[any]\ncommonName=supplied\n")
        self._run("ca", "-batch", "-config", config, "-cert", self.path("pem"), "-keyfile", self.path("key"), "-in", request, "-out", pem, "-notext",
                  "-startdate", begin, "-enddate", end, "-extfile", extensions)
        return pem, key


async def tls_desk(self, certificate, trust):
    """A desk that speaks TLS with calldeckd, and one edit that waits in it."""
    await self.rig.backend.kill()
    self.rig.backend.arguments = ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
    await self.rig.backend.start()
    return await desk_at(self, self.rig.backend.ports[0], trust)


async def desk_at(self, port, trust):
    desk = sync_processes.Desk(self.rig.arguments.bin, self.rig.workplace.folder("tls"), "Ana", self.rig.backend.tokens["Ana"], None, auto=True,
                               server=f"https://localhost:{port}", trust=trust)
    self.desks.append(desk)
    await desk.start()
    return desk


def link(desk, word):
    async def stands():
        return (await desk.ask("status"))["link"] == word
    return stands


async def refused(self, desk):
    await wait_until(f"{self.name}: it says that the certificate is not to be trusted", link(desk, "refused"), 20)
    status = await desk.ask("status")
    assert "certificate" in status["problem"], status["problem"]
    assert status["snapshot"], "it took rows from a server that it does not trust"


def tls_case(name, trusted, **certificate):
    async def run(self):
        own = Authority(self.rig.workplace.folder("ca"), "own")
        other = Authority(self.rig.workplace.folder("ca"), "other")
        desk = await tls_desk(self, own.server("server", **certificate), (own if trusted else other).path("pem"))
        if name == "TLS-GOOD":
            await wait_until(f"{name}: the first sync", lambda: self.is_quiet(desk), 40)
            await self.edit(desk)
            await self.emptied(desk, 20, "over TLS")
            return
        await refused(self, desk)
        # Not a matter of the moment: it does not come to trust it.
        await asyncio.sleep(4)
        await refused(self, desk)
    case(name, own_server=True)(run)


tls_case("TLS-GOOD", True)
tls_case("TLS-EXPIRED", True, begin="20250101000000Z", end="20260101000000Z")
tls_case("TLS-NOT-YET", True, begin="20980101000000Z")
tls_case("TLS-WRONG-HOST", True, host="calls.example")
tls_case("TLS-OTHER-AUTHORITY", False)


@case("TLS-SELF-SIGNED", own_server=True)
async def tls_self_signed(self):
    own = Authority(self.rig.workplace.folder("ca"), "own")
    other = Authority(self.rig.workplace.folder("ca"), "other")
    desk = await tls_desk(self, (own.path("pem"), own.path("key")), other.path("pem"))
    await refused(self, desk)


@case("TLS-1.1", own_server=True)
async def tls_old(self):
    """A server that speaks nothing newer than TLS 1.1, with a good certificate."""
    own = Authority(self.rig.workplace.folder("ca"), "own")
    certificate = own.server("server")
    warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*certificate)
    heard = []

    async def client(reader, _):
        heard.append(await reader.read(100))

    server = await asyncio.start_server(client, "127.0.0.1", 0, ssl=context)
    try:
        desk = await desk_at(self, server.sockets[0].getsockname()[1], own.path("pem"))
        await wait_until("it does not go on", link(desk, "offline"), 20)
        await asyncio.sleep(2)
        assert not heard, "it spoke TLS 1.1"
    finally:
        server.close()


# --- tokens and roles ------------------------------------------------------------------------------------------------------------

@case("TOKEN-EXPIRED", own_server=True)
async def token_expired(self):
    """An access token that ended while the desk was away with work: signed in again, everything goes out."""
    status, answer = await asyncio.to_thread(self.rig.backend.ask, "POST", "/api/auth/login",
                                             {"email": "ben@soak.test", "password": sync_processes.PASSWORD, "device_name": "desk"})
    assert status == 200, answer
    fresh = self.rig.backend.tokens["Ben"]
    self.rig.backend.tokens["Ben"] = answer["access_token"]
    desk, proxy = await self.desk("Ben")
    await proxy.down()
    mine = [await self.edit(desk, number) for number in range(3)]
    await self.rig.backend.kill()
    await self.rig.backend.start(CALLDECK_CLOCK_OFFSET_MS=str(16 * 60 * 1000))
    await proxy.up()
    await wait_until(f"{self.name}: it says that the sign-in is over", link(desk, "signed_out"), 20)
    status = await self.alive(desk)
    assert status["pending"] == mine and not status["dead"], f"work is not kept: {status}"
    await desk.kill()
    desk.command[desk.command.index("--token") + 1] = fresh
    await desk.start()
    await self.emptied(desk, 20, "after signing in again")
    await self.all_once()


@case("ROLE-LOWERED", own_server=True)
async def role_lowered(self):
    """A manager becomes an agent while away: what an agent may do goes through, the rest is shown with its reason."""
    desk, proxy = await self.desk("Cleo")
    await proxy.down()
    allowed = [await self.edit(desk, 0)]
    answer = await desk.ask("edit", kind="call", id=self.calls[1], op="del", args={})
    assert answer["ok"], answer
    forbidden = answer["mid"]
    allowed.append(await self.edit(desk, 2))
    await asyncio.to_thread(self.rig.backend.run, "user", "role", "--email", "cleo@soak.test", "--role", "agent")
    await proxy.up()

    async def settled():
        status = await desk.ask("status")
        return not status["pending"] and status["dead"]

    await wait_until(f"{self.name}: the queue is worked off", settled, 20)
    dead = (await desk.ask("status"))["dead"]
    assert [(letter["mid"], letter["code"]) for letter in dead] == [(forbidden, "forbidden")], dead
    assert dead[0]["message"], "no reason is shown"
    await self.all_once()
    # The call that was not allowed to go is there again.
    await wait_until(f"{self.name}: the call is back", lambda: shown(self, desk, self.calls[1]), 20)


async def shown(self, desk, call):
    return (await desk.ask("view", ids=[call]))["rows"][call] is not None


@case("ROLE-LOWERED-SOCKET", own_server=True)
async def role_lowered_socket(self):
    """An open socket ends within 5 s of the change, and comes back with the new role."""
    desk, proxy = await self.desk("Cleo")
    opened = len(proxy.requests_since(0, "/api/ws-ticket"))
    await asyncio.to_thread(self.rig.backend.run, "user", "role", "--email", "cleo@soak.test", "--role", "agent")
    began = time.monotonic()
    await wait_until(f"{self.name}: it asks for a new socket", lambda: len(proxy.requests_since(0, "/api/ws-ticket")) > opened, 8)
    self.tell(f"after {time.monotonic() - began:.1f} s")
    await self.edit(desk)
    await self.emptied(desk, 20, "with the new role")


if __name__ == "__main__":
    sys.exit(fault_table.main(__doc__.splitlines()[0]))
