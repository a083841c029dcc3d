// Reads the WebVTT file named on the command line with two parsers, the W3C's
// and node-webvtt's strict one, and prints the cues of both as JSON. What
// either of them objects to goes to standard error, with status 1.
import { readFileSync } from "node:fs";
import nodeWebVTT from "node-webvtt";
import w3c from "webvtt-parser";

const text = readFileSync(process.argv[2], "utf8");

const strict = nodeWebVTT.parse(text, { strict: true });
// Without a list of its own this parser leaves the ";" of an entity in the text.
const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const standard = new w3c.WebVTTParser(entities).parse(text, "captions");
for (const { message, line, col } of standard.errors) {
  console.error(`line ${line}, column ${col ?? "?"}: ${message}`);
  process.exitCode = 1;
}

// shown is what a player shows of a cue: the text of its tree.
const shown = (node) => (node.type === "text" ? node.value : (node.children ?? []).map(shown).join(""));

// languages lists the languages that a cue's tree switches to.
const languages = (node) => [
  ...(node.name === "lang" ? [node.value] : []),
  ...(node.children ?? []).flatMap(languages),
];

console.log(JSON.stringify({
  standard: standard.cues.map((c) => ({
    id: c.id, start: c.startTime, end: c.endTime, text: shown(c.tree), languages: languages(c.tree),
  })),
  strict: strict.cues.map((c) => ({ id: c.identifier, start: c.start, end: c.end, text: c.text })),
}));
