"""Converts signals that end a command into one exception and one exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.1  # time for the finalizer that swallowed the exception to end


class Interruption:
    """A context in which Ctrl-C, `kill` and a closed terminal raise KeyboardInterrupt, so that open files are closed.

    Libraries that call back into Python may swallow the exception or raise their own instead. This class stores the
    signal, so that the command ends before its next step and reports an interruption. If a finalizer swallowed the
    exception, the signal is sent again. Ignored signals, such as under `nohup`, stay ignored. Outside of the main
    thread, where Python handles no signals, the context does nothing.
    """

    def __init__(self) -> None:
        self._number: int | None = None
        self._before: dict[int, object] = {}
        self._hook = sys.unraisablehook
        self._again: threading.Timer | None = None

    def __enter__(self) -> Interruption:
        """Installs the signal handlers."""
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._handle)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restores the former signal handlers."""
        if self._again is not None:
            self._again.cancel()
        sys.unraisablehook = self._hook
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as `signal.signal` gave it

    def __bool__(self) -> bool:
        """Whether a signal has arrived."""
        return self._number is not None

    @property
    def code(self) -> int:
        """The exit code: 128 plus the number of the signal, as in a shell; 130 for Ctrl-C."""
        return 128 + (self._number or signal.SIGINT)

    def check(self) -> None:
        """Raises if a signal has arrived, even if a library swallowed its exception.

        Raises:
            KeyboardInterrupt: a signal has arrived.
        """
        if self:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._number = number
        raise KeyboardInterrupt

    def _unraisable(self, lost: sys.UnraisableHookArgs) -> None:
        if self._number is None or not issubclass(lost.exc_type, KeyboardInterrupt):
            self._hook(lost)
            return
        self._again = threading.Timer(_AGAIN_S, os.kill, (os.getpid(), self._number))
        self._again.daemon = True
        self._again.start()
