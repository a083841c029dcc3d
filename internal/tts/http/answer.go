package http

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/web"
)

// pointer is a JSON pointer (RFC 6901), split at its slashes. A part "*", which
// RFC 6901 does not have, stands for all elements of a list.
type pointer []string

func parsePointer(s string) pointer {
	parts := strings.Split(s[1:], "/")
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts
}

func (p pointer) String() string {
	var s strings.Builder
	for _, part := range p {
		s.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return s.String()
}

// find gives what stands there, nil for nothing.
func (p pointer) find(v any) any {
	for i, part := range p {
		switch inside := v.(type) {
		case map[string]any:
			v = inside[part]
		case []any:
			if part == "*" {
				all := make([]any, len(inside))
				for k, element := range inside {
					all[k] = p[i+1:].find(element)
				}
				return all
			}
			at, err := strconv.Atoi(part)
			if err != nil || at < 0 || at >= len(inside) {
				return nil
			}
			v = inside[at]
		default:
			return nil
		}
	}
	return v
}

// stamp is a character or a word as the service reports it.
type stamp struct {
	text    string
	seconds float64
}

// unpack takes the sound and the word times out of an answer.
func (p *Profile) unpack(body []byte) ([]byte, []stamp, error) {
	a := &p.answer
	if a.audio == nil {
		return body, nil, nil
	}
	if len(body) == 0 {
		return nil, nil, fmt.Errorf("%w: the answer is empty", tts.ErrEmpty)
	}
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, nil, fmt.Errorf("%w: the answer is not JSON; it begins %.100q", tts.ErrBroken, body)
	}
	text, ok := a.audio.find(answer).(string)
	if !ok {
		told := ""
		if s := p.errors.words(answer); s != "" {
			told = fmt.Sprintf("; it says %q", oneLine(s))
		}
		return nil, nil, fmt.Errorf("%w: there is no text at %s in the answer%s", tts.ErrBroken, a.audio, told)
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: what stands at %s in the answer is not base64: %w", tts.ErrBroken, a.audio, err)
	}
	stamps, err := a.stamps(answer)
	return data, stamps, err
}

// stamps are the times in an answer. Where the service has none for a text, as
// some may, there are none.
func (a *answerRule) stamps(answer any) ([]stamp, error) {
	if a.marks.of == "" {
		return nil, nil
	}
	texts, starts := a.marks.texts.find(answer), a.marks.starts.find(answer)
	if texts == nil && starts == nil {
		return nil, nil
	}
	of, ok1 := texts.([]any)
	at, ok2 := starts.([]any)
	if !ok1 || !ok2 || len(of) != len(at) {
		return nil, fmt.Errorf("%w: the answer has no two lists of equal length at %s and %s", tts.ErrBroken, a.marks.texts, a.marks.starts)
	}
	all := make([]stamp, len(of))
	for i := range of {
		text, ok1 := of[i].(string)
		start, ok2 := at[i].(float64)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("%w: element %d at %s and %s in the answer is not a text and a number", tts.ErrBroken, i, a.marks.texts, a.marks.starts)
		}
		if a.marks.in == milliseconds {
			start /= 1000
		}
		all[i] = stamp{text, start}
	}
	return all, nil
}

// spoken is a text as the service gets it.
type spoken struct {
	text string
	from []int // for each byte of text, where in the request's text it is from
}

// prepare makes a text harmless: without control characters and what XML cannot
// hold, and with what the service would obey replaced.
func (p *Profile) prepare(text string) spoken {
	var s spoken
	var b strings.Builder
	add := func(at int, with string) {
		b.WriteString(with)
		s.from = append(s.from, slices.Repeat([]int{at}, len(with))...)
	}
next:
	for at := 0; at < len(text); {
		for _, r := range p.text.replace {
			if strings.HasPrefix(text[at:], r[0]) {
				add(at, r[1])
				at += len(r[0])
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsControl(r) || r == 0xfffe || r == 0xffff {
			add(at, " ")
		} else {
			add(at, text[at:at+size])
		}
		at += size
	}
	s.text = b.String()
	return s
}

// silent reports a text that has nothing to say.
func silent(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) })
}

// word is a word of a request's text: bytes [lo, hi).
type word struct{ lo, hi int }

// split gives the words of a text: what stands between white space, without the
// signs around it.
func split(text string) []word {
	var all []word
	at := 0
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		at += strings.Index(text[at:], part)
		left := strings.TrimLeftFunc(part, sign)
		lo := at + len(part) - len(left)
		if inner := strings.TrimRightFunc(left, sign); inner != "" {
			all = append(all, word{lo, lo + len(inner)})
		}
		at += len(part)
	}
	return all
}

func sign(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) }

// window is how far ahead a character or a word is looked for that is not the
// next one: services normalise texts.
const window = 12

// place gives the words of a text the times of the service's characters or
// words. What does not fit gets no mark.
func (a *answerRule) place(text string, s spoken, stamps []stamp, rate pcm.Hz, frames int64) []tts.Mark {
	var marks []tts.Mark
	mark := func(w word, start float64) {
		frame := int64(math.Round(start * float64(rate)))
		if !(start >= 0 && start < math.MaxInt32) || frame >= frames || len(marks) > 0 && frame <= marks[len(marks)-1].Frame {
			return
		}
		marks = append(marks, tts.Mark{Frame: frame, Lo: w.lo, Hi: w.hi})
	}
	all := split(text)
	if a.marks.of == words {
		at := 0
		for _, stamp := range stamps {
			for i, w := range all[at:min(at+window, len(all))] {
				if bare(text[w.lo:w.hi]) == bare(stamp.text) {
					mark(w, stamp.seconds)
					at += i + 1
					break
				}
			}
		}
		return marks
	}
	at := 0
	for _, stamp := range stamps {
		if stamp.text == "" || at >= len(s.text) {
			continue
		}
		near := s.text[at:min(at+window, len(s.text))]
		if len(stamp.text) > len(near) {
			near = s.text[at:min(at+len(stamp.text), len(s.text))]
		}
		i := strings.Index(near, stamp.text)
		if i < 0 {
			continue
		}
		lo, hi := at+i, at+i+len(stamp.text)
		at = hi
		for len(all) > 0 && all[0].lo < s.from[lo] {
			all = all[1:] // its first character was not reported
		}
		if len(all) > 0 && all[0].lo <= s.from[hi-1] {
			mark(all[0], stamp.seconds)
			all = all[1:]
		}
	}
	return marks
}

// bare is a word in small letters, its letters and digits alone.
func bare(word string) string {
	return strings.Map(func(r rune) rune {
		if sign(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, word)
}

// words are what an answer says where the profile looks for messages.
func (e *errorRule) words(answer any) string {
	if e.message == nil {
		return ""
	}
	s, _ := e.message.find(answer).(string) // "" where it is something else
	return s
}

// explain is an error of the client, as the profile knows what it means.
func (p *Profile) explain(err error) error {
	var status *web.StatusError
	if !errors.As(err, &status) {
		return err
	}
	told := *status
	var answer any
	if json.Unmarshal(status.Body, &answer) == nil {
		if s := p.errors.words(answer); s != "" {
			told.Message = oneLine(s)
		}
	}
	for _, k := range p.errors.kinds {
		if k.status == status.Status && (k.pattern == nil || k.pattern.Match(status.Body)) {
			return again(err, told.Meaning(k.is))
		}
	}
	return again(err, &told)
}

// again is an error that passes, with the time to wait that was with it, where
// trying again may help.
func again(err error, told *web.StatusError) error {
	if told.Unwrap() != nil {
		return told
	}
	var later *tts.Later
	if errors.As(err, &later) {
		return &tts.Later{Wait: later.Wait, Busy: later.Busy, Err: told}
	}
	return &tts.Later{Err: told}
}

// maxQuote is the most that is quoted of a service's message.
const maxQuote = 200

func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if r := []rune(s); len(r) > maxQuote {
		s = string(r[:maxQuote-1]) + "…"
	}
	return s
}
