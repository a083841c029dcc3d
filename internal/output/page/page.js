// The read-along page's script: it plays the sound, shows which word is spoken,
// and goes where the reader asks. All of the text is in the page already; the
// times are in the block of JSON with the id "data" (see times.go).

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const audio = byId("audio"), text = byId("text"), seek = byId("seek"), status = byId("status"), contents = byId("contents");
const chapterLinks = contents ? [...contents.querySelectorAll("a")] : [];
const label = (key, ...values) => values.reduce((s, v, i) => s.replace(`{${i}}`, v), data.labels[key]);

// --- Times -----------------------------------------------------------------

// Sentences and words are numbered in the order of the page. Typed arrays keep
// a book of 180,000 words small and quick to search; the elements of words are
// looked up when they are needed.
// A sentence is one element; over several cells of a table, one in each.
const parts = [];
for (const element of text.querySelectorAll(".s")) {
  if (element.classList.contains("more")) parts.at(-1).push(element);
  else parts.push([element]);
}
const sentences = parts.map(([first]) => first);
const numberOf = new Map(parts.flatMap((list, i) => list.map((element) => [element, i])));
const starts = new Int32Array(sentences.length), ends = new Int32Array(sentences.length);
const firstWord = new Int32Array(sentences.length + 1);
const words = new Int32Array(data.times.length);
{
  let at = 0, time = 0, count = 0;
  for (let s = 0; s < sentences.length; s++) {
    starts[s] = time += data.times[at++];
    ends[s] = time + data.times[at++];
    firstWord[s] = count;
    let word = time;
    for (let n = data.times[at++]; n > 0; n--) words[count++] = word += data.times[at++];
  }
  firstWord[sentences.length] = count;
  data.times = null;
}

// lastUpTo is the index of the last of the ascending times in [low, high) that
// is not after time; low - 1 where there is none.
function lastUpTo(times, time, low, high) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// placeAt is what is spoken at a time: a sentence, and the word in it, or -1.
// In the pause after a sentence it is still that sentence, but no word.
function placeAt(time) {
  const sentence = lastUpTo(starts, time, 0, starts.length);
  if (sentence < 0 || time >= ends[sentence]) return { sentence, word: -1, spoken: false };
  const word = lastUpTo(words, time, firstWord[sentence], firstWord[sentence + 1]);
  return { sentence, word: word >= firstWord[sentence] ? word : -1, spoken: true };
}

const wordCount = (s) => firstWord[s + 1] - firstWord[s];
const wordsOf = (s) => parts[s].flatMap((part) => [...part.querySelectorAll("span")]);
const elementOf = (s, w) => (w < 0 ? sentences[s] : wordsOf(s)[w - firstWord[s]]);
const timeOf = (s, w) => (w < 0 ? starts[s] : words[w]);

// placeOf is the place of an element of the article; null outside of sentences.
// Of a link or the like it is that of its first word.
function placeOf(element) {
  const sentence = element.closest?.(".s");
  if (!sentence || !numberOf.has(sentence)) return null;
  const s = numberOf.get(sentence);
  if (element === sentence) return { sentence: s, word: -1 };
  const word = wordsOf(s).indexOf(element.closest(".s span") ?? element.querySelector("span"));
  return { sentence: s, word: word < 0 ? -1 : firstWord[s] + word };
}

// --- What is kept between visits ---------------------------------------------

// Storage can be full, forbidden or absent: the page then forgets, and works.
const storage = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
  },
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* forgotten */ }
  },
};
const placeKey = `narrate:${data.id}`, settingsKey = "narrate:settings";
const settings = storage.read(settingsKey);
function setting(key, value) {
  settings[key] = value;
  storage.write(settingsKey, settings);
}

// --- The clock ---------------------------------------------------------------

const clock = (ms) => {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
};

// wanted is where to play from, kept until the sound is there to be asked.
let wanted = null;
const now = () => wanted ?? Math.round(audio.currentTime * 1000);
const playing = () => !audio.paused && !audio.ended;

function go(ms) {
  ms = Math.max(0, Math.min(data.length, ms));
  if (audio.readyState > 0) audio.currentTime = ms / 1000;
  else wanted = ms;
  show(ms);
  save(ms);
  if (document.activeElement === seek) describe(ms);
}

const save = (ms) => storage.write(placeKey, { at: ms });

// --- Showing -----------------------------------------------------------------

let shown = { sentence: -1, word: -1, spoken: false }, shownChapter = -1, shownSecond = -1;

function show(ms) {
  const place = placeAt(ms);
  if (place.sentence !== shown.sentence || place.word !== shown.word || place.spoken !== shown.spoken) {
    mark(shown, false);
    mark(place, true);
    const moved = place.sentence !== shown.sentence || place.word >= 0;
    shown = place;
    if (place.sentence >= 0 && !text.contains(document.activeElement)) tabStop(sentences[place.sentence]);
    if (moved) keepInView();
  }
  const second = Math.floor(ms / 1000);
  if (second !== shownSecond) {
    shownSecond = second;
    byId("now").textContent = clock(ms);
    seek.value = ms / 1000;
    seek.style.setProperty("--done", `${(100 * ms) / Math.max(1, data.length)}%`);
    // A screen reader would read out each change of the value that it is on.
    if (document.activeElement !== seek) describe(ms);
    showChapter(ms);
  }
}

const describe = (ms) => seek.setAttribute("aria-valuetext", label("of", clock(ms), clock(data.length)));

function mark({ sentence, word, spoken }, on) {
  if (sentence < 0) return;
  for (const part of parts[sentence]) {
    part.classList.toggle("now", on);
    part.classList.toggle("whole", on && spoken && wordCount(sentence) === 0);
  }
  if (on) sentences[sentence].setAttribute("aria-current", "true");
  else sentences[sentence].removeAttribute("aria-current");
  if (word >= 0) elementOf(sentence, word).classList.toggle("now", on);
}

const titleOf = (chapter) => chapterLinks[chapter]?.firstElementChild.textContent ?? "";

function showChapter(ms) {
  const chapter = lastUpTo(data.chapters, ms, 0, data.chapters.length);
  if (chapter === shownChapter) return;
  chapterLinks[shownChapter]?.removeAttribute("aria-current");
  chapterLinks[chapter]?.setAttribute("aria-current", "true");
  shownChapter = chapter;
  byId("chapter").textContent = titleOf(chapter);
  describeToSystem();
}

// While the sound plays, each frame asks it for its time; nothing is timed in
// advance, so a change of speed, a seek or a stall cannot put the words out.
let frame = 0;
function tick() {
  show(now());
  frame = playing() ? requestAnimationFrame(tick) : 0;
}
const wake = () => { if (!frame) frame = requestAnimationFrame(tick); };

// --- Following the voice -----------------------------------------------------

// The page scrolls with the voice until the reader scrolls; then it lets go,
// and a button brings it back.
let following = true, ourScroll = 0;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const player = document.querySelector(".player");
const visibleHeight = () => player.getBoundingClientRect().top;

function spokenBox() {
  if (shown.sentence < 0) return null;
  const box = elementOf(shown.sentence, shown.word).getBoundingClientRect();
  return box.height ? box : sentences[shown.sentence].getBoundingClientRect(); // a word can be a mere sign between cells
}

function keepInView() {
  const box = following && spokenBox(), height = visibleHeight();
  const table = box && sentences[shown.sentence].closest(".table"), frame = table?.getBoundingClientRect();
  if (table && (box.left < frame.left || box.right > frame.right)) table.scrollLeft += box.left - frame.left - 16;
  if (!box || (box.top >= height * 0.1 && box.bottom <= height * 0.82)) return;
  const distance = box.top - height * 0.3;
  ourScroll = performance.now() + 1500;
  // A long way is jumped: nobody wants to see pages rush by.
  scrollBy({ top: distance, behavior: still.matches || Math.abs(distance) > 3 * height ? "instant" : "smooth" });
}

function follow(on) {
  following = on;
  byId("follow").hidden = on || shown.sentence < 0;
  if (on) keepInView();
}
const letGo = () => { if (following && (playing() || now() > 0)) follow(false); };

for (const scrolling of ["wheel", "touchmove"]) {
  addEventListener(scrolling, (event) => { if (!event.target.closest?.(".player, #contents, dialog")) letGo(); }, { passive: true });
}
addEventListener("scrollend", () => { ourScroll = 0; });
addEventListener("scroll", () => { // by the scroll bar, or by a search in the page
  const box = following && performance.now() > ourScroll && spokenBox();
  if (box && (box.bottom < 0 || box.top > visibleHeight())) letGo();
}, { passive: true });
byId("follow").addEventListener("click", () => { follow(true); byId("play").focus({ preventScroll: true }); });

// --- Acts --------------------------------------------------------------------

const say = (message) => { status.textContent = message; };

function toggle() {
  if (playing()) audio.pause();
  else audio.play().catch(failed);
}

function jump(place) {
  follow(true);
  go(timeOf(place.sentence, place.word));
}

// Back goes to the start of the sentence, or soon after it to the one before.
function sentence(step) {
  const { sentence: here } = placeAt(now());
  const again = step < 0 && here >= 0 && now() - starts[here] > 1500;
  const to = Math.max(0, Math.min(sentences.length - 1, again ? here : here + step));
  if (sentences.length) jump({ sentence: to, word: -1 });
}

function chapter(step) {
  const here = lastUpTo(data.chapters, now(), 0, data.chapters.length);
  const again = step < 0 && here >= 0 && now() - data.chapters[here] > 3000;
  toChapter(again ? here : here + step);
}

function toChapter(n) {
  if (n < 0 || n >= data.chapters.length) return;
  following = true;
  go(data.chapters[n]);
  follow(true);
  say(titleOf(n));
}

const speed = byId("speed"), speeds = [...speed.options].map((o) => Number(o.value));
function setSpeed(rate) {
  if (!speeds.includes(rate)) return;
  audio.defaultPlaybackRate = audio.playbackRate = rate;
  speed.value = String(rate);
  setting("speed", rate);
}
function stepSpeed(step) {
  const rate = speeds[speeds.indexOf(audio.playbackRate) + step];
  if (!rate) return;
  setSpeed(rate);
  say(`${label("speed")} ${rate}×`);
}

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (settings.theme ? settings.theme === "dark" : systemDark.matches);
function showTheme() {
  if (settings.theme) document.documentElement.dataset.theme = settings.theme;
  byId("dark").setAttribute("aria-pressed", String(isDark()));
}
function toggleTheme() {
  setting("theme", isDark() ? "light" : "dark");
  showTheme();
}

const toc = byId("toc");
function showContents(on) {
  if (!toc || getComputedStyle(toc).display === "none") return; // it stands in its column
  contents.classList.toggle("open", on);
  toc.setAttribute("aria-expanded", String(on));
  if (on) (chapterLinks[shownChapter] ?? chapterLinks[0]).focus();
  else if (contents.contains(document.activeElement)) toc.focus();
}
const contentsOpen = () => contents?.classList.contains("open");

const help = byId("help");
function showHelp() {
  help.showModal();
  byId("help-title").focus(); // so that it is read from its start
}

// --- Buttons and pointer -----------------------------------------------------

byId("play").addEventListener("click", toggle);
byId("back").addEventListener("click", () => sentence(-1));
byId("forward").addEventListener("click", () => sentence(1));
byId("dark").addEventListener("click", toggleTheme);
byId("helper").addEventListener("click", showHelp);
byId("close").addEventListener("click", () => help.close());
help.addEventListener("click", (event) => { if (event.target === help) help.close(); });
toc?.addEventListener("click", () => showContents(!contentsOpen()));
speed.addEventListener("change", () => setSpeed(Number(speed.value)));
seek.addEventListener("input", () => { following = true; go(Number(seek.value) * 1000); follow(true); });
seek.addEventListener("focus", () => describe(now()));
const letters = byId("letters");
letters.checked = settings.letters ?? true;
letters.addEventListener("change", () => setting("letters", letters.checked));
systemDark.addEventListener("change", showTheme);

contents?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  showContents(false);
  toChapter(chapterLinks.indexOf(link));
});
document.addEventListener("click", (event) => {
  if (contentsOpen() && !event.target.closest("#contents, #toc")) showContents(false);
});

text.addEventListener("click", (event) => {
  if (event.target.closest("a")) return; // a link leads where it says
  if (!getSelection().isCollapsed) return; // the reader marks text
  const place = placeOf(event.target);
  if (place) jump(place);
});

// --- Keys --------------------------------------------------------------------

// The article is one stop of the Tab key. It stands at the spoken sentence, and
// arrow keys move it while it has the focus.
let stop = null;
function tabStop(element) {
  if (stop === element) return;
  stop?.removeAttribute("tabindex");
  stop = element;
  stop.tabIndex = 0;
}

function moveFocus(step, by) {
  let { sentence: s, word: w } = placeOf(document.activeElement);
  if (by === "sentence") {
    s += step;
    w = -1;
  } else if (w < 0 && step > 0 && wordCount(s)) {
    w = firstWord[s];
  } else {
    w = (w < 0 ? firstWord[s] : w) + step;
    if (w < firstWord[s] || w >= firstWord[s + 1]) {
      s += step;
      w = !wordCount(s) ? -1 : step > 0 ? firstWord[s] : firstWord[s + 1] - 1;
    }
  }
  if (s < 0 || s >= sentences.length) return;
  tabStop(elementOf(s, w));
  stop.focus();
  letGo();
}

const acts = {
  " ": toggle, k: toggle,
  ArrowLeft: () => go(now() - 5000), ArrowRight: () => go(now() + 5000),
  j: () => sentence(-1), l: () => sentence(1),
  p: () => chapter(-1), n: () => chapter(1),
  "[": () => stepSpeed(-1), "]": () => stepSpeed(1),
  f: () => follow(true), t: toggleTheme, c: () => showContents(!contentsOpen()), "?": showHelp,
};

addEventListener("keydown", (event) => {
  // AltGr, with which some keyboards write [ and ], reports Ctrl and Alt.
  const modified = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph"));
  if (event.defaultPrevented || modified || help.open) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, target = event.target;
  if (key === "Escape" && contentsOpen()) return showContents(false);
  if (target.closest("select, input:not(#seek)")) return;
  if (target.closest("button") && key === " " || target.matches("button, a") && key === "Enter") return;

  const inText = placeOf(target);
  if (target.matches(".table") && (key === "ArrowLeft" || key === "ArrowRight")) return; // a wide one scrolls
  if (inText) {
    const forward = getComputedStyle(target).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    switch (key) {
      case "ArrowLeft": case "ArrowRight": moveFocus(key === forward ? 1 : -1, "word"); break;
      case "ArrowUp": moveFocus(-1, "sentence"); break;
      case "ArrowDown": moveFocus(1, "sentence"); break;
      case "Enter": jump(inText); break;
    }
    if (key.startsWith("Arrow") || key === "Enter") return event.preventDefault();
  }
  if (key.length === 1 && key !== " " && !letters.checked) return; // WCAG 2.2, 2.1.4
  if (acts[key]) {
    event.preventDefault();
    acts[key]();
  } else if (["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].includes(key) && target !== seek) {
    letGo();
  }
});

// --- The sound ---------------------------------------------------------------

function showPlaying() {
  const on = playing();
  document.documentElement.classList.toggle("playing", on);
  const button = byId("play");
  button.setAttribute("aria-label", label(on ? "pause" : "play"));
  button.title = label(on ? "pause" : "play");
  if (navigator.mediaSession) navigator.mediaSession.playbackState = on ? "playing" : "paused";
}

function failed(error) {
  if (error.name === "AbortError") return; // paused before it began
  status.classList.add("shown");
  say(label("missing"));
}

let saved = 0;
audio.addEventListener("play", () => { showPlaying(); wake(); });
audio.addEventListener("pause", () => { showPlaying(); save(now()); });
audio.addEventListener("ended", () => { showPlaying(); save(0); });
audio.addEventListener("error", () => failed(audio.error));
audio.addEventListener("seeked", wake);
audio.addEventListener("timeupdate", () => { // also comes while the page is hidden and no frames are drawn
  wake();
  if (playing() && Math.abs(now() - saved) > 5000) save(saved = now());
});
audio.addEventListener("loadedmetadata", applyWanted);
function applyWanted() {
  if (wanted === null || audio.readyState === 0) return;
  const ms = wanted;
  wanted = null;
  audio.currentTime = ms / 1000;
}
addEventListener("pagehide", () => { if (now() > 0 && !audio.ended) save(now()); });

// Media keys, lock screens and headphones.
function describeToSystem() {
  if (!navigator.mediaSession || !window.MediaMetadata) return;
  const picture = document.querySelector(`#c${shownChapter + 1} .plate`) ?? byId("cover");
  navigator.mediaSession.metadata = new MediaMetadata({
    title: titleOf(shownChapter) || data.title, artist: data.artist, album: titleOf(shownChapter) ? data.title : data.album,
    artwork: picture ? [{ src: picture.src, sizes: `${picture.getAttribute("width")}x${picture.getAttribute("height")}` }] : [],
  });
}
function listenToSystem() {
  const wishes = {
    play: () => audio.play().catch(failed), pause: () => audio.pause(),
    seekbackward: (wish) => go(now() - 1000 * (wish.seekOffset ?? 10)), seekforward: (wish) => go(now() + 1000 * (wish.seekOffset ?? 10)),
    seekto: (wish) => go(1000 * wish.seekTime), previoustrack: () => chapter(-1), nexttrack: () => chapter(1),
  };
  for (const [wish, act] of Object.entries(wishes)) {
    try { navigator.mediaSession?.setActionHandler(wish, act); } catch { /* a wish that this browser does not know */ }
  }
}

// --- Start -------------------------------------------------------------------

// An address with #c3 opens at a chapter, one with #t=65 at a second; without
// either the page opens where the reader left it.
function opening() {
  const [, name, value] = /^#(c|t=)([0-9]+(?:\.[0-9]+)?)$/.exec(location.hash) ?? [];
  if (name === "c") return data.chapters[value - 1] ?? 0;
  return name ? 1000 * Number(value) : (storage.read(placeKey).at ?? 0);
}

if (data.chapters.length > 1 && data.chapters.length <= 80) {
  for (const start of data.chapters.slice(1)) {
    const tick = document.createElement("i");
    tick.style.left = `${(100 * start) / data.length}%`;
    byId("ticks").append(tick);
  }
}
showTheme();
setSpeed(settings.speed ?? 1);
showPlaying();
listenToSystem();
if (sentences.length) tabStop(sentences[0]);
if (audio.error) failed(audio.error); // it came before this script
const start = Number(opening());
if (start > 0) {
  wanted = Math.min(start, data.length);
  applyWanted();
  show(start);
} else {
  showChapter(0);
  describe(0);
}
