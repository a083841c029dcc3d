package epub

import _ "embed"

//go:embed style.css
var style []byte

// activeClass is what the reading system gives to what is heard (EPUB 3.3,
// section D.4.1), as the style sheet names it.
const activeClass = "-epub-media-overlay-active"
