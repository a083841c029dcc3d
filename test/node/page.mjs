// Reads a read-along page as the HTML standard has it (parse5) and prints what
// it holds as JSON: faults of its markup, sentences with their words, the data
// of its script, and whether its policy allows its own style and script.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "parse5";

const faults = [], ids = new Set(), sentences = [], chapters = [], inline = [], urls = [];
const page = parse(readFileSync(process.argv[2], "utf8"), {
  sourceCodeLocationInfo: true,
  onParseError: (e) => faults.push(`${e.code} in line ${e.startLine}`),
});
const attribute = (node, name) => node.attrs?.find((a) => a.name === name)?.value;
const text = (node) => node.nodeName === "#text" ? node.value : (node.childNodes ?? []).map(text).join("");

const wordsIn = (node) => (node.childNodes ?? []).flatMap((n) => n.nodeName === "span" ? [text(n)] : wordsIn(n));

let data = null, policy = "", title = "", lang = "", headings = [];
function walk(node, block) {
  const name = node.nodeName;
  for (const a of node.attrs ?? []) {
    if (a.name.startsWith("on") || a.name === "style") faults.push(`attribute ${a.name}`);
    if (a.name === "id" && (ids.size === ids.add(a.value).size)) faults.push(`a second ${a.value}`);
    if (["src", "href"].includes(a.name)) urls.push(`${name} ${a.value.slice(0, 100)}`);
  }
  if (name === "html") lang = attribute(node, "lang") ?? "";
  if (name === "title") title = text(node);
  if (/^h[1-6]$/.test(name)) headings.push(name);
  if (attribute(node, "http-equiv") === "Content-Security-Policy") policy = attribute(node, "content");
  if (name === "script" || name === "style") {
    if (attribute(node, "id") === "data") data = JSON.parse(text(node));
    else inline.push(`'sha256-${createHash("sha256").update(text(node)).digest("base64")}'`);
  }
  if (name === "section" && attribute(node, "id")) chapters.push(attribute(node, "id"));
  if (attribute(node, "class") === "s") sentences.push({ block, text: "", lang: attribute(node, "lang") ?? "", words: [] });
  if (["s", "s more"].includes(attribute(node, "class"))) {
    sentences.at(-1).text += text(node);
    sentences.at(-1).words.push(...wordsIn(node));
  }
  if (attribute(node, "dir") === "auto") block = name;
  for (const child of node.childNodes ?? []) walk(child, block);
}
walk(page, "");
for (const hash of inline) if (!policy.includes(hash)) faults.push(`the policy does not allow ${hash}`);
let rank = 0;
for (const h of headings.filter((_, i) => i > (ids.has("contents") ? 0 : -1))) {
  if (Number(h[1]) > rank + 1 && h !== "h2") faults.push(`${h} after h${rank}`);
  rank = Number(h[1]);
}
console.log(JSON.stringify({ faults, title, lang, policy, sentences, chapters, data, urls }));
