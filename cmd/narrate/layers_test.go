package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages each part of the house may import, besides
// its own parent: the table of the design. A plug-in (a folder below input,
// tts or output) may import its contract and what the contract may, but never
// another plug-in.
var layers = map[string][]string{
	"internal/strictyaml": {},
	"voices":              {"internal/strictyaml"},
	"internal/document":   {},
	"internal/archive":    {}, // of what is read and of what is written
	"internal/dylib":      {},
	"internal/process":    {},
	"internal/segment":    {},
	"internal/pcm":        {},
	"internal/fetch":      {},
	"internal/config":     {"internal/script", "internal/strictyaml", "internal/timeline", "internal/preset", "voices"},
	"internal/input":      {"internal/document"},
	// What the readers of one syntax share is a layer between the contract and them.
	"internal/input/dom":      {"internal/input", "internal/document"},
	"internal/input/markdown": {"internal/input", "internal/document", "internal/input/dom", "internal/strictyaml"},
	"internal/input/html":     {"internal/input", "internal/document", "internal/input/dom"},
	"internal/input/epub":     {"internal/input", "internal/document", "internal/input/dom", "internal/archive"},
	"internal/input/docx":     {"internal/input", "internal/document", "internal/archive"},
	"internal/input/odt":      {"internal/input", "internal/document", "internal/archive"},
	"internal/script":         {"internal/document", "internal/segment", "voices"},
	"internal/tts":            {"internal/pcm", "voices", "internal/dylib", "internal/process"},
	"internal/tts/purse":      {"internal/tts", "internal/tts/tempo", "internal/pcm", "voices"},
	// What several engines share, and the engines that use it.
	"internal/tts/sound":   {"internal/tts", "internal/pcm", "internal/ffmpeg"},
	"internal/tts/web":     {"internal/tts"},
	"internal/tts/openai":  {"internal/tts", "internal/tts/sound", "internal/tts/web", "internal/pcm", "voices"},
	"internal/tts/http":    {"internal/tts", "internal/tts/sound", "internal/tts/web", "internal/pcm", "internal/strictyaml", "voices"},
	"internal/tts/piper":   {"internal/tts", "internal/tts/sound", "internal/tts/web", "internal/pcm", "internal/process", "voices"},
	"internal/tts/command": {"internal/tts", "internal/tts/sound", "internal/pcm", "internal/process", "internal/strictyaml", "voices"},
	"internal/tts/plugin":  {"internal/tts", "internal/tts/sound", "internal/pcm", "internal/process", "voices"},
	"internal/clipstore":   {"internal/pcm", "internal/tts"},
	"internal/timeline":    {"internal/document", "internal/script", "internal/tts", "internal/pcm", "voices"},
	"internal/ffmpeg":      {"internal/pcm", "internal/process"},
	// script and voices are the vocabulary of a timeline's cues.
	"internal/output": {
		"internal/timeline", "internal/pcm", "internal/document", "internal/script", "voices",
		// What several formats of text share.
		"internal/output/plain", "internal/output/cuesheet", "internal/output/publication",
	},
	"internal/output/audio": {
		"internal/timeline", "internal/pcm", "internal/ffmpeg", "internal/dylib", "internal/archive",
		"internal/output/plain",
		"internal/output/audio/vorbis", // comments and pictures, of Opus and FLAC
	},
	"internal/output/caption": {
		"internal/output", "internal/output/plain", "internal/output/caption/cuefile", "internal/document", "internal/timeline", "internal/pcm",
		"internal/output/prose", "internal/script", // the transcript for people
	},
	"internal/output/epub": {
		"internal/output", "internal/output/audio", "internal/output/plain", "internal/output/prose", "internal/archive",
		"internal/document", "internal/script", "internal/timeline", "internal/pcm",
	},
	"internal/output/page": {"internal/output", "internal/output/audio", "internal/output/plain", "internal/output/prose", "internal/document", "internal/timeline"},
	"internal/output/lpf": {
		"internal/output/audio", "internal/output/publication", "internal/output", "internal/archive", "internal/timeline", "internal/pcm",
	},
	"internal/align":    {"internal/pcm"},
	"internal/wordtime": {"internal/pcm", "internal/tts"},
	"internal/preset":   {"internal/pcm", "internal/output"},
	"internal/master":   {"internal/pcm"},
	"internal/typeset":  {},
	"internal/cover":    {"internal/output", "internal/typeset"},
	"internal/plot":     {"internal/pcm", "internal/output", "internal/output/plain", "internal/typeset"},
	"internal/output/plot": {
		"internal/output", "internal/output/audio", "internal/plot", "internal/pcm", "internal/timeline",
	},
	// What a finished file is measured against is what it is made by.
	"internal/check": {"internal/pcm", "internal/ffmpeg", "internal/preset"},
	"internal/pipeline": {
		"internal/document", "internal/script", "internal/tts", "internal/pcm", "internal/clipstore",
		"internal/timeline", "internal/output", "internal/master", "internal/ffmpeg", "internal/wordtime", "internal/align", "voices",
	},
}

// shared are packages below a contract that serve several plug-ins of it.
var shared = []string{
	"internal/input/inputtest", "internal/tts/ttstest", "internal/tts/conform", "internal/output/outputtest", "internal/output/caption/captiontest",
	"internal/pcm/pcmtest", "internal/align/aligntest",
}

func TestImportsFollowTheDesign(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "narrate/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	packages := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages++
		from := strings.TrimPrefix(p.ImportPath, "narrate/")
		if strings.HasPrefix(from, "cmd/") || strings.HasPrefix(from, "internal/bench") || slices.Contains(shared, from) {
			continue
		}
		layer := layerOf(from)
		if layer == "" {
			t.Errorf("%s: no layer of the design; add it to the table", from)
			continue
		}
		for _, path := range p.Imports {
			to, ours := strings.CutPrefix(path, "narrate/")
			if ours && !allowed(from, to, layer) {
				t.Errorf("%s may not import %s", from, to)
			}
		}
	}
	if packages < 20 {
		t.Fatalf("only %d packages were seen", packages)
	}
}

// layerOf is the longest entry of the table that holds the package.
func layerOf(pkg string) string {
	best := ""
	for layer := range layers {
		if within(pkg, layer) && len(layer) > len(best) {
			best = layer
		}
	}
	return best
}

func within(pkg, folder string) bool {
	return pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func allowed(from, to, layer string) bool {
	switch {
	case slices.Contains(shared, to):
		return false // test helpers are for tests
	case within(from, to):
		return true // a contract of its own
	case within(to, from):
		// its own inner parts; but a contract knows none of its plug-ins
		return from != "internal/input" && from != "internal/tts" && from != "internal/output"
	case from == "internal/pipeline" && to == "internal/output/clipset":
		return true // it takes the formats as values
	}
	for _, ok := range layers[layer] {
		// internal/pcm stands for its codecs as well; of the others only the
		// contract itself may be imported, not a plug-in.
		if to == ok || ok == "internal/pcm" && within(to, ok) {
			return true
		}
	}
	return false
}
