package align

import (
	"context"
	"encoding/gob"
	"os"
	"testing"
	"time"
	"fmt"

	"narrate/internal/align/aligntest"
	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/internal/wordtime"
	"narrate/voices"
)

func TestMain(m *testing.M) {
	if handled, code := espeak.WorkerMain(); handled {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

type item struct {
	S   aligntest.Sample
	Ref Reference
}

func load(t *testing.T, name string, make func() []item) []item {
	var items []item
	file := "/tmp/alignset-" + name
	if f, err := os.Open(file); err == nil {
		if err := gob.NewDecoder(f).Decode(&items); err != nil { t.Fatal(err) }
		return items
	}
	items = make()
	f, _ := os.Create(file)
	gob.NewEncoder(f).Encode(items)
	f.Close()
	return items
}

func ref(t *testing.T, b tts.Backend, text, lang, voice string) Reference {
	c, err := b.Synthesize(context.Background(), tts.Request{Text: text, Voice: voices.Voice{Language: lang, Engine: voice}})
	if err != nil { t.Fatal(err) }
	r, _ := c.Open()
	s := make([]int16, c.Frames)
	for n := 0; n < len(s); { k, err := r.Read(s[n:]); if err != nil { t.Fatal(err) }; n += k }
	return Reference{Samples: s, Rate: c.Format.Rate, Marks: c.Marks}
}

func TestEval(t *testing.T) {
	exe, _ := os.Executable()
	b := espeak.New(espeak.Options{Worker: []string{exe}})
	defer b.Close()
	texts, _ := aligntest.Sentences("en")
	sets := map[string][]item{}
	sets["festival"] = load(t, "festival", func() (items []item) {
		ss, err := aligntest.Festival(context.Background(), texts)
		if err != nil { t.Fatal(err) }
		for _, s := range ss { items = append(items, item{s, ref(t, b, s.Text, "en", "en-us")}) }
		return
	})
	for _, v := range []voices.Voice{{Engine: "en-us+f3", Rate: 1.3}, {Engine: "en-gb+klatt2", Rate: .8, Pitch: 1.4}} {
		sets["espeak "+v.Engine] = load(t, v.Engine, func() (items []item) {
			v.Language = "en"
			ss, err := aligntest.Marked(context.Background(), b, v, texts)
			if err != nil { t.Fatal(err) }
			for _, s := range ss { items = append(items, item{s, ref(t, b, s.Text, "en", "en-us")}) }
			return
		})
	}
	var rows []aligntest.Row
	a := New()
	for _, name := range []string{"festival", "espeak en-us+f3", "espeak en-gb+klatt2"} {
		var base, own aligntest.Stats
		secs := 0.0
		start := time.Now()
		cost := 0.0
		for _, it := range sets[name] {
			secs += float64(len(it.S.Samples)) / float64(it.S.Rate)
			r, err := a.Align(it.S.Samples, it.S.Rate, it.Ref)
			if err != nil { t.Fatal(err) }
			cost += r.Cost
			st := aligntest.Errors(it.S, r.Marks)
			own.Add(st)
			if os.Getenv("V") != "" && st.Quantile(.9) > 90 { fmt.Printf("%.0f %.0f cost %.2f %s\n", st.Mean(), st.Quantile(1), r.Cost, it.S.Text) 
				for i, w := range it.S.Words { if i < len(r.Marks) { fmt.Printf(" %s %d/%d", it.S.Text[w.Lo:w.Hi], w.Start*1000/int64(it.S.Rate), r.Marks[i].Frame*1000/int64(it.S.Rate)) } }
				fmt.Println()
			}
		}
		took := time.Since(start).Seconds()
		for _, it := range sets[name] { base.Add(aligntest.Errors(it.S, wordtime.Estimate(it.S.Samples, it.S.Rate, it.S.Text))) }
		fmt.Printf("%s: %.0f s, %.0f x real time, cost %.3f\n", name, secs, secs/took, cost/float64(len(sets[name])))
		rows = append(rows, aligntest.Row{Name: name + " estimate", Stats: base}, aligntest.Row{Name: name, Stats: own})
	}
	aligntest.Table(os.Stdout, rows)
}
