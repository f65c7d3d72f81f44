#!/usr/bin/env python3
"""Reports as readers see them, in headless Chromium: python3 browser_test.py CHROMIUM FORERUN SOURCE [SCREENSHOT_FOLDER]

Makes reports of a system, of a field on a line and one on a plane, of two runs side by side, and of a campaign. Of each:
no errors on the console and no request but for the page itself; nothing wider than a screen of 360 px; text that can be
read, by its contrast, light as well as dark; a keyboard reaches the sections and whatever scrolls; and it prints, on
white. The browser is spoken to through its pipe (Chrome DevTools Protocol), so that nothing else is needed.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

NARROW = 360
LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3

CONTRASTS = """(() => {
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = rgb => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
  const background = element => {
    for (let e = element; e; e = e.parentElement) {
      const rgb = numbers(getComputedStyle(e).backgroundColor);
      if (rgb.length < 4 || rgb[3] > 0.99) return rgb;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const e of document.querySelectorAll('p, td, th, h1, h2, h3, figcaption, footer, pre, nav a, svg text')) {
    if (!e.textContent.trim() || e.classList.contains('on-area')) continue;
    const style = getComputedStyle(e);
    const a = luminance(numbers(e instanceof SVGElement ? style.fill : style.color));
    const b = luminance(background(e.closest('svg') ? e.closest('figure') : e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < %f) low.push(ratio.toFixed(2) + ' ' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 40));
  }
  return low;
})()""" % LEAST_CONTRAST


class Browser:
    """A page of a browser that is spoken to in JSON, a message a NUL."""

    def __init__(self, program, profile):
        to_browser, self.out = os.pipe()
        self.input, from_browser = os.pipe()
        self.buffer, self.last, self.session, self.events = b"", 0, None, []

        def take_pipes():
            os.dup2(to_browser, 30)
            os.dup2(from_browser, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--no-first-run", "--user-data-dir=" + profile, "--remote-debugging-pipe",
             "about:blank"],
            preexec_fn=take_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.input, 1 << 20)
            if not part:
                raise RuntimeError("the browser has ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, page):
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def press(self, key, code):
        for kind in ("rawKeyDown", "char", "keyUp"):
            if kind == "char" and key != "Enter":
                continue
            extra = {"text": "\r"} if kind == "char" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **extra)

    def show(self, width, scheme, media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, file):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def end(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(timeout=30)


class Checks:
    def __init__(self):
        self.failed = []

    def expect(self, condition, sentence):
        if not condition:
            self.failed.append(sentence)
            print("FAILED:", sentence)


def complaints(browser):
    found = []
    for event in browser.events:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            found.append(str(parameters["exceptionDetails"].get("text")))
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            found.append(str(parameters["args"]))
        if method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            found.append(parameters["entry"]["text"])
    return found


def requests(browser):
    return [event["params"]["request"]["url"] for event in browser.events
            if event.get("method") == "Network.requestWillBeSent"]


def check_keyboard(browser, checks, name):
    """Tab goes through all that can be focused, Enter follows a section's link, an arrow moves what scrolls."""
    wanted = browser.value("document.querySelectorAll('a[href], [tabindex=\"0\"]').length")
    browser.value("document.activeElement.blur(); window.scrollTo(0, 0)")
    seen = set()
    for _ in range(wanted):
        browser.press("Tab", 9)
        seen.add(browser.value("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    checks.expect(wanted > 3 and len(seen) == wanted, f"{name}: Tab reaches {len(seen)} of {wanted} places")
    checks.expect(browser.value("getComputedStyle(document.activeElement).outlineStyle") != "none",
                  f"{name}: what has the focus shows no outline")
    browser.value("document.querySelector('nav a:last-child').focus()")
    browser.press("Enter", 13)
    checks.expect(browser.value("location.hash.length > 1 && window.scrollY > 0"),
                  f"{name}: Enter does not follow a link to a section")
    moved = browser.value("""(() => {
      const wide = [...document.querySelectorAll('[tabindex="0"]')].find(e => e.scrollWidth > e.clientWidth + 20);
      if (!wide) return null;
      wide.focus();
      window.wide = wide;
      return true;
    })()""")
    if moved:
        for _ in range(50):  # it may take its time: scrolling is smooth
            browser.press("ArrowRight", 39)
            if browser.value("window.wide.scrollLeft") > 0:
                break
            time.sleep(0.05)
        checks.expect(browser.value("window.wide.scrollLeft") > 0, f"{name}: an arrow does not scroll what is wide")


def check_page(browser, checks, page, name, shots):
    for scheme in ("light", "dark"):
        browser.show(1200, scheme)
        browser.open(page)
        checks.expect(not complaints(browser), f"{name}, {scheme}: the console says {complaints(browser)}")
        others = [url for url in requests(browser) if url != page.as_uri() and not url.startswith("data:")]
        checks.expect(not others, f"{name}: asks for {others}")
        low = browser.value(CONTRASTS)
        checks.expect(not low, f"{name}, {scheme}: text of little contrast: {low[:5]}")
        is_dark = browser.value("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 128")
        checks.expect(is_dark == (scheme == "dark"), f"{name}: does not follow the choice of {scheme}")
        if shots:
            browser.screenshot(shots / f"{name}-{scheme}.png")
    browser.show(NARROW, "light")
    browser.open(page)
    width = browser.value("document.documentElement.scrollWidth")
    checks.expect(width <= NARROW, f"{name}: is {width} px wide on a screen of {NARROW}")
    if shots:
        browser.screenshot(shots / f"{name}-narrow.png")
    check_keyboard(browser, checks, name)
    browser.show(1200, "dark", media="print")
    browser.open(page)
    paper = browser.value("getComputedStyle(document.body).backgroundColor")
    checks.expect(paper == "rgb(255, 255, 255)", f"{name}: prints on {paper}")
    printed = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    checks.expect(printed.startswith(b"%PDF"), f"{name}: cannot be printed")
    if shots:
        (shots / f"{name}.pdf").write_bytes(printed)


def make_pages(forerun, source, folder):
    def run(*words):
        done = subprocess.run([forerun, *words, "--quiet"] if words[0] != "report" else [forerun, *words],
                              capture_output=True, text=True, cwd=folder)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr}")

    configs = source / "data" / "configs"
    few = ["--set", "parareal.max_iterations=12"]
    run("compare", configs / "burgers.toml", "--correctors", "classic,randnet,auto", *few, "--out", "line")
    run("compare", configs / "burgers.toml", "--correctors", "classic,randnet", *few, "--set", "coarse.steps=8",
        "--out", "other")
    run("compare", configs / "fitzhugh_nagumo.toml", "--correctors", "classic,kriging", "--set", "fine.steps=200",
        "--out", "system")
    run("compare", configs / "diffusion_reaction_19.toml", "--correctors", "classic,auto", *few, "--out", "plane")
    run("compare", configs / "burgers.toml", "--correctors", "classic,auto", "--set", 'fine.levels="auto"', "--set",
        "time.windows=4", "--out", "windows")
    run("campaign", source / "data" / "campaigns" / "burgers.toml", "--set", "campaign.runs=4", "--set",
        "network.neurons=60", "--set", "network.samples_per_run=500", "--out", "family")
    pages = {}
    for name in ("line", "system", "plane", "windows", "family"):
        run("report", name)
        pages[name] = folder / name / "report.html"
    run("report", "line", "other", "--out", "pair.html")
    pages["pair"] = folder / "pair.html"
    return pages


def main():
    program, forerun, source = sys.argv[1], os.path.abspath(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
    shots = pathlib.Path(sys.argv[4]).resolve() if len(sys.argv) > 4 else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with tempfile.TemporaryDirectory() as scratch:
        pages = make_pages(forerun, source, pathlib.Path(scratch))
        browser = Browser(program, os.path.join(scratch, "profile"))
        for name, page in pages.items():
            check_page(browser, checks, page, name, shots)
        browser.end()
    print(f"{len(pages)} pages, {len(checks.failed)} complaints")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
