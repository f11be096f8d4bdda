package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// keyring holds the keys' hashes: comparing those takes the same time whatever
// was presented.
type keyring [][sha256.Size]byte

func newKeyring(keys []string) keyring {
	var ring keyring
	for _, key := range keys {
		ring = append(ring, sha256.Sum256([]byte(key)))
	}
	return ring
}

// user finds the key that was presented: its number, or -1 if it is unknown.
// Without keys everybody is user 0.
func (ring keyring) user(presented string) int {
	if len(ring) == 0 {
		return 0
	}
	hash, found := sha256.Sum256([]byte(presented)), -1
	for i := range ring {
		if subtle.ConstantTimeCompare(hash[:], ring[i][:]) == 1 {
			found = i
		}
	}
	return found
}

// presented is the key that a request brings: in its header, or, where it asks
// for a WebSocket, which browsers give no header, in its query.
func presented(r *http.Request) (key string, there bool) {
	scheme, key, found := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if found && (strings.EqualFold(scheme, "Token") || strings.EqualFold(scheme, "Bearer")) {
		return strings.TrimSpace(key), true
	}
	if upgrades(r) {
		for _, name := range []string{"token", "api_key"} {
			if key := r.URL.Query().Get(name); key != "" {
				return key, true
			}
		}
	}
	return "", scheme != ""
}

// admit finds out who asks.
func (s *Server) admit(r *http.Request) (user int, f *failure) {
	key, there := presented(r)
	if user = s.keys.user(key); user >= 0 {
		return user, nil
	}
	f = &failure{status: http.StatusUnauthorized, code: codeKey, message: "Invalid license key"}
	if !there {
		f.extra = map[string]any{missingKey: true}
	}
	return -1, f
}

// missingKey marks, for the families that tell the two apart, that there was no
// key at all. It is not written.
const missingKey = " no key"
