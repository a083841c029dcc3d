package align

import (
	"encoding/gob"
	"fmt"
	"os"
	"testing"
)

func TestClosure(t *testing.T) {
	var items []item
	f, _ := os.Open("/tmp/alignset-festival")
	gob.NewDecoder(f).Decode(&items)
	a := New()
	n := 0
	show := func(q []float32, at int) {
		for k := at - 12; k < at+14; k++ {
			if k == at { fmt.Print("|") }
			if k < 0 || k >= len(q) { fmt.Print(" "); continue }
			fmt.Printf("%c", "0123456789X"[int(q[k]*10)])
		}
	}
	for _, it := range items {
		x, _ := at16k(it.S.Samples, it.S.Rate)
		y, _ := at16k(it.Ref.Samples, it.Ref.Rate)
		qx, qy := quietness(a.spectraOf(x, step)), quietness(a.spectraOf(y, step))
		marks := it.Ref.Marks
		for _, w := range it.S.Words {
			for len(marks) > 0 && marks[0].Hi <= w.Lo { marks = marks[1:] }
			if len(marks) == 0 || marks[0].Lo >= w.Hi { continue }
			if c := it.S.Text[w.Lo]; c=='p' || c=='b' || c=='c' || c == 't' {
				fmt.Printf("%-12s ", it.S.Text[w.Lo:w.Hi])
				show(qx, int(w.Start*100/int64(it.S.Rate)))
				fmt.Print("    ")
				show(qy, int(marks[0].Frame*100/int64(it.Ref.Rate)))
				fmt.Println()
				n++
			}
			if n > 60 { return }
		}
	}
}
