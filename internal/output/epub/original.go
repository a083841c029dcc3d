package epub

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"narrate/internal/archive"
)

// signaturesName is where the signatures of a book are (EPUB 3.3, section
// 4.2.6.3.6), which hold only for the files that were signed.
const signaturesName = "META-INF/signatures.xml"

// original is the book that the article came as.
type original struct {
	archive *archive.Archive
	members map[string]bool
	name    string         // of the package document
	pkg     *markup        // that
	items   map[string]int // content documents: their item elements, by member
	texts   []string       // their members, in reading order and then by name
	spine   int            // how many of texts are in the reading order
	added   string         // the folder of what is added, which no member is in
	class   string         // what the book calls what is heard; "" where it does not say
	style   []byte         // what shows that; nil where the book's own styles do
}

var (
	errForeign = errors.New("is no EPUB")
	errSpoken  = errors.New("is read aloud already: it has media overlays")
)

const (
	xhtmlType = "application/xhtml+xml"
	smilType  = "application/smil+xml"
)

// activeProperty names the class of what is heard (EPUB 3.3, section D.4.1).
const activeProperty = "media:active-class"

// openOriginal reads the package document of a book to which overlays can be
// added. Its errors go on after "the book itself".
func openOriginal(data []byte) (*original, error) {
	if !archive.IsZip(data) {
		return nil, errForeign
	}
	a, err := archive.Open(data)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", err)
	}
	o := &original{archive: a, members: map[string]bool{}, items: map[string]int{}}
	for _, name := range a.Names() {
		o.members[name] = true
	}
	if !o.members[containerName] {
		return nil, errForeign
	}
	container, err := o.markup(containerName)
	if err != nil {
		return nil, err
	}
	if i := container.first("rootfile"); i >= 0 {
		o.name = path.Clean(container.nodes[i].attr("", "full-path"))
	}
	if !o.members[o.name] {
		return nil, fmt.Errorf("names no package document in %s", containerName)
	}
	if o.pkg, err = o.markup(o.name); err != nil {
		return nil, err
	}
	return o, o.readPackage()
}

// markup reads a member.
func (o *original) markup(name string) (*markup, error) {
	data, err := o.archive.Read(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	m, err := parseMarkup(data)
	if err != nil {
		return nil, fmt.Errorf("holds %s, which %w", name, err)
	}
	return m, nil
}

func (o *original) readPackage() error {
	p := o.pkg
	root, metadata, manifest := p.first("package"), p.first("metadata"), p.first("manifest")
	if root < 0 || metadata < 0 || manifest < 0 || !p.hasEndTag(metadata) || !p.hasEndTag(manifest) {
		return fmt.Errorf("has no metadata or no manifest in %s", o.name)
	}
	if version := p.nodes[root].attr("", "version"); !strings.HasPrefix(version, "3.") {
		return fmt.Errorf("is EPUB %.20s, and only EPUB 3 has overlays", version)
	}
	for _, n := range p.all(metadata, "meta") {
		switch property := p.nodes[n].attr("", "property"); {
		case property == activeProperty:
			o.class = strings.TrimSpace(p.inner(n))
		case property != "media:playback-active-class" && strings.HasPrefix(property, "media:"):
			return errSpoken
		}
	}
	byID := map[string]string{}
	for _, n := range p.all(manifest, "item") {
		item := &p.nodes[n]
		if item.attr("", "media-overlay") != "" || item.attr("", "media-type") == smilType {
			return errSpoken
		}
		name, ok := o.resolve(item.attr("", "href"))
		if _, taken := o.items[name]; !ok || taken || item.attr("", "media-type") != xhtmlType {
			continue
		}
		o.items[name] = n
		byID[item.attr("", "id")] = name
	}
	seen := map[string]bool{}
	for _, n := range p.all(root, "itemref") {
		if name := byID[p.nodes[n].attr("", "idref")]; name != "" && !seen[name] {
			seen[name] = true
			o.texts = append(o.texts, name)
		}
	}
	o.spine = len(o.texts)
	for _, name := range slices.Sorted(maps.Keys(o.items)) {
		if !seen[name] {
			o.texts = append(o.texts, name)
		}
	}
	if err := o.findStyle(); err != nil {
		return err
	}
	folder := path.Dir(o.name) + "/"
	if folder == "./" {
		folder = ""
	}
	o.added = folder + free(func(yield func(string) bool) {
		for name := range o.members {
			if inside, ok := strings.CutPrefix(name, folder); ok && !yield(inside) {
				return
			}
		}
	}) + "/"
	return nil
}

// className is a class as a style sheet can name it without escapes.
var className = regexp.MustCompile(`^-?[A-Za-z_][A-Za-z0-9_-]*$`)

// findStyle finds what shows what is heard. A class that the book has styles for
// looks as they say.
func (o *original) findStyle() error {
	if o.style = activeStyle; o.class == "" {
		return nil
	}
	if !className.MatchString(o.class) {
		o.style = nil // it is no name that we could tell from the styles
		return nil
	}
	for _, name := range o.archive.Names() {
		if _, text := o.items[name]; !text && !strings.EqualFold(path.Ext(name), ".css") {
			continue
		}
		data, err := o.archive.Read(name)
		if err != nil {
			return fmt.Errorf("cannot be read: %w", err)
		}
		if bytes.Contains(data, []byte("."+o.class)) {
			o.style = nil
			return nil
		}
	}
	o.style = bytes.ReplaceAll(activeStyle, []byte("."+activeClass), []byte("."+o.class))
	return nil
}

// resolve gives the member that an address of the package document leads to.
func (o *original) resolve(href string) (string, bool) {
	href, _, _ = strings.Cut(href, "#")
	plain, err := url.PathUnescape(href)
	if err != nil || strings.HasPrefix(plain, "/") {
		return "", false
	}
	name := path.Join(path.Dir(o.name), plain)
	return name, o.members[name]
}

// relative is the address of a member as another one has it.
func relative(from, to string) string {
	dir, names := strings.Split(from, "/"), strings.Split(to, "/")
	for len(dir) > 1 && len(names) > 1 && dir[0] == names[0] {
		dir, names = dir[1:], names[1:]
	}
	var b strings.Builder
	for range dir[1:] {
		b.WriteString("../")
	}
	if b.Len() == 0 && strings.Contains(names[0], ":") {
		b.WriteString("./") // or it would be taken for a scheme
	}
	for i, name := range names {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(url.PathEscape(name))
	}
	return b.String()
}

// Keeps implements output.Keeper: it keeps books that are EPUB 3, well-formed
// and not read aloud already.
func (Format) Keeps(data []byte) (keeps bool, notes []string) {
	o, err := openOriginal(data)
	if errors.Is(err, errForeign) {
		return false, nil
	}
	if err == nil {
		for _, name := range o.texts[:o.spine] {
			if _, err = o.markup(name); err != nil {
				break
			}
		}
	}
	if err != nil {
		return false, []string{fmt.Sprintf("the EPUB is made anew of its text, as the book itself %v", err)}
	}
	if o.members[signaturesName] {
		notes = append(notes, "the EPUB is without "+signaturesName+", as signatures do not hold for a book that is added to")
	}
	return true, notes
}
