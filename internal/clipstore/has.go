package clipstore

import "os"

// Has reports whether there is a clip, which may turn out to be damaged. Unlike
// Get it reads nothing and does not count as use.
func (s *Store) Has(k Key) bool {
	info, err := os.Stat(s.path(k))
	return err == nil && info.Mode().IsRegular()
}
