"""The versions: figures with intervals, what differs, and their changes behind a confirmation."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.changes import ACTIONS, parse_form, record
from console.errors import PageError
from console.query import choice, number
from console.rendering import render
from console.version_table import differing_fields, interval_rows
from console.versions import Version, Versions
from console.views.request_data import console_of
from transforms.errors import LookbookError

_MAX_NUMBER = 10**12


def page(request: Request) -> Response:
    """Shows the pushed versions, newest first."""
    console = console_of(request)
    versions = console.versions.all()
    return render(
        request,
        "versions.html",
        rows=interval_rows(versions),
        fields=differing_fields(versions),
        numbers=[version.number for version in versions],
        allow_changes=console.versions.may_change,
        changed=number(request, "changed", None, low=1, high=_MAX_NUMBER),
    )


def confirm(request: Request) -> Response:
    """Asks whether to change a version.

    Raises:
        PageError: changes are not allowed, or there is no such version.
    """
    console = console_of(request)
    action = choice(request, "action", ACTIONS) or "rollback"
    version = _version(console.versions, number(request, "version", None, low=1, high=_MAX_NUMBER))
    token = console.versions.token.text
    return render(request, "change.html", version=version, action=action, verb=ACTIONS[action].lower(), token=token)


async def change(request: Request) -> Response:
    """Changes a version, and records that.

    Raises:
        PageError: changes are not allowed, the token is wrong, or the change is not possible.
    """
    console = console_of(request)
    form = parse_form(await request.body())
    if not console.versions.token.matches(form.get("token", "")):
        raise PageError(403, "The form must have the token of this console. Received: another. Load the page again.")
    action, given = form.get("action", ""), form.get("version", "")
    if action not in ACTIONS or not (given.isascii() and given.isdigit() and len(given) < 14):
        raise PageError(400, "The form must have an action and a version. Received: others. Load the page again.")
    version = await run_in_threadpool(_version, console.versions, int(given))
    do = console.versions.roll_back if action == "rollback" else console.versions.delete
    assert do is not None
    client = request.client.host if request.client else ""
    try:
        await run_in_threadpool(do, version.number)
    except LookbookError as error:
        record(console.out, action=action, version=version.number, result=f"refused: {error}", client=client)
        raise PageError(409, str(error)) from error
    record(console.out, action=action, version=version.number, result="done", client=client)
    return RedirectResponse("/versions", 303)


def _version(versions: Versions, wanted: int | None) -> Version:
    if not versions.may_change:
        raise PageError(403, "Changes must be allowed. Received: no --allow-changes. Start the console with it.")
    for version in versions.all():
        if version.number == wanted:
            if version.served:
                raise PageError(409, f"version must not be the served one. Received: {wanted}. Choose another.")
            return version
    raise PageError(404, f"version must be a pushed one. Received: {wanted}. Choose one of the list.")
