"""Child processes that end with their parent."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

PR_SET_PDEATHSIG = 1


class Child:
    """A started process in a session of its own, so that Ctrl-C reaches the parent alone, which stops it in order."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, stdout: Any = None
    ) -> None:
        self._process = subprocess.Popen(
            command, env=environment, stdout=stdout, start_new_session=True, preexec_fn=_die_with_parent
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative if a signal ended it."""
        return self._process.poll()

    def stop(self, *, seconds: float) -> None:
        """SIGTERM, and SIGKILL if that is not obeyed within ``seconds``."""
        if self.exit_status is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _die_with_parent() -> None:
    # Linux only; elsewhere a killed parent leaves its children to the operator.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
