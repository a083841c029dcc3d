// Package strictyaml reads small YAML files that people write: voice profiles
// and configurations. It takes mappings of known keys, lists and plain values,
// refuses everything else, and names the place of what is wrong:
// "file:line:col: key: what is wrong".
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxFile is the largest file in bytes, unless its Kind has a Max. maxDepth is the deepest nesting of
// brackets and maxColumn the last column at which a list item or a key may
// stand: far above any file kept by hand, and low enough that no file can tire
// the YAML parser.
const (
	MaxFile   = 256 << 10
	maxDepth  = 20
	maxColumn = 2000
)

// Kind is a kind of file.
type Kind struct {
	Name  string // for messages, a word or two that go with "a": "voice profile"
	Empty bool   // a file may hold nothing
	Max   int    // the largest file in bytes; 0 is MaxFile
}

func (k Kind) max() int {
	if k.Max > 0 {
		return k.Max
	}
	return MaxFile
}

// Node is a value in a file.
type Node = ast.Node

// Field reads the value of one key.
type Field func(key string, n Node)

// Load reads a file of folder, of one that is too large as much as tells so;
// place is what messages call it.
func (k Kind) Load(folder fs.FS, file, place string) ([]byte, error) {
	info, err := fs.Stat(folder, file)
	if err == nil && !info.Mode().IsRegular() { // a pipe would block, a device never end
		return nil, fmt.Errorf("%s %s: not a regular file", k.Name, place)
	}
	var f fs.File
	if err == nil {
		f, err = folder.Open(file)
	}
	if err != nil {
		if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
			err = inner.Err // without the path as the folder sees it
		}
		return nil, fmt.Errorf("%s %s: %w", k.Name, place, err)
	}
	defer f.Close() // only read from: nothing is lost if closing fails
	data, err := io.ReadAll(io.LimitReader(f, int64(k.max())+1))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.Name, place, err)
	}
	return data, nil
}

// Decode has read walk the one document in data, and gives the first error
// that the Decoder noted; place is what messages call the file. Nothing is
// read from a file that is Empty and may be.
func (k Kind) Decode(place string, data []byte, read func(d *Decoder, root Node)) (err error) {
	if len(data) > k.max() {
		return fmt.Errorf("%s: a %s has at most %d bytes", place, k.Name, k.max())
	}
	if !utf8.Valid(data) {
		return fmt.Errorf("%s: a %s is UTF-8 text", place, k.Name)
	}
	// The parser is not ours and the file may be anything.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: unreadable YAML: %v", place, p)
		}
	}()
	d := &Decoder{kind: k, place: place}
	if root := d.parse(bytes.TrimPrefix(data, []byte("\uFEFF"))); root != nil {
		read(d, root)
	}
	return d.err
}

// Decoder walks a file's values. It keeps the first error and does nothing
// more after it.
type Decoder struct {
	kind  Kind
	place string
	err   error
}

// Failed reports whether something was wrong already.
func (d *Decoder) Failed() bool { return d.err != nil }

// Fail notes what is wrong with n, the value of key; key may be empty.
func (d *Decoder) Fail(n Node, key, format string, args ...any) {
	d.fail(n.GetToken(), key, format, args...)
}

func (d *Decoder) fail(tk *token.Token, key, format string, args ...any) {
	if d.err != nil {
		return
	}
	place := d.at(tk)
	if key != "" {
		place += ": " + key
	}
	d.err = fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...))
}

// Place is where a value stands, for messages: file, line and column.
func (d *Decoder) Place(n Node) string { return d.at(n.GetToken()) }

func (d *Decoder) at(tk *token.Token) string {
	if tk == nil || tk.Position == nil {
		return d.place
	}
	return fmt.Sprintf("%s:%d:%d", d.place, tk.Position.Line, tk.Position.Column)
}

// parse gives the root of the one document in data; nil where there is none.
func (d *Decoder) parse(data []byte) Node {
	tokens := lexer.Tokenize(string(data))
	depth := 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.AnchorType, token.AliasType, token.TagType:
			d.fail(tk, "", "anchors, aliases and tags have no place in a %s", d.kind.Name)
			return nil
		}
		if depth > maxDepth || nests(tk) && tk.Position.Column > maxColumn {
			d.fail(tk, "", "nested too deeply")
			return nil
		}
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		d.syntax(err)
		return nil
	}
	var root Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if root != nil {
			d.fail(doc.Body.GetToken(), "", "one file holds one %s", d.kind.Name)
			return nil
		}
		root = doc.Body
	}
	if root == nil && !d.kind.Empty {
		d.err = fmt.Errorf("%s: an empty %s", d.place, d.kind.Name)
	}
	return root
}

// nests reports whether a token opens a deeper level by its column.
func nests(tk *token.Token) bool {
	return tk.Type == token.SequenceEntryType || tk.Type == token.MappingKeyType || tk.Type == token.MappingValueType
}

// syntax passes on the parser's error without its picture of the source.
func (d *Decoder) syntax(err error) {
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &at) {
		d.fail(at.GetToken(), "", "%s", strings.TrimSpace(at.GetMessage()))
		return
	}
	d.fail(nil, "", "%w", err)
}

// Mapping reads each pair of the mapping n by the field of its name; the
// required ones must be there. key names n itself and is "" for the root.
func (d *Decoder) Mapping(n Node, key string, fields map[string]Field, required ...string) {
	seen := map[string]bool{}
	d.pairs(n, key, seen, func(tk *token.Token, name string, value Node) {
		read, ok := fields[name]
		if !ok {
			known := slices.Sorted(maps.Keys(fields))
			d.fail(tk, Join(key, name), "unknown key; known are %s", strings.Join(known, ", "))
			return
		}
		read(Join(key, name), value)
	})
	for _, name := range required {
		if !seen[name] {
			d.Fail(n, Join(key, name), "is missing")
		}
	}
}

// Entries reads the mapping n, whose keys are any names: a name that problem
// finds something wrong with is an error, the others are given to read.
func (d *Decoder) Entries(n Node, key string, problem func(name string) string, read func(name string, key string, n Node)) {
	d.pairs(n, key, map[string]bool{}, func(tk *token.Token, name string, value Node) {
		if what := problem(name); what != "" {
			d.fail(tk, key, "%s", what)
			return
		}
		read(name, Join(key, name), value)
	})
}

// pairs gives each pair of the mapping n to read, until the first error, and
// notes the names in seen.
func (d *Decoder) pairs(n Node, key string, seen map[string]bool, read func(tk *token.Token, name string, value Node)) {
	if d.err != nil {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.Fail(n, key, "wants keys and values, has %s", KindOf(n))
		return
	}
	for it := m.MapRange(); it.Next() && d.err == nil; {
		tk := it.Key().GetToken()
		if seen[tk.Value] {
			d.fail(tk, Join(key, tk.Value), "stands here twice")
			return
		}
		seen[tk.Value] = true
		read(tk, tk.Value, it.Value())
	}
}

// List gives each element of the list n to read; what names them in messages.
func (d *Decoder) List(n Node, key, what string, read func(n Node)) {
	if d.err != nil {
		return
	}
	list, ok := n.(ast.ArrayNode)
	if !ok {
		d.Fail(n, key, "wants a list of %s, has %s", what, KindOf(n))
		return
	}
	for it := list.ArrayRange(); it.Next() && d.err == nil; {
		read(it.Value())
	}
}

// Join is the name of a key inside another.
func Join(outer, key string) string {
	if outer == "" {
		return key
	}
	return outer + "." + key
}
