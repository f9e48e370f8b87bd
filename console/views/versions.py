"""The versions: figures with intervals, what differs, and their changes behind a confirmation."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.changes import ACTIONS, parse_form, record
from console.errors import PageError
from console.query import choice, number
from console.rendering import render
from console.run_settings import read_settings, setting_differences
from console.version_history import history_chart
from console.version_table import differing_fields, interval_rows
from console.versions import Version, Versions
from console.views.request_data import console_of
from transforms.errors import LookbookError

_MAX_NUMBER = 10**12


def page(request: Request) -> Response:
    """Shows the pushed versions, newest first.

    Raises:
        PageError: the versions to compare are no pushed ones.
    """
    console = console_of(request)
    versions = console.versions.all()
    first, second = (_chosen(request, name, versions, place) for name, place in (("first", 0), ("second", 1)))
    settings = [{} if version is None else read_settings(version) for version in (first, second)]
    known = [each for each in settings if each is not None]
    return render(
        request,
        "versions.html",
        rows=interval_rows(versions),
        fields=differing_fields(versions),
        chart=history_chart(versions),
        first=first,
        second=second,
        settings=settings,
        differences=setting_differences(known[0], known[1]) if len(known) == len(settings) else [],
        numbers=[version.number for version in versions],
        allow_changes=console.versions.may_change,
        changed=number(request, "changed", None, low=1, high=_MAX_NUMBER),
    )


def _chosen(request: Request, name: str, versions: Sequence[Version], place: int) -> Version | None:
    """The version of a parameter, by default the one at a place of the list; None if there is none."""
    wanted = number(request, name, None, low=1, high=_MAX_NUMBER)
    if wanted is None:
        return versions[place] if len(versions) > place else None
    for version in versions:
        if version.number == wanted:
            return version
    raise PageError(404, f"{name} must be a pushed version. Received: {wanted}. Choose one of the list.")


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
