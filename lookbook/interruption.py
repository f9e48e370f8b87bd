"""Signals that ask a command to end, turned into one exception and one exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.1  # by then the finalizer that swallowed it has ended


class Interruption:
    """While it is entered, Ctrl-C, `kill` and a closed terminal raise KeyboardInterrupt: what is open is closed.

    Libraries that call back into Python swallow that exception or turn it into one of their own; it is remembered,
    so that a command ends at its next step and its failure is told as what it is. Where it met a finalizer, which
    cannot raise, the signal is sent once more. Signals that were ignored, as
    under `nohup`, stay so. In another thread than the main one, where Python takes no signals, it does nothing.
    """

    def __init__(self) -> None:
        self._number: int | None = None
        self._before: dict[int, object] = {}
        self._hook = sys.unraisablehook
        self._again: threading.Timer | None = None

    def __enter__(self) -> Interruption:
        """Begins to listen."""
        if threading.current_thread() is threading.main_thread():
            for number in _ASKING:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._ask)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Puts back what listened before."""
        if self._again is not None:
            self._again.cancel()
        sys.unraisablehook = self._hook
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as `signal.signal` gave it

    def __bool__(self) -> bool:
        """Whether a signal has come."""
        return self._number is not None

    @property
    def code(self) -> int:
        """The exit code: 128 and the signal's number, as a shell tells it; 130 for Ctrl-C."""
        return 128 + (self._number or signal.SIGINT)

    def check(self) -> None:
        """Ends a command that was asked to end and went on.

        Raises:
            KeyboardInterrupt: a signal has come.
        """
        if self:
            raise KeyboardInterrupt

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._number = number
        raise KeyboardInterrupt

    def _unraisable(self, lost: sys.UnraisableHookArgs) -> None:
        if self._number is None or not issubclass(lost.exc_type, KeyboardInterrupt):
            self._hook(lost)
            return
        self._again = threading.Timer(_AGAIN_S, os.kill, (os.getpid(), self._number))
        self._again.daemon = True
        self._again.start()
