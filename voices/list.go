package voices

import (
	"fmt"
	"strings"
)

// ResolveList gives the voice of a list such as "anna,espeak:de", each as
// ResolveIn takes it: the first, with the others as its Fallback.
func (s *Set) ResolveList(folder, arg string) (*Voice, error) {
	names := strings.Split(arg, ",")
	list := make([]*Voice, len(names))
	for i, name := range names {
		name = strings.TrimSpace(name)
		if name == "" && len(names) > 1 {
			return nil, fmt.Errorf("voice %.100q: an empty name in the list", arg)
		}
		var err error
		if list[i], err = s.ResolveIn(folder, name); err != nil {
			return nil, err
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	first := *list[0]
	first.Fallback = list[1:]
	return &first, nil
}
