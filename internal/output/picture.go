package output

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats that tags hold
	_ "image/png"
)

// The bounds of a picture: what players are known to show, and far more than
// any platform asks for.
const (
	MaxPictureBytes = 16 << 20
	maxPictureSide  = 10000 // pixels
)

// ReadPicture checks a picture: a JPEG or PNG file that is whole and of sane
// size.
func ReadPicture(data []byte) (*Picture, error) {
	if len(data) > MaxPictureBytes {
		return nil, fmt.Errorf("a picture of %d bytes, where %d are the most", len(data), MaxPictureBytes)
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("neither a JPEG nor a PNG picture that can be read: %w", err)
	}
	if size.Width > maxPictureSide || size.Height > maxPictureSide || size.Width < 1 || size.Height < 1 {
		return nil, fmt.Errorf("a picture of %d × %d pixels, where %d a side are the most", size.Width, size.Height, maxPictureSide)
	}
	// A file that is cut would be refused by platforms, or shown in half.
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("a damaged %s picture: %w", kind, err)
	}
	return &Picture{MediaType: "image/" + kind, Width: size.Width, Height: size.Height, Data: data}, nil
}
