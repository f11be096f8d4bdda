//go:build !linux && !darwin && !freebsd

package capture

// freeSpace is not known here: the write will tell.
func freeSpace(string) (int64, bool) { return 0, false }

func diskError(err error) error { return err }

func syncFolder(string) error { return nil }
