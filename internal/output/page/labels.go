package page

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed labels.json
var labelsFile []byte

// labels are the words of the page's controls, by their keys.
type labels map[string]string

// tongues are the labels by language.
var tongues = sync.OnceValue(func() map[string]labels {
	var all map[string]labels
	if err := json.Unmarshal(labelsFile, &all); err != nil {
		panic("page: labels.json: " + err.Error()) // it is part of the program, and tested
	}
	return all
})

// labelsIn are the labels in an article's language, or in English, and which
// language that is.
func labelsIn(tag string) (labels, string) {
	if l, ok := tongues()[primary(tag)]; ok {
		return l, primary(tag)
	}
	return tongues()["en"], "en"
}
