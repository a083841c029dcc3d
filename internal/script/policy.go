package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Treatment says what becomes of an element of the article. What each does to
// each element is in docs/spoken.md.
type Treatment string

// The treatments.
const (
	TreatRead     Treatment = "read"
	TreatSkip     Treatment = "skip"
	TreatAnnounce Treatment = "announce"
	TreatInline   Treatment = "inline" // a note, after the sentence that refers to it
	TreatEnd      Treatment = "end"    // a note, at the end of its section
	TreatCells    Treatment = "cells"  // a table, without the headings of its columns
)

// Policy says what becomes of the elements that are not plain text. An empty
// field stands for what DefaultPolicy has.
type Policy struct {
	Code, Tables, Images, Footnotes, Links, Quotes, Asides, Emoji Treatment
}

// DefaultPolicy reads what a listener can follow, announces what only the eye
// can, and leaves out addresses and notes.
func DefaultPolicy() Policy {
	return Policy{
		Code: TreatAnnounce, Tables: TreatRead, Images: TreatAnnounce, Footnotes: TreatSkip,
		Links: TreatSkip, Quotes: TreatRead, Asides: TreatRead, Emoji: TreatRead,
	}
}

// AloudPolicy is how people read an article to others: they say neither what the
// eye alone takes in nor what nobody wrote.
func AloudPolicy() Policy {
	p := DefaultPolicy()
	p.Code, p.Tables, p.Images, p.Emoji = TreatSkip, TreatCells, TreatSkip, TreatSkip
	return p
}

// filled gives the policy without empty fields.
func (p Policy) filled() Policy {
	usual := DefaultPolicy()
	defaults := usual.elements()
	for i, e := range p.elements() {
		if *e.value == "" {
			*e.value = *defaults[i].value
		}
	}
	return p
}

// element is a field of a Policy by the name that users give it.
type element struct {
	name    string
	value   *Treatment
	allowed []Treatment
}

func (p *Policy) elements() []element {
	usual := []Treatment{TreatRead, TreatSkip, TreatAnnounce}
	return []element{
		{"code", &p.Code, usual},
		{"tables", &p.Tables, []Treatment{TreatRead, TreatCells, TreatSkip, TreatAnnounce}},
		{"images", &p.Images, usual},
		{"footnotes", &p.Footnotes, []Treatment{TreatSkip, TreatInline, TreatEnd, TreatAnnounce}},
		{"links", &p.Links, usual},
		{"quotes", &p.Quotes, usual},
		{"asides", &p.Asides, usual},
		{"emoji", &p.Emoji, []Treatment{TreatRead, TreatSkip}},
	}
}

// Elements names the elements of a Policy, in the order of documents, each with
// the treatments that it can have.
func Elements() (names []string, treatments map[string][]Treatment) {
	treatments = map[string][]Treatment{}
	for _, e := range (&Policy{}).elements() {
		names = append(names, e.name)
		treatments[e.name] = e.allowed
	}
	return names, treatments
}

// Treatments gives the treatments of all elements by their names.
func (p Policy) Treatments() map[string]Treatment {
	all := map[string]Treatment{}
	for _, e := range p.elements() {
		all[e.name] = *e.value
	}
	return all
}

// Set gives an element its treatment. The error says what there is to choose
// from.
func (p *Policy) Set(name, treatment string) error {
	all := p.elements()
	i := slices.IndexFunc(all, func(e element) bool { return e.name == name })
	if i < 0 {
		names, _ := Elements()
		return fmt.Errorf("there is no element %q; there are %s", name, strings.Join(names, ", "))
	}
	if !slices.Contains(all[i].allowed, Treatment(treatment)) {
		return fmt.Errorf("%s: %q is none of %s", name, treatment, list(all[i].allowed))
	}
	*all[i].value = Treatment(treatment)
	return nil
}

func list(all []Treatment) string {
	var names []string
	for _, t := range all {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Range is chapters First to Last, counted from 1, both included.
type Range struct{ First, Last int }

// InRanges reports whether a chapter's number is in a selection.
func InRanges(ranges []Range, number int) bool { return Meets(ranges, number, number) }

// Meets reports whether one of the chapters first to last is in a selection.
func Meets(ranges []Range, first, last int) bool {
	return slices.ContainsFunc(ranges, func(r Range) bool { return r.First <= last && first <= r.Last })
}

// FormatRanges writes a selection as ParseRanges reads it.
func FormatRanges(ranges []Range) string {
	var parts []string
	for _, r := range ranges {
		switch {
		case r.First == r.Last:
			parts = append(parts, strconv.Itoa(r.First))
		case r.Last >= maxRange:
			parts = append(parts, strconv.Itoa(r.First)+"-")
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", r.First, r.Last))
		}
	}
	return strings.Join(parts, ",")
}

// maxRange is the highest number of a chapter that is accepted.
const maxRange = 1 << 20

// ParseRanges reads a selection of chapters such as "2-5,7" or "3-" (to the
// last one).
func ParseRanges(s string) ([]Range, error) {
	var ranges []Range
	for _, part := range strings.Split(s, ",") {
		first, last, through := strings.Cut(strings.TrimSpace(part), "-")
		number := func(s string, missing int) (int, error) {
			if s = strings.TrimSpace(s); s == "" && missing > 0 {
				return missing, nil
			}
			n, err := strconv.Atoi(s)
			if err != nil || n < 1 || n > maxRange {
				return 0, fmt.Errorf("%q is not a selection of chapters such as 2-5,7", part)
			}
			return n, nil
		}
		missing := 0
		if through {
			missing = maxRange
		}
		r := Range{}
		var err error
		if r.First, err = number(first, 0); err != nil {
			return nil, err
		}
		if r.Last = r.First; through {
			if r.Last, err = number(last, missing); err != nil {
				return nil, err
			}
		}
		if r.Last < r.First {
			return nil, fmt.Errorf("%q: the last chapter comes before the first", part)
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

// rangesText writes a selection as ParseRanges reads it.
func rangesText(ranges []Range) string {
	var parts []string
	for _, r := range ranges {
		switch r.Last {
		case r.First:
			parts = append(parts, strconv.Itoa(r.First))
		case maxRange:
			parts = append(parts, strconv.Itoa(r.First)+"-")
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", r.First, r.Last))
		}
	}
	return strings.Join(parts, ",")
}
