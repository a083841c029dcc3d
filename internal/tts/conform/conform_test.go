package conform_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/tts"
	"narrate/internal/tts/conform"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// altered is a sound backend with one thing made wrong.
type altered struct {
	tts.Backend
	info  func(*tts.Info)
	speak func(context.Context, tts.Backend, tts.Request) (tts.Clip, error)
	close func() error
}

func (a altered) Info(ctx context.Context) (tts.Info, error) {
	info, err := a.Backend.Info(ctx)
	if a.info != nil && err == nil {
		a.info(&info)
	}
	return info, err
}

func (a altered) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if a.speak == nil {
		return a.Backend.Synthesize(ctx, r)
	}
	return a.speak(ctx, a.Backend, r)
}

func (a altered) Close() error {
	if a.close == nil {
		return a.Backend.Close()
	}
	return errors.Join(a.Backend.Close(), a.close())
}

// TestFindings checks that each check finds what it is there for.
func TestFindings(t *testing.T) {
	folder := t.TempDir()
	var count atomic.Int64
	format := pcm.Format{Rate: 8000, Channels: 1}
	tone := func(frames int64) tts.Clip { return tts.Samples(format, pcmtest.Tone(format, 440, 0.5, frames), nil) }
	tests := []struct {
		name  string
		wrong altered
		fails []string // of those that are made; none makes all
	}{
		{"sound", altered{}, nil},
		{"another version each time", altered{info: func(i *tts.Info) { i.Version = fmt.Sprint(count.Add(1)) }}, []string{"info"}},
		{"voice not listed", altered{info: func(i *tts.Info) { i.Voices = i.Voices[:0] }}, []string{"info"}},
		{"nothing is spoken", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			if strings.TrimSpace(r.Text) == "" {
				return tone(8000), nil
			}
			return b.Synthesize(ctx, r)
		}}, []string{"empty"}},
		{"text is obeyed", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			r.Text, _, _ = strings.Cut(r.Text, "[[")
			return b.Synthesize(ctx, r)
		}}, []string{"hostile"}},
		{"invalid text is spoken", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			r.Text = strings.ToValidUTF8(r.Text, "?")
			return b.Synthesize(ctx, r)
		}}, []string{"unusable"}},
		{"any voice", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			r.Voice.Engine = "one"
			return b.Synthesize(ctx, r)
		}}, []string{"voice"}},
		{"rate is ignored", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			r.Voice.Rate = 0
			return b.Synthesize(ctx, r)
		}}, []string{"prosody"}},
		{"marks are lost", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			c, err := b.Synthesize(ctx, r)
			c.Marks = nil
			return c, err
		}}, []string{"clip"}},
		{"one reader for all", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			c, err := b.Synthesize(ctx, r)
			if err != nil {
				return c, err
			}
			reader, err := c.Open()
			c.Open = func() (pcm.Reader, error) { return reader, err }
			return c, err
		}}, []string{"clip"}},
		{"cut", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			if all := []rune(r.Text); len(all) > 200 {
				r.Text = string(all[:200])
			}
			return b.Synthesize(ctx, r)
		}}, []string{"longest"}},
		{"never the same", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			c, err := b.Synthesize(ctx, r)
			if err == nil {
				c = tone(c.Frames + count.Add(1))
			}
			return c, err
		}}, []string{"clip", "parallel", "repeatable"}},
		{"cannot be cancelled", altered{speak: func(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, error) {
			return b.Synthesize(context.WithoutCancel(ctx), r)
		}}, []string{"cancel"}},
		{"litters", altered{close: func() error {
			return os.WriteFile(filepath.Join(folder, "litter"), nil, 0o600)
		}}, []string{"close"}},
		{"does not close", altered{close: func() error { return os.ErrClosed }}, []string{"close"}},
		{"out of breath", altered{speak: func(context.Context, tts.Backend, tts.Request) (tts.Clip, error) {
			return tts.Clip{}, fmt.Errorf("%w: so it is", tts.ErrBroken)
		}}, []string{"empty", "hostile", "unusable", "voice", "prosody", "clip", "longest", "phonemes", "parallel", "repeatable", "cancel"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			suite := conform.Start(conform.Config{
				New: func() tts.Backend {
					b := test.wrong
					b.Backend = fake.New(fake.Options{Rate: 8000, Voices: []string{"one"}})
					return b
				},
				Voice: voices.Voice{Engine: "one"}, Repeatable: true, Folders: map[string]string{"working": folder},
			})
			for _, check := range conform.Checks {
				found := slices.Contains(test.fails, check.Name)
				// The fake is done at once, so that nothing can be cancelled in its
				// midst; its own tests have it hang for that.
				if !found && check.Name != "close" && (test.fails != nil || check.Name == "cancel") {
					continue
				}
				if r := suite.Do(t.Context(), check); (len(r.Problems) > 0) != found {
					t.Errorf("%s: %q", check.Name, r.Problems)
				}
			}
			if err := os.RemoveAll(filepath.Join(folder, "litter")); err != nil {
				t.Error(err)
			}
		})
	}
}
