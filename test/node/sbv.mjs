// Reads the SubViewer file named on the command line with subsrt-ts and prints its
// cues as JSON.
import { readFileSync } from "node:fs";
import subsrt from "subsrt-ts";

const cues = subsrt.parse(readFileSync(process.argv[2], "utf8"), { format: "sbv", eol: "\n" });
console.log(JSON.stringify(cues.map(({ start, end, content }) => ({ start, end, text: content }))));
