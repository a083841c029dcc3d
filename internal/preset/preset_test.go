package preset

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
)

func TestFind(t *testing.T) {
	for _, name := range Names() {
		p, err := Find(name)
		if err != nil || p.Name != name {
			t.Errorf("%s: %q, %v", name, p.Name, err)
		}
		if p.Summary == "" || len(p.Formats) == 0 || p.Format.Rate == 0 || p.Format.Channels == 0 {
			t.Errorf("%s: %+v", name, p)
		}
		if m := p.Mastering; m.Measure != output.Unchanged && (m.Level >= 0 || m.Peak >= 0 || m.Ceiling() > m.Peak) {
			t.Errorf("%s: level %g, peak %g, ceiling %g", name, m.Level, m.Peak, m.Ceiling())
		}
		p.Formats[0] = "changed"
	}
	if again, err := Find("podcast"); err != nil || again.Formats[0] != "mp3" {
		t.Errorf("%v, %v", again.Formats, err)
	}
	if _, err := Find("loud"); err == nil || !strings.Contains(err.Error(), "there are podcast, ") {
		t.Errorf("%v", err)
	}
}

func TestSet(t *testing.T) {
	good := map[string]string{
		"rate": "48000", "channels": "2", "mp3": "128", "aac": "80", "opus": "40", "vbr": "true", "quality": "2",
		"measure": "rms", "level": "-19.5", "peak": "-2", "headroom": "0.3", "highpass": "80", "head": "500ms",
		"tail": "1.5s", "per-chapter": "true", "credits": "true", "cover": "true",
	}
	p := Preset{}
	for _, k := range Keys {
		before := p
		if err := p.Set(k.Name, good[k.Name]); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		if reflect.DeepEqual(before, p) {
			t.Errorf("%s=%s changes nothing", k.Name, good[k.Name])
		}
		if k.Wants == "" || k.Summary == "" {
			t.Errorf("%s is not explained", k.Name)
		}
		delete(good, k.Name)
	}
	if len(good) > 0 {
		t.Errorf("no keys %v", good)
	}
	if p.Format.Rate != 48000 || p.Encoding.MP3 != 128000 || p.Head != 500*time.Millisecond || p.Mastering.Level != -19.5 || !p.PerChapter {
		t.Errorf("%+v", p)
	}
	for _, bad := range [][2]string{
		{"rate", "0"},
		{"rate", "44.1"},
		{"channels", "3"},
		{"vbr", "yes"},
		{"level", "NaN"},
		{"level", "-1e1"},
		{"level", "-5"},
		{"level", ""},
		{"head", "-1s"},
		{"head", "2m"},
		{"head", "1"},
		{"measure", "LUFS"},
		{"quality", "10"},
		{"loudness", "-16"},
	} {
		before := p
		if err := p.Set(bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), bad[0]) {
			t.Errorf("%v: %v", bad, err)
		}
		if !reflect.DeepEqual(before, p) {
			t.Errorf("%v changes the preset", bad)
		}
	}
}
