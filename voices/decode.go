package voices

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"golang.org/x/text/language"
)

// maxFile is the largest profile file in bytes, maxDepth the deepest nesting
// of brackets in one and maxColumn the last column at which a list item or a
// key may stand: far above any lexicon kept by hand, and low enough that no
// file can tire the YAML parser.
const (
	maxFile   = 256 << 10
	maxDepth  = 20
	maxColumn = 2000
)

// LoadFile reads one profile.
func LoadFile(file string) (*Voice, error) {
	return load(os.DirFS(filepath.Dir(file)), filepath.Base(file), file)
}

// load reads the profile in a file of folder; place is what messages call it.
func load(folder fs.FS, file, place string) (*Voice, error) {
	info, err := fs.Stat(folder, file)
	if err == nil && !info.Mode().IsRegular() { // a pipe would block, a device never end
		return nil, fmt.Errorf("voice profile %s: not a regular file", place)
	}
	var f fs.File
	if err == nil {
		f, err = folder.Open(file)
	}
	if err != nil {
		if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
			err = inner.Err // without the path as the folder sees it
		}
		return nil, fmt.Errorf("voice profile %s: %w", place, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("voice profile %s: %w", place, err)
	}
	return decode(place, data)
}

// decode reads the profile in data; file names it in errors, which have the
// form "file:line:col: key: what is wrong".
func decode(file string, data []byte) (v *Voice, err error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: a voice profile has at most %d bytes", file, maxFile)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: a voice profile is UTF-8 text", file)
	}
	// The parser is not ours and the file may be anything.
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, fmt.Errorf("%s: unreadable YAML: %v", file, p)
		}
	}()
	d := &decoder{file: file}
	root := d.parse(bytes.TrimPrefix(data, []byte("\uFEFF")))
	voice := Default()
	d.profile(root, &voice)
	if d.err != nil {
		return nil, d.err
	}
	return &voice, nil
}

// decoder walks a syntax tree. It keeps the first error and does nothing more
// after it.
type decoder struct {
	file string
	err  error
}

// fail notes what is wrong with the value of key at tk; key may be empty.
func (d *decoder) fail(tk *token.Token, key, format string, args ...any) {
	if d.err != nil {
		return
	}
	place := d.file
	if tk != nil && tk.Position != nil {
		place = fmt.Sprintf("%s:%d:%d", d.file, tk.Position.Line, tk.Position.Column)
	}
	if key != "" {
		place += ": " + key
	}
	d.err = fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...))
}

// parse gives the root of the one document in data.
func (d *decoder) parse(data []byte) ast.Node {
	tokens := lexer.Tokenize(string(data))
	depth := 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.AnchorType, token.AliasType, token.TagType:
			d.fail(tk, "", "anchors, aliases and tags have no place in a voice profile")
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
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if root != nil {
			d.fail(doc.Body.GetToken(), "", "one file holds one voice profile")
			return nil
		}
		root = doc.Body
	}
	if root == nil {
		d.err = fmt.Errorf("%s: an empty voice profile", d.file)
	}
	return root
}

// nests reports whether a token opens a deeper level by its column.
func nests(tk *token.Token) bool {
	return tk.Type == token.SequenceEntryType || tk.Type == token.MappingKeyType || tk.Type == token.MappingValueType
}

// syntax passes on the parser's error without its picture of the source.
func (d *decoder) syntax(err error) {
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

// field reads the value of one key.
type field func(key string, n ast.Node)

// mapping reads each pair of the mapping n by the field of its name; the
// required ones must be there.
func (d *decoder) mapping(n ast.Node, key string, fields map[string]field, required ...string) {
	if d.err != nil {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(n.GetToken(), key, "wants keys and values, has %s", kindOf(n))
		return
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next() && d.err == nil; {
		k := it.Key()
		tk := k.GetToken()
		name := tk.Value
		read, ok := fields[name]
		switch {
		case !ok:
			d.fail(tk, join(key, name), "unknown key; known are %s", strings.Join(names(fields), ", "))
		case seen[name]:
			d.fail(tk, join(key, name), "stands here twice")
		default:
			seen[name] = true
			read(join(key, name), it.Value())
		}
	}
	for _, name := range required {
		if !seen[name] {
			d.fail(n.GetToken(), join(key, name), "is missing")
		}
	}
}

func join(outer, key string) string {
	if outer == "" {
		return key
	}
	return outer + "." + key
}

func names(fields map[string]field) []string {
	return slices.Sorted(maps.Keys(fields))
}

// kindOf names a value for messages.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "keys and values"
	case ast.ArrayNode:
		return "a list"
	}
	switch n.Type() {
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.IntegerType, ast.FloatType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	case ast.NullType:
		return "nothing"
	}
	return "something else"
}

func (d *decoder) profile(n ast.Node, v *Voice) {
	d.mapping(n, "", map[string]field{
		"name":        d.text(&v.Name, nameProblem),
		"description": d.text(&v.Description, textProblem),
		"backend":     d.text(&v.Backend, backendProblem),
		"language":    d.text(&v.Language, languageProblem),
		"voice":       d.text(&v.Engine, engineProblem),
		"rate":        d.number(&v.Rate, minRate, maxRate),
		"pitch":       d.number(&v.Pitch, minPitch, maxPitch),
		"volume":      d.number(&v.Volume, minVolume, maxVolume),
		"pauses": func(key string, n ast.Node) {
			d.mapping(n, key, map[string]field{
				"clause":         d.pause(&v.Pauses.Clause),
				"sentence":       d.pause(&v.Pauses.Sentence),
				"paragraph":      d.pause(&v.Pauses.Paragraph),
				"before-heading": d.pause(&v.Pauses.BeforeHeading),
				"after-heading":  d.pause(&v.Pauses.AfterHeading),
				"chapter":        d.pause(&v.Pauses.Chapter),
			})
		},
		"lexicon":   func(key string, n ast.Node) { d.lexicon(key, n, &v.Lexicon) },
		"normalize": d.truth(&v.Normalize),
	}, "name", "backend", "language", "voice")
}

// text reads a string that problem finds nothing wrong with.
func (d *decoder) text(dst *string, problem func(string) string) field {
	return func(key string, n ast.Node) {
		var s string
		switch n := n.(type) {
		case *ast.StringNode:
			s = n.Value
		case *ast.LiteralNode:
			s = strings.TrimSuffix(n.Value.Value, "\n")
		default:
			d.fail(n.GetToken(), key, "wants text, has %s; put it in quotation marks if it is text", kindOf(n))
			return
		}
		if what := problem(s); what != "" {
			d.fail(n.GetToken(), key, "%s", what)
			return
		}
		*dst = s
	}
}

// truth reads true or false.
func (d *decoder) truth(dst *bool) field {
	return func(key string, n ast.Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.fail(n.GetToken(), key, "wants true or false, has %s", kindOf(n))
			return
		}
		*dst = b.Value
	}
}

// number reads a number within [lo, hi].
func (d *decoder) number(dst *float64, lo, hi float64) field {
	return func(key string, n ast.Node) {
		var f float64
		switch n := n.(type) {
		case *ast.FloatNode:
			f = n.Value
		case *ast.IntegerNode:
			switch i := n.Value.(type) {
			case int64:
				f = float64(i)
			case uint64:
				f = float64(i)
			default:
				d.fail(n.GetToken(), key, "%s is not a number", n.GetToken().Value)
				return
			}
		default:
			d.fail(n.GetToken(), key, "wants a number, has %s", kindOf(n))
			return
		}
		if !(f >= lo && f <= hi) {
			d.fail(n.GetToken(), key, "%v is not between %v and %v", f, lo, hi)
			return
		}
		*dst = f
	}
}

// pauseForm is a decimal number with its unit; docs/voice.schema.json has the
// same one.
var pauseForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s)$`)

// pause reads "350ms" or "1.2s".
func (d *decoder) pause(dst *time.Duration) field {
	return func(key string, n ast.Node) {
		s, ok := n.(*ast.StringNode)
		if !ok || !pauseForm.MatchString(s.Value) {
			d.fail(n.GetToken(), key, "%q is not a pause such as 350ms or 1.2s", n.GetToken().Value)
			return
		}
		pause, err := time.ParseDuration(s.Value)
		if err != nil {
			d.fail(n.GetToken(), key, "%w", err)
			return
		}
		if pause > maxPause {
			d.fail(n.GetToken(), key, "%s is longer than %s", s.Value, maxPause)
			return
		}
		*dst = pause
	}
}

func (d *decoder) lexicon(key string, n ast.Node, dst *[]Entry) {
	list, ok := n.(ast.ArrayNode)
	if !ok {
		d.fail(n.GetToken(), key, "wants a list of entries, has %s", kindOf(n))
		return
	}
	seen := map[string]bool{}
	for it := list.ArrayRange(); it.Next() && d.err == nil; {
		var e Entry
		d.mapping(it.Value(), key, map[string]field{
			"word": d.text(&e.Word, entryProblem),
			"say":  d.text(&e.Say, entryProblem),
		}, "word", "say")
		if seen[e.Word] {
			d.fail(it.Value().GetToken(), join(key, "word"), "%q stands in the lexicon twice", e.Word)
		}
		seen[e.Word] = true
		*dst = append(*dst, e)
	}
}

var (
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	backendForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// The problems say what is wrong with a value; "" is nothing.

func nameProblem(s string) string {
	if len(s) > maxName || !nameForm.MatchString(s) || isFile(s) {
		return fmt.Sprintf("%q is no name: letters, digits, '.', '_' and '-', at most %d, not ending in .yaml", s, maxName)
	}
	return ""
}

func backendProblem(s string) string {
	if len(s) > maxName || !backendForm.MatchString(s) {
		return fmt.Sprintf("%q is no backend's name", s)
	}
	return ""
}

func languageProblem(s string) string {
	if tag, err := language.Parse(s); err != nil || tag == language.Und {
		return fmt.Sprintf(`%q is not a BCP 47 language tag such as "de" or "pt-BR"`, s)
	}
	return ""
}

func engineProblem(s string) string {
	if s == "" {
		return "is empty"
	}
	return textProblem(s)
}

func entryProblem(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }) {
		return "is empty" // or holds invisible characters alone
	}
	if strings.TrimSpace(s) != s {
		return "begins or ends with white space"
	}
	return textProblem(s)
}

func textProblem(s string) string {
	if len(s) > maxText {
		return fmt.Sprintf("is longer than %d bytes", maxText)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "holds a control character"
	}
	return ""
}
