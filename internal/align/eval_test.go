package align

import (
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

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

func load(t *testing.T, name string, make func() []aligntest.Sample, b tts.Backend) []item {
	var items []item
	file := "/tmp/alignset-" + strings.ReplaceAll(name, "/", "_")
	if f, err := os.Open(file); err == nil {
		if err := gob.NewDecoder(f).Decode(&items); err != nil {
			t.Fatal(err)
		}
		return items
	}
	for _, s := range make() {
		voice := aligntest.EspeakVoices(s.Lang)[0].Engine
		items = append(items, item{s, ref(t, b, s.Text, s.Lang, voice)})
	}
	f, _ := os.Create(file)
	gob.NewEncoder(f).Encode(items)
	f.Close()
	return items
}

func ref(t *testing.T, b tts.Backend, text, lang, voice string) Reference {
	c, err := b.Synthesize(context.Background(), tts.Request{Text: text, Voice: voices.Voice{Language: lang, Engine: voice}})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := c.Open()
	s := make([]int16, c.Frames)
	for n := 0; n < len(s); {
		k, err := r.Read(s[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	ref := Reference{Samples: s, Rate: c.Format.Rate}
	for _, m := range c.Marks {
		ref.Words = append(ref.Words, Word{Lo: m.Lo, Hi: m.Hi, Start: m.Frame})
	}
	return ref
}

func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec) + float64(u.Utime.Usec)/1e6
}

func TestEval(t *testing.T) {
	exe, _ := os.Executable()
	b := espeak.New(espeak.Options{Worker: []string{exe}})
	defer b.Close()
	ctx := context.Background()
	en, _ := aligntest.Sentences("en")
	type set struct {
		name string
		make func() []aligntest.Sample
	}
	must := func(s []aligntest.Sample, err error) []aligntest.Sample {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sets := []set{{"festival", func() []aligntest.Sample { return must(aligntest.Festival(ctx, aligntest.Some(en, 60))) }}}
	for _, v := range []string{"kal16", "slt", "rms", "awb"} {
		sets = append(sets, set{v, func() []aligntest.Sample { return must(aligntest.Flite(ctx, v, aligntest.Some(en, 30))) }})
	}
	for _, l := range []string{"de", "pl"} {
		for _, v := range []int{2, 3} {
			v := aligntest.EspeakVoices(l)[v]
			texts, _ := aligntest.Sentences(l)
			sets = append(sets, set{v.Engine, func() []aligntest.Sample { return must(aligntest.Marked(ctx, b, v, aligntest.Some(texts, 20))) }})
		}
	}
	var rows []aligntest.Row
	a := New()
	total := aligntest.Stats{}
	for _, set := range sets {
		if only := os.Getenv("ONLY"); only != "" && only != set.name {
			continue
		}
		items := load(t, set.name, set.make, b)
		var base, own aligntest.Stats
		secs := 0.0
		cost, ratio := 0.0, 0.0
		var rs, ws []float64
		start := cpu()
		for _, it := range items {
			secs += float64(len(it.S.Samples)) / float64(it.S.Rate)
			words, conf, err := a.Align(it.S.Samples, it.S.Rate, it.Ref)
			if err != nil {
				t.Fatal(err)
			}
			cost += conf
			ratio += Ratio
			var marks []tts.Mark
			for _, w := range words {
				marks = append(marks, tts.Mark{Frame: w.Start, Lo: w.Lo, Hi: w.Hi})
			}
			own.Add(aligntest.Errors(it.S, marks))
			rs = append(rs, Ratio)
		}
		took := cpu() - start
		n := float64(len(items))
		for i, it := range items {
			_, _, _ = a.Align(it.S.Samples, it.S.Rate, items[(i+1)%len(items)].Ref)
			ws = append(ws, Ratio)
		}
		slices.Sort(rs)
		slices.Sort(ws)
		fmt.Printf("%s right %.2f..%.2f..%.2f wrong %.2f..%.2f..%.2f\n", set.name, rs[0], rs[len(rs)/2], rs[len(rs)-1], ws[0], ws[len(ws)/2], ws[len(ws)-1])
		if os.Getenv("BASE") != "" {
			for _, it := range items {
				base.Add(aligntest.Errors(it.S, wordtime.Estimate(it.S.Samples, it.S.Rate, it.S.Text)))
			}
			rows = append(rows, aligntest.Row{Name: "estimate", Stats: base})
		}
		rows = append(rows, aligntest.Row{Name: fmt.Sprintf("%s %.0fx c%.2f r%.2f", set.name, secs/took, cost/n, ratio/n), Stats: own})
		if !strings.Contains(set.name, "/") {
			total.Add(own)
		}
	}
	rows = append(rows, aligntest.Row{Name: "english others", Stats: total})
	aligntest.Table(os.Stdout, rows)
}
