package epub

import (
	_ "embed"
	"slices"
)

var (
	//go:embed active.css
	activeStyle []byte
	//go:embed style.css
	textStyle []byte

	// style is that of a new book.
	style = slices.Concat(activeStyle, []byte("\n"), textStyle)
)

// activeClass is what the reading system gives to what is heard (EPUB 3.3,
// section D.4.1), as the style sheet names it.
const activeClass = "-epub-media-overlay-active"
