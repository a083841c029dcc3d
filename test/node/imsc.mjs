// Reads the Timed Text file named on the command line with imsc, a renderer of the
// IMSC 1.1 text profile, and prints what it shows when as JSON: for each time at
// which something changes the lines and the regions that are not empty. What it
// objects to goes to standard error, with status 1.
import { readFileSync } from "node:fs";
// The package as a whole wants a browser.
import document from "imsc/src/main/js/doc.js";
import isd from "imsc/src/main/js/isd.js";

const complain = (message) => {
  console.error(message);
  process.exitCode = 1;
};
const errors = { info: complain, warn: complain, error: complain, fatal: complain };

const doc = document.fromXML(readFileSync(process.argv[2], "utf8"), errors);

const text = (node) => {
  if (node.kind === "br") return "\n";
  return (node.text ?? "") + (node.contents ?? []).map(text).join("");
};

const first = (node) => (node.kind === "p" ? node : (node.contents ?? []).map(first).find(Boolean));

console.log(JSON.stringify(doc.getMediaTimeEvents().map((time) => {
  const regions = isd.generateISD(doc, time, errors).contents.filter((r) => r.contents.length > 0);
  const p = regions.map(first).find(Boolean);
  return {
    time, regions: regions.length, text: regions.map(text).join(""),
    direction: p?.styleAttrs["http://www.w3.org/ns/ttml#styling direction"] ?? "",
  };
})));
