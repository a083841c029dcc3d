package script

import (
	"os"
	"testing"
)

// TestPolicies holds the script of one article to what it is under each policy.
func TestPolicies(t *testing.T) {
	text, err := os.ReadFile("testdata/hafen.doc")
	if err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string][][2]string{
		"default":  nil,
		"read":     {{"code", "read"}, {"tables", "read"}, {"images", "read"}, {"footnotes", "inline"}, {"links", "read"}, {"quotes", "read"}, {"asides", "read"}},
		"skip":     {{"code", "skip"}, {"tables", "skip"}, {"images", "skip"}, {"footnotes", "skip"}, {"links", "skip"}, {"quotes", "skip"}, {"asides", "skip"}},
		"announce": {{"code", "announce"}, {"tables", "announce"}, {"images", "announce"}, {"footnotes", "announce"}, {"links", "announce"}, {"quotes", "announce"}, {"asides", "announce"}},
		"end":      {{"footnotes", "end"}},
		"cells":    {{"tables", "cells"}},
	} {
		opts := espeak
		opts.Lang = "de"
		for _, s := range settings {
			if err := opts.Blocks.Set(s[0], s[1]); err != nil {
				t.Fatal(err)
			}
		}
		doc := marked(t, "hafen.md", string(text))
		s, err := Build(doc, opts)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "hafen-"+name, dump(s))
	}
}
