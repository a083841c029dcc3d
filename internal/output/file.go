package output

import (
	"context"
	"os"
)

// WriteFile writes e in the format to a new file at path. After an error the
// file may be there, unfinished, for the caller to throw away.
func WriteFile(ctx context.Context, path string, f Format, e Edition) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	err = f.Write(ctx, file, e)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}
