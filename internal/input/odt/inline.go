package odt

import (
	"strconv"
	"strings"

	"narrate/internal/document"
	"narrate/internal/input"
)

// why gives the reason for dropping the text that comes next, or "".
func (s *story) why() string {
	switch {
	case s.reason != "":
		return s.reason
	case s.props.hidden == on:
		return "hidden"
	case s.props.struck == on:
		return "struck out"
	case s.toc:
		return "table of contents"
	}
	return ""
}

// words adds text of a paragraph; between paragraphs there is only white space.
func (s *story) words(t input.XMLToken) {
	if s.prose.In() {
		s.say(input.Piece{Text: t.Text, Off: t.Offset})
	}
}

func (s *story) say(p input.Piece) {
	why := s.why()
	p.Raised = s.props.raised
	p.Strong = s.props.bold == on && s.around.bold != on
	p.Emphasis = s.props.italic == on && s.around.italic != on
	if !s.code || why != "" || !strings.ContainsAny(p.Text, "\t\r\n") {
		s.prose.Text(p, s.props.langs.Of(p.Text, s.prose.Lang()), why)
		return
	}
	// White space is one space in code as well (section 6.1.2): what is more
	// has elements of its own.
	for i := 0; i < len(p.Text); {
		j := i
		blank := strings.IndexByte(" \t\r\n", p.Text[i]) >= 0
		for j < len(p.Text) && (strings.IndexByte(" \t\r\n", p.Text[j]) >= 0) == blank {
			j++
		}
		word := p.Text[i:j]
		if blank {
			word = " "
		}
		s.prose.Text(input.Piece{Text: word, Off: p.Off + i}, "", "")
		i = j
	}
}

// maxSpaces bounds how many spaces one element stands for.
const maxSpaces = 200

// inline reads an element that stands in a paragraph (section 6, 7); false if
// it is none that has text.
func (s *story) inline(t input.XMLToken) bool {
	switch t.Name {
	case "text:span":
		old := s.props
		s.props = s.props.over(s.styles.get("text", t.Attr("text:style-name")).text)
		s.content()
		s.props = old
		return true
	case "text:a", "draw:a":
		s.link(t)
		return true
	case "text:s":
		n := number(t.Attr("text:c"), 1, maxSpaces)
		s.prose.Space(strings.Repeat(" ", max(1, n)), t.Offset, s.why())
	case "text:tab":
		s.prose.Space("\t", t.Offset, s.why())
	case "text:line-break":
		s.prose.LineBreak(t.Offset, s.why())
	case "text:note":
		s.note(t)
		return true
	case "text:ruby":
		s.rubyOf()
		return true
	case "office:annotation":
		s.annotation()
		return true
	case "text:page-number", "text:page-count":
		s.dropping("page number")
		return true
	case "text:placeholder":
		s.dropping("placeholder")
		return true
	case "text:hidden-text":
		if t.Attr("text:is-hidden") == "true" {
			s.dropping("hidden")
		} else {
			s.content()
		}
		return true
	case "text:hidden-paragraph":
		if t.Attr("text:is-hidden") == "true" {
			s.props.hidden = on // up to the end of the paragraph
		}
	case "text:variable-set", "text:user-field-get", "text:variable-get", "text:variable-input", "text:expression":
		if t.Attr("text:display") == "none" {
			s.dropping("hidden")
		} else {
			s.content()
		}
		return true
	case "text:number":
		// The number of a list item that a program wrote out: it is counted.
	case "text:bookmark", "text:bookmark-start", "text:bookmark-end", "text:reference-mark", "text:reference-mark-start",
		"text:reference-mark-end", "text:change", "text:change-start", "text:change-end", "office:annotation-end",
		"text:toc-mark", "text:alphabetical-index-mark", "text:script", "text:meta-field-mark", "text:note-citation",
		"text:table-of-content-source", "text:index-source-styles":
	default:
		// Fields stand as what they say (section 7).
		if !strings.HasPrefix(t.Name, "text:") || !s.prose.In() {
			return false
		}
		s.content()
		return true
	}
	s.x.Skip()
	return true
}

// link reads a link (section 6.1.8); one to a place in the document is none.
func (s *story) link(t input.XMLToken) {
	to := t.Attr("xlink:href")
	if to == "" || strings.HasPrefix(to, "#") {
		s.content()
		return
	}
	s.prose.Open(document.Span{Kind: document.Link, Value: to})
	s.content()
	s.prose.Close()
}

// note reads the mark of a note (section 6.3); its text comes last.
func (s *story) note(t input.XMLToken) {
	why := s.why()
	if why == "" && s.depth >= maxDepth {
		why = "note in many others"
	}
	kind := t.Attr("text:note-class")
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "text:note-citation":
			sign, off := s.citation()
			if why != "" {
				s.prose.Text(input.Piece{Text: sign, Off: off}, "", why)
				continue
			}
			s.noteKeys++
			s.prose.NoteRef(s.key(kind), sign, off)
		case t.Name == "text:note-body" && why != "":
			in := s.newStory(s.x)
			in.reason = why
			in.read()
		case t.Name == "text:note-body":
			s.pending = append(s.pending, &note{key: s.key(kind), x: s.x.Fork(), depth: s.depth + 1})
			s.x.Skip()
		default:
			s.x.Skip()
		}
	}
}

// key names the note whose mark was read last.
func (s *story) key(kind string) string { return kind + " " + strconv.Itoa(s.noteKeys) }

// citation reads the mark of a note.
func (s *story) citation() (sign string, off int) {
	off = -1
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLText {
			if off < 0 {
				off = t.Offset
			}
			sign += t.Text
		}
	}
	return sign, max(off, 0)
}

// annotation drops a comment (section 14.1): its text, not who wrote it and
// when.
func (s *story) annotation() {
	in := s.newStory(s.x)
	if in.reason = s.reason; in.reason == "" {
		in.reason = "comment"
	}
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "text:p" || t.Name == "text:list":
			in.child(t)
		default:
			s.x.Skip()
		}
	}
}

// rubyOf reads a base text with its reading, which comes behind it (section
// 6.4).
func (s *story) rubyOf() {
	reading := ""
	if !s.ruby && s.why() == "" {
		x := s.x.Fork()
		for t, ok := x.Next(); ok; t, ok = x.Next() {
			if t.Kind == input.XMLStart && t.Name == "text:ruby-text" {
				reading = strings.TrimSpace(x.InnerText())
			}
		}
	}
	outer := s.ruby
	s.ruby = true
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "text:ruby-base" && reading != "":
			s.prose.Open(document.Span{Kind: document.Instead, Value: reading})
			s.content()
			s.prose.Close()
		case t.Name == "text:ruby-base":
			s.content()
		case s.why() != "":
			s.content()
		default:
			s.x.Skip()
		}
	}
	s.ruby = outer
}
