package output

import (
	"path"
	"regexp"
	"strings"
)

var drive = regexp.MustCompile(`^[A-Za-z]:[\\/]`)

// SourceName is how a finished file names the source: as the user named it, so
// that the same command gives the same bytes on every machine. Of an absolute
// path only the last element is kept: the rest would differ from machine to
// machine, and often tells the user's name.
func SourceName(name string) string {
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`) || drive.MatchString(name) {
		return path.Base(strings.ReplaceAll(name, `\`, "/"))
	}
	return name
}

// PlaceName is how a finished file names a file of positions: the source
// itself, or a member of an archive ("book.epub/OEBPS/one.xhtml").
func PlaceName(source, file string) string {
	if member, ok := strings.CutPrefix(file, source+"/"); ok {
		return SourceName(source) + "/" + member
	}
	return SourceName(file)
}
