// Reads the WebVTT file named on the command line with two parsers, the W3C's
// and node-webvtt's strict one, and prints the cues of both as JSON. The kind of
// track may follow: "captions", "chapters" or "metadata". What
// either of them objects to goes to standard error, with status 1.
import { readFileSync } from "node:fs";
import nodeWebVTT from "node-webvtt";
import w3c from "webvtt-parser";

const text = readFileSync(process.argv[2], "utf8");

const strict = nodeWebVTT.parse(text, { strict: true });
// Without a list of its own this parser leaves the ";" of an entity in the text.
const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const standard = new w3c.WebVTTParser(entities).parse(text, process.argv[3] ?? "captions");
for (const { message, line, col } of standard.errors) {
  console.error(`line ${line}, column ${col ?? "?"}: ${message}`);
  process.exitCode = 1;
}

// shown is what a player shows of a cue: the text of its tree.
const shown = (node) => (node.type === "text" ? node.value : (node.children ?? []).map(shown).join(""));

// values lists what the tags of that name in a cue's tree say: languages, voices.
const values = (node, name) => [
  ...(node.name === name ? [node.value] : []),
  ...(node.children ?? []).flatMap((child) => values(child, name)),
];

// times lists the timestamps in a cue's tree.
const times = (node) => (node.type === "timestamp" ? [node.value] : (node.children ?? []).flatMap(times));

console.log(JSON.stringify({
  standard: standard.cues.map((c) => ({
    id: c.id, start: c.startTime, end: c.endTime, text: shown(c.tree), raw: c.text,
    languages: values(c.tree, "lang"), voices: values(c.tree, "v"), times: times(c.tree),
  })),
  strict: strict.cues.map((c) => ({ id: c.identifier, start: c.start, end: c.end, text: c.text })),
}));
