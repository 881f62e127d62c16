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
import base64, json, os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../ci"))
from chromium import Browser

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
        captions: (document.body.textContent.match(/Magnitudes of the medians|Bars are the medians|Dashed is what would be ideal/g) || []).length,
        plots: [...document.querySelectorAll("svg.plot")].map(p => { const r = p.getBoundingClientRect();
            return [Math.round(r.width), Math.round(r.height), p.querySelectorAll("use, circle, path").length,
                Math.round(130 * r.width / p.viewBox.baseVal.width) / 10]; }),
        contrast: contrast, faintest: faintest, ids: ids.filter((id, i) => ids.indexOf(id) !== i),
        links: [...document.querySelectorAll("a[href^='#']")].filter(a => !document.getElementById(a.hash.slice(1))).length,
        hidden: [...document.querySelectorAll("details")].filter(d => d.children.length < 2 || !d.children[1].checkVisibility()).length,
        dark: matchMedia("(prefers-color-scheme: dark)").matches};
})()"""


def look(browser, path, width, media, scheme):
    url = browser.open(path, width, media, scheme)
    seen = browser.evaluate(LOOK)
    if media == "print":
        pdf = base64.b64decode(browser.ask("Page.printToPDF", printBackground=True)["data"])
        seen["pages"] = len(re.findall(rb"/Type\s*/Page\b", pdf))
    seen["requests"] = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"
                        and e["params"]["request"]["url"] != url and not e["params"]["request"]["url"].startswith("data:")]
    seen["console"] = [str(e["params"])[:300] for e in browser.events
                       if e.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")]
    return seen


browser = Browser(sys.argv[1])
for page in sys.argv[2:]:
    for view, wide, media, scheme in VIEWS:
        found = {"page": os.path.basename(page)[:-len(".html")], "view": view}
        found.update(look(browser, page, wide, media, scheme))
        print(json.dumps(found))
        sys.stdout.flush()
browser.close()
