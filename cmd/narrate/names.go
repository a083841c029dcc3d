package main

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"narrate/internal/fetch"
	"narrate/internal/output/clipset"
)

// baseName is what an article's files are called: its file name without folder
// and extension, or what is last in its address.
func baseName(article string) string {
	if article == "-" {
		return "article"
	}
	if fetch.IsAddress(article) {
		return addressName(article)
	}
	base := filepath.Base(filepath.Clean(article))
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// pageSuffix is the extension of a web page or a file; a version number has
// none.
var pageSuffix = regexp.MustCompile(`\.[A-Za-z][A-Za-z0-9]{0,4}$`)

// addressName makes a harmless file name of the last element of an address's
// path, or of its host where there is none.
func addressName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "article"
	}
	if last := path.Base(path.Clean("/" + u.Path)); last != "/" {
		return clipset.Slug(pageSuffix.ReplaceAllString(last, ""))
	}
	return clipset.Slug(u.Hostname())
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// clock writes a duration as h:mm:ss or m:ss, to the nearest second.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// byteSize writes a size as people read it.
func byteSize(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
