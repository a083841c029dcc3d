package epub

import (
	"cmp"
	"fmt"
	"slices"

	"narrate/internal/input/dom"
)

// survey is what the whole book must know of a content document before any of
// them is read.
type survey struct {
	title   string         // of its head
	heading string         // its first
	lang    string         // that it names for all of it
	ids     []string       // of its elements, ascending
	refs    map[int]string // keys of the notes in other files that its links refer to, by the link's number
	backs   map[int]bool   // links that lead from a note back to another file
}

// hasID reports whether an element has that id.
func (s *survey) hasID(id string) bool {
	_, found := slices.BinarySearch(s.ids, id)
	return found
}

// link is a link to another file that may refer to a note there, or lead back
// from one.
type link struct {
	member string // that it stands in
	number int    // among the links of its file
	target target
	ids    []string // by which it can be led to
	sign   bool     // its text looks like the mark of a note
	marked bool     // the markup says that it refers to a note
	likely bool     // it is set as marks of notes are
	first  bool     // it begins its block, as the number of a note does
}

// survey looks through all content documents of the reading order, and those
// that their notes are in.
func (b *book) survey() error {
	b.surveyed, b.notes = map[string]*survey{}, map[target]bool{}
	var all []link
	var failed error
	for i := 0; i < len(b.pkg.spine); i++ {
		s := b.pkg.spine[i]
		f, tree, err := b.parse(s.item)
		if err != nil {
			b.warn(b.pkg.file, s.off, "%s is left out: %v", s.href, err)
			failed = cmp.Or(failed, err)
			continue
		}
		found := look(b, f, tree)
		b.surveyed[s.member] = found.survey
		all = append(all, found.links...)
		for _, l := range found.links {
			if l.marked {
				b.follow(l.target.member)
			}
		}
	}
	if len(b.surveyed) == 0 {
		return fmt.Errorf("the book holds no text that can be read: %w", failed)
	}
	b.pair(all)
	return nil
}

// follow adds a file of notes to the files to read, should it stand outside of
// the reading order.
func (b *book) follow(member string) {
	if b.pkg.inSpine[member] {
		return
	}
	b.pkg.inSpine[member] = true
	if i := b.pkg.files[member]; i != nil && i.isContent() {
		b.pkg.spine = append(b.pkg.spine, spineItem{i, true})
	}
}

// way is from a file to a place.
type way struct {
	from string
	to   target
}

// pair decides which links refer to notes in other files: those that the markup
// marks, and those that look like marks and either are led back to from the
// file that they lead to, or are set as marks are and lead to what is there. A
// link that leads back is none.
func (b *book) pair(all []link) {
	ways := map[way]bool{}
	for _, l := range all {
		ways[way{l.member, l.target}] = true
	}
	marks := map[way]bool{} // from a file of notes to where it is referred to
	var rest []link
	for _, l := range all {
		there := b.surveyed[l.target.member]
		returned := slices.ContainsFunc(l.ids, func(id string) bool { return ways[way{l.target.member, target{l.member, id}}] })
		switch {
		case there == nil || !there.hasID(l.target.fragment):
			if l.marked {
				b.warning(fmt.Sprintf("%s/%s: a note is referred to that is not in the book: %s", b.source, l.member, l.target.key()))
			}
			continue
		case l.marked:
		case !l.sign || l.first || !l.likely && !returned || marks[way{l.member, l.target}]:
			rest = append(rest, l)
			continue
		}
		for _, id := range l.ids {
			marks[way{l.target.member, target{l.member, id}}] = true
		}
		b.surveyed[l.member].refs[l.number] = l.target.key()
		b.notes[l.target] = true
	}
	for _, l := range rest {
		if marks[way{l.member, l.target}] {
			b.surveyed[l.member].backs[l.number] = true
		}
	}
}

// key is what Flow.NoteRef calls the note there.
func (t target) key() string { return t.member + "#" + t.fragment }

// parse reads a content document into a tree.
func (b *book) parse(i *item) (*file, *dom.Tree, error) {
	f, err := b.readContent(i.member)
	if err != nil {
		return nil, nil, err
	}
	tree, err := dom.Parse(f.text, i.mediaType != "text/html", f.entities)
	return f, tree, err
}
