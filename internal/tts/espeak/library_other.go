//go:build !((linux || darwin) && (amd64 || arm64))

package espeak

import "narrate/internal/dylib"

// library stands for libespeak-ng where libraries cannot be loaded.
type library struct{}

func newLibrary() *library { return &library{} }

func (*library) answer(question) (answer, []int16) {
	return answer{Error: dylib.ErrUnavailable.Error()}, nil
}
