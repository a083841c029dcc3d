package caption

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/output"
)

// MaxFile is how large a file Lint reads, in bytes.
const MaxFile = 64 << 20

// arrow stands between the times of a caption, in SubRip and WebVTT.
const arrow = "-->"

// Lint reads a SubRip or WebVTT file, tolerant of what is wrong with it, and
// tells each fault with its line: those of its syntax, and where it breaks the
// rules. An error says that it is no such file at all.
func Lint(data []byte, rules output.Captions) ([]Fault, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("captions of %d bytes; at most %d are read", len(data), MaxFile)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("captions in UTF-16; convert the file to UTF-8")
	}
	if !textual(data) {
		return nil, errors.New("neither SubRip nor WebVTT: the file is no text in UTF-8")
	}
	text := strings.TrimPrefix(string(data), "\uFEFF")
	l := &linter{lines: splitLines(text), meter: meter{rules: rules}}
	l.vtt = strings.HasPrefix(text, "WEBVTT")
	if !l.vtt && !strings.Contains(text, arrow) {
		return nil, errors.New("neither SubRip nor WebVTT: there is no line with times")
	}
	l.encoding()
	at := 0
	if l.vtt {
		at = l.header()
	}
	l.blocks(at)
	slices.SortStableFunc(l.faults, func(a, b Fault) int { return a.Line - b.Line })
	return l.faults, nil
}

// textual reports that data may be text in UTF-8, with damaged letters here and
// there: there is no NUL, and no more than a quarter is damaged, of which binary
// data have half.
func textual(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		return false
	}
	all, damaged := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if all++; r == utf8.RuneError && n == 1 {
			damaged++
		}
		data = data[n:]
	}
	return damaged <= all/4
}

// splitLines divides at CR LF, LF and CR.
func splitLines(text string) []string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.Split(text, "\n")
}

type linter struct {
	lines  []string
	vtt    bool
	meter  meter
	faults []Fault

	cue        int // counted
	number     int // as written, of the last caption
	start, end int64
	last       int64 // where the caption before begins
	latest     int64 // the last end of all before
	widths     []int
}

// fault notes a fault at the line with that index.
func (l *linter) fault(kind Kind, line int, format string, args ...any) {
	l.faults = append(l.faults, Fault{Kind: kind, Cue: l.cue, Line: line + 1, Start: l.start, Message: fmt.Sprintf(format, args...)})
}

func (l *linter) encoding() {
	for i, line := range l.lines {
		switch {
		case !utf8.ValidString(line):
			l.fault(Encoding, i, "bytes that are not UTF-8")
		case strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }):
			l.fault(Encoding, i, "control characters")
		}
	}
}

// header reads WebVTT's first lines, up to the first empty one (section 4.1).
func (l *linter) header() int {
	if rest := l.lines[0][len("WEBVTT"):]; rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		l.fault(Syntax, 0, "WEBVTT must be followed by a space or the line's end")
	}
	i := 1
	for i < len(l.lines) && l.lines[i] != "" && !strings.Contains(l.lines[i], arrow) {
		l.fault(Syntax, i, "the line below WEBVTT must be empty")
		i++
	}
	if i < len(l.lines) && l.lines[i] != "" {
		l.fault(Syntax, i, "an empty line must stand between WEBVTT and the first caption")
	}
	return i
}

// blocks reads what empty lines part.
func (l *linter) blocks(i int) {
	for i < len(l.lines) {
		if blank(l.lines[i]) {
			i++
			continue
		}
		end := i
		for end < len(l.lines) && !blank(l.lines[end]) {
			// A caption that no empty line parts from the one before.
			if end > i && strings.Contains(l.lines[end], arrow) && l.hasTimes(i, end) {
				if !l.vtt && allDigits(l.lines[end-1]) {
					end--
				}
				l.fault(Syntax, end, "an empty line must stand before the next caption")
				break
			}
			end++
		}
		l.block(i, end)
		i = end
	}
}

// hasTimes reports that one of the lines [i, end) has times.
func (l *linter) hasTimes(i, end int) bool {
	for ; i < end; i++ {
		if strings.Contains(l.lines[i], arrow) {
			return true
		}
	}
	return false
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

func allDigits(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// block reads the lines [i, end).
func (l *linter) block(i, end int) {
	at := i
	for at < end && at < i+2 && !strings.Contains(l.lines[at], arrow) {
		at++
	}
	if at == end || at == i+2 {
		if l.vtt && l.special(i, end) {
			return
		}
		l.fault(Syntax, i, "text that belongs to no caption: a line with times is missing")
		return
	}
	l.cue++
	l.identifier(i, at)
	if !l.times(at) {
		return
	}
	l.text(at, end)
}

// special reports WebVTT's blocks that are no captions.
func (l *linter) special(i, end int) bool {
	word, _, _ := strings.Cut(strings.ReplaceAll(l.lines[i], "\t", " "), " ")
	switch word {
	case "NOTE":
		return true
	case "STYLE", "REGION":
		if l.cue > 0 {
			l.fault(Syntax, i, "%s must stand before the first caption", word)
		}
		return true
	}
	return false
}

// identifier checks the number before the times at line at.
func (l *linter) identifier(i, at int) {
	if l.vtt {
		return // any, or none
	}
	if i == at {
		l.fault(Number, at, "the caption has no number")
		l.number++
		return
	}
	line := strings.TrimSpace(l.lines[i])
	n, err := strconv.Atoi(line)
	switch {
	case err != nil || !allDigits(line):
		l.fault(Number, i, "%q is no number", clip(line))
		l.number++
		return
	case n != l.number+1:
		l.fault(Number, i, "number %d, not %d", n, l.number+1)
	}
	l.number = n
}

// clip shortens what is quoted in a message.
func clip(s string) string {
	const most = 40
	for i := range s {
		if i >= most {
			return s[:i] + "…"
		}
	}
	return s
}

var (
	looseTimes = regexp.MustCompile(`^\s*(?:(\d{1,6})\s*:\s*)?(\d{1,4})\s*:\s*(\d{1,4})\s*(?:[.,]\s*(\d{1,9}))?\s*-->\s*(?:(\d{1,6})\s*:\s*)?(\d{1,4})\s*:\s*(\d{1,4})\s*(?:[.,]\s*(\d{1,9}))?(.*)$`)
	exactSRT   = regexp.MustCompile(`^\d{2,}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,}:[0-5]\d:[0-5]\d,\d{3}(\s+X1:\d+\s+X2:\d+\s+Y1:\d+\s+Y2:\d+)?\s*$`)
	exactVTT   = regexp.MustCompile(`^\s*(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}[ \t]+-->[ \t]+(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}([ \t].*)?$`)
	setting    = regexp.MustCompile(`^(?:vertical:(?:rl|lr)|line:(?:-?\d+|\d+(?:\.\d+)?%)(?:,(?:start|center|end))?|position:\d+(?:\.\d+)?%(?:,(?:line-left|center|line-right))?|size:\d+(?:\.\d+)?%|align:(?:start|center|end|left|right)|region:[^ \t]+)$`)
)

// times reads the line with times; false if there are none to be had.
func (l *linter) times(at int) bool {
	line := l.lines[at]
	p := looseTimes.FindStringSubmatch(line)
	if p == nil {
		l.fault(Time, at, "%q are no times", clip(line))
		return false
	}
	l.start, l.end = clockOf(p[1:5]), clockOf(p[5:9])
	switch {
	case l.vtt && !exactVTT.MatchString(line):
		l.fault(Time, at, "times must be written as 00:01.000 --> 00:02.000 or 00:00:01.000 --> 00:00:02.000")
	case !l.vtt && !exactSRT.MatchString(line):
		l.fault(Time, at, "times must be written as 00:00:01,000 --> 00:00:02,000")
	case l.vtt:
		for _, s := range strings.Fields(p[9]) {
			if !setting.MatchString(s) {
				l.fault(Markup, at, "%q is no setting of a caption", clip(s))
			}
		}
	}
	switch {
	case l.end <= l.start:
		l.fault(Disorder, at, "ends at %s, no later than it begins", Clock(l.end, '.'))
	case l.cue > 1 && l.start < l.last:
		l.fault(Disorder, at, "begins before the caption before begins, at %s", Clock(l.last, '.'))
	case l.cue > 1 && l.start < l.latest:
		l.fault(Overlap, at, "begins %s before the caption before ends", seconds(l.latest-l.start))
	}
	return true
}

// clockOf reads hours, minutes, seconds and a fraction as milliseconds.
func clockOf(p []string) int64 {
	var v [3]int64
	for i := range v {
		v[i], _ = strconv.ParseInt(p[i], 10, 64) // digits, few enough, or none
	}
	fraction := (p[3] + "000")[:3]
	ms, _ := strconv.ParseInt(fraction, 10, 64)
	return v[0]*3_600_000 + v[1]*60_000 + v[2]*1000 + ms
}

// text checks the lines below the times at line at.
func (l *linter) text(at, end int) {
	text := l.lines[at+1 : end]
	var shown []string
	if l.vtt {
		shown = l.vttText(text, at+1)
	} else {
		shown = l.srtText(text, at+1)
	}
	l.widths = l.widths[:0]
	seen := false
	for _, line := range shown {
		line = strings.TrimSpace(line)
		l.widths = append(l.widths, Columns(line))
		seen = seen || line != ""
	}
	if !seen {
		l.fault(Empty, at, "the caption has no text")
	}
	l.meter.measure(l.start, l.end, l.widths, func(kind Kind, line int, message string) {
		if line > 0 {
			message = "the line has " + message
		}
		l.fault(kind, at+line, "%s", message)
	})
	l.last, l.latest = l.start, max(l.latest, l.end)
}

var (
	srtTag = regexp.MustCompile(`(?i)<(/?)\s*(i|b|u|s|font)(?:\s[^<>]*)?>`)
	srtPut = regexp.MustCompile(`\{\\[^{}]*\}`)
)

// srtText takes the tags that players know off the lines; the first one is the
// line with index first.
func (l *linter) srtText(lines []string, first int) []string {
	var open []string
	openAt := first
	shown := make([]string, len(lines))
	for i, line := range lines {
		for _, tag := range srtTag.FindAllStringSubmatch(line, -1) {
			name := strings.ToLower(tag[2])
			switch {
			case tag[1] == "":
				open, openAt = append(open, name), first+i
			case len(open) == 0 || open[len(open)-1] != name:
				l.fault(Markup, first+i, "</%s> closes nothing", name)
			default:
				open = open[:len(open)-1]
			}
		}
		if strings.Contains(line, arrow) {
			l.fault(Markup, first+i, "%s inside the text", arrow)
		}
		shown[i] = srtPut.ReplaceAllString(srtTag.ReplaceAllString(line, ""), "")
	}
	for _, name := range open {
		l.fault(Markup, openAt, "<%s> is not closed", name)
	}
	return shown
}

var (
	vttTag   = regexp.MustCompile(`^(/?)(c|i|b|u|ruby|rt|v|lang)((?:\.[^\s.<>&]+)*)(?:[ \t]([^<>]*))?$`)
	vttStamp = regexp.MustCompile(`^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})$`)
	entity   = regexp.MustCompile(`^&(?:amp|lt|gt|nbsp|lrm|rlm|#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)
)

// vttText checks cue text (section 4.2.2) and gives what is seen of it.
func (l *linter) vttText(lines []string, first int) []string {
	var open []string
	openAt, stamp := first, l.start
	shown := make([]string, len(lines))
	for i, line := range lines {
		at := first + i
		if strings.Contains(line, arrow) {
			l.fault(Markup, at, "%s inside the text", arrow)
		}
		var b strings.Builder
		for line != "" {
			n := strings.IndexAny(line, "<&")
			if n < 0 {
				b.WriteString(line)
				break
			}
			b.WriteString(line[:n])
			line = line[n:]
			if line[0] == '&' {
				name := entity.FindString(line)
				if name == "" {
					l.fault(Markup, at, "& must be written as &amp;")
					name = "&"
				}
				b.WriteString(html.UnescapeString(name))
				line = line[len(name):]
				continue
			}
			n = strings.IndexByte(line, '>')
			if n < 0 {
				l.fault(Markup, at, "< must be written as &lt;, or a tag is not ended")
				break
			}
			open, openAt, stamp = l.vttMark(line[1:n], at, open, openAt, stamp)
			line = line[n+1:]
		}
		shown[i] = b.String()
	}
	if len(open) == 1 && open[0] == "v" {
		open = nil // a voice may go on to the end (section 4.2.2)
	}
	for _, name := range open {
		l.fault(Markup, openAt, "<%s> is not closed", name)
	}
	return shown
}

// vttMark checks what stands between < and >.
func (l *linter) vttMark(mark string, at int, open []string, openAt int, stamp int64) ([]string, int, int64) {
	if p := vttStamp.FindStringSubmatch(mark); p != nil {
		ms := clockOf(p[1:5])
		if ms <= stamp || ms >= l.end {
			l.fault(Markup, at, "<%s> must lie inside the caption and after the time before", mark)
		}
		return open, openAt, max(stamp, ms)
	}
	p := vttTag.FindStringSubmatch(mark)
	if p == nil {
		l.fault(Markup, at, "<%s> is no tag of WebVTT", clip(mark))
		return open, openAt, stamp
	}
	name := p[2]
	switch {
	case p[1] == "":
		if (name == "v" || name == "lang") && strings.TrimSpace(p[4]) == "" {
			l.fault(Markup, at, "<%s> needs a name after it", name)
		}
		return append(open, name), at, stamp
	case len(open) == 0 || open[len(open)-1] != name && !(name == "ruby" && open[len(open)-1] == "rt"):
		l.fault(Markup, at, "</%s> closes nothing", name)
		return open, openAt, stamp
	case open[len(open)-1] != name: // a ruby's end ends its text too
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		open = open[:len(open)-1]
	}
	return open, openAt, stamp
}
