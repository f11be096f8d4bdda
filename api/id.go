package api

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// newID is a name that nobody can guess.
func newID(prefix string) string {
	var b [12]byte
	rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}

// newUUID is a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// requestName is what a client calls its request, or a name of our own.
func requestName(r *http.Request) string {
	if id := r.Header.Get("X-Request-ID"); requestID.MatchString(id) {
		return id
	}
	return newID("req_")
}

// trimmed is an ID without what stands before the random part.
func trimmed(id string) string {
	if i := strings.LastIndexByte(id, '_'); i >= 0 {
		return id[i+1:]
	}
	return id
}
