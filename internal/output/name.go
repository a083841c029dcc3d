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
