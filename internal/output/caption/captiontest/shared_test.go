package captiontest_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/outputtest"
)

// TestShared: formats that share where lines end write what they write alone,
// under whatever rules the others were, and find it once for all that divide
// text alike.
func TestShared(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 6, Words: true})
	shared := new(sync.Map)
	layouts := 0
	for _, name := range caption.Names() {
		e.Captions, _ = caption.Find(name)
		for _, change := range []func(*output.Captions){
			func(*output.Captions) {},
			func(c *output.Captions) { c.Offset, c.Words = time.Second, true },
			func(c *output.Captions) { c.Rate = &output.FrameRate{Frames: 25, Seconds: 1} },
		} {
			change(&e.Captions)
			for _, f := range formats {
				e.Shared = nil
				alone := outputtest.Write(t, f, e)
				e.Shared = shared
				if got := outputtest.Write(t, f, e); !bytes.Equal(got, alone) {
					t.Errorf("%s by the rules %q differs where lines are shared", f.Info().Name, name)
				}
			}
		}
		layouts++
	}
	kept := 0
	shared.Range(func(any, any) bool { kept++; return true })
	if most := layouts + 2; kept > most { // and one of whole sentences, with speakers and without
		t.Errorf("%d layouts are kept of %d profiles", kept, layouts)
	}
	part := e.Cut(e.Timeline.Chapters[1].Span, "part", 1, 1)
	if part.Shared != nil {
		t.Error("a part shares what is the whole's")
	}
}
