package manifest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"narrate/internal/output"
)

// pictures are those of chapters, each once, in the order of their first
// chapters.
type pictures []*output.Picture

// number gives a picture its number, from 1; no picture has 0.
func (all *pictures) number(p *output.Picture) int {
	if p == nil {
		return 0
	}
	if i := slices.Index(*all, p); i >= 0 {
		return i + 1
	}
	*all = append(*all, p)
	return len(*all)
}

// dataURL holds the picture itself (RFC 2397).
func dataURL(p *output.Picture) string {
	return "data:" + p.MediaType + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
}

// readDataURL reads what dataURL writes.
func readDataURL(url string) (*output.Picture, error) {
	_, data, ok := strings.Cut(url, ";base64,")
	if !ok || !strings.HasPrefix(url, "data:image/") {
		return nil, errors.New("not a data: URL of an image in base64")
	}
	if len(data) > base64.StdEncoding.EncodedLen(output.MaxPictureBytes) {
		return nil, fmt.Errorf("more than %d bytes", output.MaxPictureBytes)
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, err
	}
	return output.ReadPicture(raw)
}
