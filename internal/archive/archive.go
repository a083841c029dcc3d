// Package archive reads and writes ZIP files (PKWARE APPNOTE 6.3) as books and
// office documents are. It reads from memory, by name, and within limits, as
// what is in the files is not to be trusted; nothing is unpacked to a disk.
package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Limits. A book of ten thousand files, or of 256 MiB of markup, does not
// exist; text packs 3:1 to 10:1, and what packs more than maxRatio to one is
// taken only up to freeBytes, so that a bomb of a few kilobytes fails after
// milliseconds.
const (
	MaxEntries = 10_000
	MaxMember  = 64 << 20  // bytes of one member, unpacked
	MaxTotal   = 256 << 20 // bytes of all members that are read, unpacked
	maxRatio   = 200
	freeBytes  = 16 << 20
)

// Archive is an open ZIP file. It is not safe for concurrent use.
type Archive struct {
	members []*member
	byName  map[string]*member
	byFold  map[string]*member // by the name in lower case; nil where several share it
	total   int64              // bytes of the members that were read
}

type member struct {
	*zip.File
	name string
	size int64 // as unpacked; -1 before it was read
}

// IsZip reports whether data begins as a ZIP file does.
func IsZip(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// directorySign begins each entry of the directory (APPNOTE, section 4.3.12).
var directorySign = []byte("PK\x01\x02")

// Open reads the directory of the ZIP file in data, which must not be changed
// as long as the Archive is in use. Names are cleaned: backslashes become
// slashes, "./" and "//" go, what is not UTF-8 is read as code page 437
// (APPNOTE, appendix D). A name that points out of the archive, two different
// members of one name, members that overlap and too many of them are errors,
// as no honest program writes them; a member that cannot be unpacked is an
// error only of Read, so that a book with a broken picture can be read.
func Open(data []byte) (*Archive, error) {
	if bytes.Count(data, directorySign) > 2*MaxEntries {
		return nil, errEntries
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case errors.Is(err, zip.ErrInsecurePath): // names are looked at below
	case err != nil && IsZip(data):
		return nil, errors.New("the ZIP file is cut or damaged: it has no readable directory at its end; get or save it again")
	case err != nil:
		return nil, errors.New("not a ZIP file")
	}
	if len(r.File) > MaxEntries {
		return nil, errEntries
	}
	a := &Archive{byName: make(map[string]*member), byFold: make(map[string]*member)}
	for _, f := range r.File {
		name, err := cleanName(f.Name)
		if err != nil {
			return nil, err
		}
		if name == "" {
			continue
		}
		m := &member{File: f, name: name, size: -1}
		if same := a.byName[name]; same != nil {
			if same.CRC32 == m.CRC32 && same.UncompressedSize64 == m.UncompressedSize64 {
				continue
			}
			return nil, fmt.Errorf("the ZIP file holds two different members named %.100q", name)
		}
		a.byName[name] = m
		a.members = append(a.members, m)
		fold := strings.ToLower(name)
		if _, taken := a.byFold[fold]; taken {
			m = nil
		}
		a.byFold[fold] = m
	}
	if err := a.overlaps(); err != nil {
		return nil, err
	}
	return a, nil
}

var errEntries = fmt.Errorf("the ZIP file has more than %d members", MaxEntries)

// cleanName gives the name by which a member is known; "" for a directory.
func cleanName(name string) (string, error) {
	if !utf8.ValidString(name) {
		var err error
		if name, err = charmap.CodePage437.NewDecoder().String(name); err != nil {
			return "", fmt.Errorf("the ZIP file holds a member with an unreadable name: %w", err)
		}
	}
	slashed := strings.ReplaceAll(name, `\`, "/")
	drive := len(slashed) >= 2 && slashed[1] == ':' && (slashed[0]|0x20 >= 'a' && slashed[0]|0x20 <= 'z')
	up := slices.Contains(strings.Split(slashed, "/"), "..")
	switch {
	case strings.HasPrefix(slashed, "/") || drive || up:
		return "", fmt.Errorf("the ZIP file holds a member named %.100q, which points outside of it; narrate does not read such files", name)
	case strings.ContainsRune(slashed, 0):
		return "", fmt.Errorf("the ZIP file holds a member named %.100q, with a NUL in its name; narrate does not read such files", name)
	case slashed == "" || strings.HasSuffix(slashed, "/"):
		return "", nil
	}
	return path.Clean(slashed), nil
}

// overlaps gives an error if two members share bytes of the file, as in bombs
// that name one kernel of packed zeros ten thousand times.
func (a *Archive) overlaps() error {
	type extent struct {
		lo, hi int64
		name   string
	}
	var all []extent
	for _, m := range a.members {
		lo, err := m.DataOffset()
		if err != nil || m.CompressedSize64 == 0 {
			continue // Read says so
		}
		all = append(all, extent{lo, lo + int64(min(m.CompressedSize64, 1<<40)), m.name})
	}
	slices.SortFunc(all, func(x, y extent) int {
		return cmp.Or(cmp.Compare(x.lo, y.lo), cmp.Compare(x.hi, y.hi))
	})
	for i := 1; i < len(all); i++ {
		if all[i].lo < all[i-1].hi {
			return fmt.Errorf("the ZIP file is damaged or hostile: its members %.100q and %.100q overlap", all[i-1].name, all[i].name)
		}
	}
	return nil
}

// Names gives the names of all members but directories, in the order of the
// archive's directory.
func (a *Archive) Names() []string {
	names := make([]string, len(a.members))
	for i, m := range a.members {
		names[i] = m.name
	}
	return names
}

// find gives the member of that name, or the only one whose name differs from
// it in case alone, or nil.
func (a *Archive) find(name string) *member {
	if m := a.byName[name]; m != nil {
		return m
	}
	return a.byFold[strings.ToLower(name)]
}

// Has reports whether Read finds a member by that name.
func (a *Archive) Has(name string) bool { return a.find(name) != nil }

// Read unpacks the member of that name, or the only one whose name differs from
// it in case alone, and checks its CRC. Errors name the member.
func (a *Archive) Read(name string) ([]byte, error) {
	m := a.find(name)
	if m == nil {
		return nil, fmt.Errorf("the ZIP file has no member %.100q", name)
	}
	data, err := a.read(m)
	if err != nil {
		return nil, fmt.Errorf("member %.100q of the ZIP file %w", m.name, err)
	}
	return data, nil
}

func (a *Archive) read(m *member) ([]byte, error) {
	switch {
	case m.Flags&1 != 0:
		return nil, errors.New("is encrypted: save it without a password first")
	case m.Method != zip.Store && m.Method != zip.Deflate:
		return nil, fmt.Errorf("is packed by method %d; narrate unpacks only deflate: pack it anew", m.Method)
	}
	limit, excess := a.limit(m)
	if m.UncompressedSize64 > uint64(limit) {
		return nil, excess
	}
	r, err := m.Open()
	if err != nil {
		return nil, errDamaged
	}
	defer r.Close() // of memory: nothing can fail that matters
	var b bytes.Buffer
	b.Grow(int(m.UncompressedSize64) + bytes.MinRead)
	_, err = b.ReadFrom(io.LimitReader(r, limit+1))
	switch {
	case int64(b.Len()) > limit:
		return nil, excess
	case err != nil:
		return nil, errDamaged
	}
	if m.size < 0 {
		m.size = int64(b.Len())
		a.total += m.size
	}
	return b.Bytes(), nil
}

var errDamaged = errors.New("is cut or damaged; get or save the file again")

// limit gives how many bytes a member may have and the error if it has more.
func (a *Archive) limit(m *member) (int64, error) {
	limit, excess := int64(MaxMember), fmt.Errorf("is larger than %d MiB unpacked", MaxMember>>20)
	ratio := max(freeBytes, maxRatio*int64(min(m.CompressedSize64, MaxMember)))
	if ratio < limit {
		limit, excess = ratio, fmt.Errorf("unpacks to more than %d times its size, as ZIP bombs do; narrate does not read it", maxRatio)
	}
	if left := MaxTotal - a.total; m.size < 0 && left < limit {
		limit, excess = left, fmt.Errorf("is too much: all members together are larger than %d MiB unpacked", MaxTotal>>20)
	}
	return limit, excess
}

// Mimetype gives the content of the member "mimetype" if it comes first and is
// stored unpacked, as EPUB (OCF 3.3, section 4.3) and OpenDocument (part 2,
// section 3.3) have it, else "".
func (a *Archive) Mimetype() string {
	if len(a.members) == 0 || a.members[0].name != "mimetype" || a.members[0].Method != zip.Store || a.members[0].UncompressedSize64 > 200 {
		return ""
	}
	data, err := a.Read("mimetype")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
