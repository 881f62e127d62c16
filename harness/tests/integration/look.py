# SPDX-License-Identifier: GPL-2.0-or-later
"""look.py PROFILE PAGE.html...: opens each page in Debian's chromium (headless, through its debugging pipe), as wide as on a
desktop and on a phone, light and dark, and as printed. Prints one JSON object per page and view:

page, view    the file's name without .html; desk-light, desk-dark, phone-light, phone-dark or print
requests      URLs that it requested, except its own
console       messages on the console
wide          is anything wider than the window?
scripts, images, text, title, captions (of tables' plots)
plots         [width, height, marks, px of its letters] of each svg.plot
contrast, faintest    the lowest contrast of a visible text to its background, and that text (WCAG 2.1)
ids, links    ids that are not unique; links into the page that lead nowhere
hidden        <details> without a visible body; must be 0 in print
dark          is the dark scheme in force?
pages         in print: the number of pages of the PDF
Exit status 1 if a page cannot be looked at."""
import base64, json, os, re, subprocess, sys

LIMIT_S = 300
WIDTH_A4 = 718  # CSS pixels between margins of 10 mm
VIEWS = [("desk-light", 1200, "screen", "light"), ("desk-dark", 1200, "screen", "dark"),
         ("phone-light", 390, "screen", "light"), ("phone-dark", 390, "screen", "dark"), ("print", WIDTH_A4, "print", "light")]

LOOK = r"""(() => {
    const root = document.documentElement;
    const channels = text => (text.match(/[\d.]+/g) || []).map(Number);
    const light = rgb => { const c = rgb.slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; };
    const ground = element => { for (let e = element; e; e = e.parentElement) {
        const c = channels(getComputedStyle(e).backgroundColor);
        if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
    const shown = element => { const r = element.getBoundingClientRect(); return r.width > 1 && r.height > 1; };
    let contrast = 21, faintest = "";
    for (const e of document.body.querySelectorAll("*")) {
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !shown(e) || e.closest("style")) continue;
        const style = getComputedStyle(e), a = light(channels(e.closest("svg") ? style.fill : style.color)), b = light(ground(e));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < contrast) { contrast = ratio; faintest = e.textContent.trim().slice(0, 60); }
    }
    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
    return {wide: root.scrollWidth > root.clientWidth, scripts: document.scripts.length, images: document.images.length,
        text: document.body.textContent, title: document.querySelector("h1").textContent,
        captions: (document.body.textContent.match(/Magnitudes of the medians/g) || []).length,
        plots: [...document.querySelectorAll("svg.plot")].map(p => { const r = p.getBoundingClientRect();
            return [Math.round(r.width), Math.round(r.height), p.querySelectorAll("use, circle, path").length,
                Math.round(130 * r.width / p.viewBox.baseVal.width) / 10]; }),
        contrast: contrast, faintest: faintest, ids: ids.filter((id, i) => ids.indexOf(id) !== i),
        links: [...document.querySelectorAll("a[href^='#']")].filter(a => !document.getElementById(a.hash.slice(1))).length,
        hidden: [...document.querySelectorAll("details")].filter(d => d.children.length < 2 || !d.children[1].checkVisibility()).length,
        dark: matchMedia("(prefers-color-scheme: dark)").matches};
})()"""


class Browser:
    """Chromium by its DevTools protocol; it resolves no host name."""

    def __init__(self, profile):
        to_it, self.to_it = os.pipe()
        self.from_it, from_it = os.pipe()

        def wire():  # the browser reads from 3 and writes to 4
            copies = os.dup(to_it), os.dup(from_it)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self.process = subprocess.Popen(
            ["timeout", str(LIMIT_S), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--user-data-dir=" + profile, "--disable-background-networking", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []

    def receive(self):
        while b"\0" not in self.buffer:
            got = os.read(self.from_it, 1 << 16)
            if not got:
                sys.exit("chromium went away, or took more than %d s" % LIMIT_S)
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

    def open(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.ask(domain + ".enable")

    def look(self, path, width, media, scheme):
        url = "file://" + os.path.abspath(path)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.ask("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        seen = self.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)["result"]["value"]
        if media == "print":
            pdf = base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])
            seen["pages"] = len(re.findall(rb"/Type\s*/Page\b", pdf))
        seen["requests"] = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"
                            and e["params"]["request"]["url"] != url and not e["params"]["request"]["url"].startswith("data:")]
        seen["console"] = [str(e["params"])[:300] for e in self.events
                           if e.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")]
        return seen


browser = Browser(sys.argv[1])
browser.open()
for page in sys.argv[2:]:
    for view, wide, media, scheme in VIEWS:
        found = {"page": os.path.basename(page)[:-len(".html")], "view": view}
        found.update(browser.look(page, wide, media, scheme))
        print(json.dumps(found))
        sys.stdout.flush()
browser.session = None
browser.ask("Browser.close")
browser.process.wait()
