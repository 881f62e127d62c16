# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's chromium, headless, through its debugging pipe: what opens the pages in tests and draws the README's picture."""
import json, os, subprocess, sys


class Browser:
    """Speaks the DevTools protocol. The browser resolves no name, so nothing is loaded from a network; `profile` is a
    folder of its own. Ends the program with a message if chromium ends early or takes more than `limit_s` in all."""

    def __init__(self, profile, limit_s=300):
        self.limit_s = limit_s
        to_it, self.to_it = os.pipe()
        self.from_it, from_it = os.pipe()

        def wire():  # the browser reads from 3 and writes to 4
            copies = os.dup(to_it), os.dup(from_it)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self.process = subprocess.Popen(
            ["timeout", str(limit_s), "chromium", "--headless",
             "--no-sandbox",  # for root and in containers; only files of this tree are opened
             "--disable-gpu", "--remote-debugging-pipe", "--user-data-dir=" + profile, "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.ask(domain + ".enable")

    def receive(self):
        while b"\0" not in self.buffer:
            got = os.read(self.from_it, 1 << 16)
            if not got:
                sys.exit("chromium ended early, or took more than %d s" % self.limit_s)
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_it, json.dumps(message).encode() + b"\0")
        while True:
            reply = self.receive()
            if reply.get("id") == self.number:
                if "error" in reply:
                    sys.exit("%s: %s" % (method, reply["error"]["message"]))
                return reply["result"]
            self.events.append(reply)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())

    def open(self, path, width, media="screen", scheme="light"):
        """Shows the page at `path`, `width` CSS pixels wide; events of before are forgotten. -> its URL"""
        url = "file://" + os.path.abspath(path)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.ask("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        return url

    def evaluate(self, expression):
        """-> the value of a JavaScript expression in the page"""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self):
        self.session = None
        self.ask("Browser.close")
        self.process.wait()
