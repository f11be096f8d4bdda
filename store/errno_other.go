//go:build !unix

package store

func isReadOnly(error) bool { return false }
func isDiskFull(error) bool { return false }
