"""A headless Chromium, driven over the pipe of its DevTools protocol: no driver, no port, no package."""

import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PATIENCE = 60.0  # seconds for one answer

INSTALLED = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One page; `call` sends a command of the protocol, `value` evaluates JavaScript in the page.

    `events` are the messages that nobody asked for: requests, errors, entries of the log.
    """

    def __init__(self) -> None:
        assert INSTALLED is not None
        self.profile = TemporaryDirectory()
        theirs, self.ours = os.pipe()
        self.answers, theirs_too = os.pipe()

        def at_three_and_four() -> None:  # where the browser looks for the two ends
            kept = os.dup(theirs), os.dup(theirs_too)
            for end, place in zip(kept, (3, 4), strict=True):
                os.dup2(end, place)

        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"]
        self.process = subprocess.Popen(
            [INSTALLED, *flags, f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=at_three_and_four, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for end in (theirs, theirs_too):
            os.close(end)
        self.number, self.pending, self.session = 0, b"", None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for end in (self.ours, self.answers):
            os.close(end)
        for _ in range(20):  # its helpers may still write into the profile
            try:
                self.profile.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.ours, data) :]
        while (answer := self._message()).get("id") != self.number:
            self.events.append(answer)
        assert "result" in answer, answer
        return answer["result"]

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.answers], [], [], PATIENCE)
            assert ready, f"the browser has said nothing for {PATIENCE} seconds"
            read = os.read(self.answers, 1 << 20)
            assert read, "the browser has ended"
            self.pending += read
        first, _, self.pending = self.pending.partition(b"\0")
        return json.loads(first)

    def value(self, expression: str) -> Any:
        """The value of an expression (of a promise: what it gives), as JSON."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def open(self, page: Path, width: int = 1000, scheme: str = "light", script: bool = True) -> None:
        """Load a page from disk, in a window of this width; `events` begins anew."""
        narrow = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **narrow)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        end = time.monotonic() + PATIENCE
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            assert time.monotonic() < end, "the page does not load"
            self.events.append(self._message())
        if script:
            self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")

    def press(self, key: str, code: int) -> None:
        """A key, down and up, where the focus is."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)
