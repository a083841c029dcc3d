package align

import (
	"fmt"
	"os"
	"sort"
	"testing"
	"unicode"
	"encoding/gob"
)

func TestDetail(t *testing.T) {
	var items []item
	f, _ := os.Open("/tmp/alignset-" + os.Getenv("SET"))
	gob.NewDecoder(f).Decode(&items)
	type acc struct{ n int; sum, abs float64 }
	by := map[string]*acc{}
	a := New()
	for _, it := range items {
		r, _ := a.Align(it.S.Samples, it.S.Rate, it.Ref)
		marks := r.Marks
		prevEnd := int64(0)
		for i, w := range it.S.Words {
			for len(marks) > 0 && marks[0].Hi <= w.Lo { marks = marks[1:] }
			if len(marks) == 0 || marks[0].Lo >= w.Hi { prevEnd = w.End; continue }
			e := float64(marks[0].Frame-w.Start) * 1000 / float64(it.S.Rate)
			kind := "cont"
			if i == 0 { kind = "first" } else if w.Start-prevEnd > int64(it.S.Rate)/20 { kind = "pause" }
			l := string(unicode.ToLower([]rune(it.S.Text[w.Lo:w.Hi])[0]))
			for _, k := range []string{kind, kind+" "+l} {
			if by[k] == nil { by[k] = &acc{} }
			x := by[k]; x.n++; x.sum += e
			if e < 0 { x.abs -= e } else { x.abs += e } }
			marks = marks[1:]
			prevEnd = w.End
		}
	}
	var keys []string
	for k := range by { keys = append(keys, k) }
	sort.Strings(keys)
	for _, k := range keys { x := by[k]; fmt.Printf("%-10s n %4d bias %+6.0f abs %5.0f\n", k, x.n, x.sum/float64(x.n), x.abs/float64(x.n)) }
}
