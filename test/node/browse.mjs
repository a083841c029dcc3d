// Opens read-along pages in a real browser, uses them as readers do, and prints
// what it sees as JSON. Argument: a file of JSON with the pages' addresses and
// what to try; see page_test.go.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const task = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const seen = { problems: [], requests: [], samples: [], played: [], steps: {}, violations: [] };

const browser = await chromium.launch({
  executablePath: task.browser,
  args: ["--no-sandbox", "--mute-audio", "--disable-gpu"],
});

async function open(options, address = task.page) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (m) => seen.problems.push(`${m.type()}: ${m.text()}`));
  page.on("pageerror", (e) => seen.problems.push(e.message));
  page.on("request", (r) => { if (!r.url().startsWith("data:")) seen.requests.push(r.url()); });
  await page.goto(address);
  await page.waitForFunction(() => document.getElementById("audio").readyState > 0);
  return page;
}

// state is what a reader sees and hears: the number of the sentence and of the
// word in it that are highlighted, or -1, and the time in seconds.
const state = () => {
  const all = [...document.querySelectorAll(".s:not(.more)")], marked = document.querySelectorAll(".s.now:not(.more)"), word = document.querySelectorAll(".s .now");
  if (marked.length > 1 || word.length > 1) throw new Error("several highlights");
  const audio = document.getElementById("audio"), focus = document.activeElement;
  return {
    sentence: all.indexOf(marked[0]), word: word[0] ? [...document.querySelectorAll(".s.now span")].indexOf(word[0]) : -1,
    at: audio.currentTime, paused: audio.paused, rate: audio.playbackRate, focus: focus.id || focus.textContent.slice(0, 40),
    focusInText: all.indexOf(focus.closest(".s")), theme: document.documentElement.dataset.theme ?? "",
    help: document.getElementById("help").open, contents: document.getElementById("contents").classList.contains("open"),
    follow: !document.getElementById("follow").hidden, scroll: scrollY, followed: window.followed ?? "",
  };
};
const settled = (page) => page.evaluate(() => new Promise((done) => {
  const audio = document.getElementById("audio");
  const after = () => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (audio.seeking) audio.addEventListener("seeked", after, { once: true });
  else after();
}));
const step = async (page, name, act) => {
  await act();
  await settled(page);
  seen.steps[name] = await page.evaluate(state);
};
const press = (page, key, name = key) => step(page, name, () => page.keyboard.press(key));

// Sampled times, while the sound stands.
let page = await open();
for (const at of task.samples) {
  await page.evaluate((t) => { document.getElementById("audio").currentTime = t; }, at);
  await settled(page);
  seen.samples.push({ want: at, ...(await page.evaluate(state)) });
}

// Clicks: on a word, on the play button; then each frame of a second and a half.
const word = page.locator(".s").nth(task.click.sentence).locator("span").nth(task.click.word);
await step(page, "click", () => word.click());
await step(page, "play", () => page.locator("#play").click());
seen.played = await page.evaluate((look) => new Promise((done) => {
  const state = eval(look), list = [], from = performance.now();
  const next = () => {
    list.push(state());
    if (performance.now() - from < 1500) requestAnimationFrame(next);
    else done(list);
  };
  requestAnimationFrame(next);
}), `(${state})`);
await step(page, "pause", () => page.locator("#play").click());

// The wheel lets go, the button comes back; the place outlives the visit.
await step(page, "wheel", async () => { await page.mouse.move(600, 300); await page.mouse.wheel(0, 2000); await page.waitForTimeout(300); });
await step(page, "back to it", () => page.locator("#follow").click());
await page.reload({ waitUntil: "load" });
await page.waitForFunction(() => document.getElementById("audio").readyState > 0);
await step(page, "again", () => {});
await page.context().close();
page = await open({}, `${task.page}#c2`);
await step(page, "address", () => {});
await page.context().close();

// The keyboard alone.
page = await open();
await press(page, "Tab", "tab");
await press(page, "Enter", "skip");
await press(page, "Tab", "tab to the link above it");
await press(page, "Tab", "tab into the text");
await press(page, "ArrowRight", "first word");
await press(page, "ArrowRight", "second word");
await press(page, "Enter", "jump");
await press(page, "ArrowDown", "next sentence in the text");
await press(page, "Shift+Tab", "tab out of the text");
for (const key of ["l", "l", "j", "n", "p", "]", "]", "[", "t"]) await press(page, key, `${key} ${Object.keys(seen.steps).length}`);
seen.keys = Object.entries(seen.steps).slice(-9).map(([name, s]) => ({ name, ...s }));
await press(page, "ArrowRight", "5 s on");
await press(page, "ArrowLeft", "5 s back");
await press(page, "Space", "space");
await press(page, "k", "k");
await press(page, "?", "help");
await press(page, "Escape", "help closed");
await page.setViewportSize({ width: 375, height: 760 });
await press(page, "c", "contents");
await press(page, "Escape", "contents closed");
await page.context().close();

// Links are followed, by the pointer and by the keyboard; words in them and in
// rows are jumped to.
page = await open();
await page.evaluate((n) => {
  const sentence = document.querySelectorAll(".s:not(.more)")[n];
  sentence.querySelector("a").id = "the-link";
  addEventListener("click", (event) => {
    window.followed = event.target.closest("a")?.href;
    event.preventDefault();
  });
}, task.linked);
const linked = page.locator(".s:not(.more)").nth(task.linked);
await linked.locator("span").first().click();
await step(page, "click on a link", () => page.locator("#the-link").click());
await page.evaluate(() => { window.followed = ""; document.getElementById("the-link").focus(); });
await press(page, "Enter", "Enter on a link");
await page.evaluate(() => { window.followed = ""; });
await page.keyboard.press("ArrowRight"); // from the link, whose first word is the sentence's second
await press(page, "Enter", "Enter on a word in a link");
await step(page, "click in a row", () => page.locator(".s.more span").first().click());
await page.context().close();

// Rules of accessibility, in both themes and at two widths; pictures for people.
page = await open({ reducedMotion: "reduce", deviceScaleFactor: 2 });
await page.evaluate((t) => { document.getElementById("audio").currentTime = t; }, task.samples[3]);
// The page's policy forbids scripts of others; the debugger may run one.
await page.evaluate(axe);
for (const [form, width, height] of [["desktop", 1280, 860], ["phone", 375, 760], ["narrow", 320, 600]]) {
  for (const colorScheme of ["light", "dark"]) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    for (const part of ["page", "contents", "help"]) {
      if (part === "contents" && form === "desktop") continue; // they stand beside the page
      if (part === "contents") await page.keyboard.press("c");
      if (part === "help") await page.keyboard.press("?");
      await page.waitForTimeout(200); // until the sheet has come
      if (task.pictures) await page.screenshot({ path: `${task.pictures}/${form}-${colorScheme}-${part}.png` });
      if (form !== "narrow" && (part !== "page" || form === "desktop")) {
        const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        for (const v of found.violations) seen.violations.push(`${form} ${colorScheme} ${part}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.target}: ${n.failureSummary}`).join("; ")}`);
      }
      if (part !== "page") await page.keyboard.press("Escape");
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) seen.problems.push(`${form}: ${wide} pixels wider than the window`);
  }
}
await page.context().close();

// The page in one file.
page = await open({}, task.single);
await step(page, "single: click", () => page.locator(".s").nth(task.click.sentence).locator("span").nth(task.click.word).click());
await step(page, "single: play", () => page.locator("#play").click());
await page.waitForTimeout(500);
await step(page, "single: heard", () => {});
seen.session = await page.evaluate(() => {
  const m = navigator.mediaSession.metadata;
  return { title: m.title, artist: m.artist, artwork: m.artwork.length };
});
await browser.close();
console.log(JSON.stringify(seen));
