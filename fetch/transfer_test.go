package fetch

import "testing"

func TestRest(t *testing.T) {
	tests := []struct {
		header string
		from   int64
		size   int64
		ok     bool
	}{
		{"bytes 5-9/10", 5, 10, true},
		{"bytes 5-9/*", 5, 0, true},
		{"bytes 0-9/10", 5, 10, false},
		{"bytes 5-8/10", 5, 10, false},
		{"bytes 6-9/10", 5, 10, false},
		{"bytes 5-4/5", 5, 5, false},
		{"bytes 6-9/*", 5, 0, false},
		{"bytes */10", 5, 0, false},
		{"items 5-9/10", 5, 0, false},
		{"", 5, 0, false},
	}
	for _, test := range tests {
		size, ok := rest(test.header, test.from)
		if ok != test.ok || ok && size != test.size {
			t.Errorf("rest(%q, %d): got %d and %v, want %d and %v", test.header, test.from, size, ok, test.size, test.ok)
		}
	}
}

// Whatever a server sends, only a range that continues the file is taken.
func FuzzRest(f *testing.F) {
	f.Add("bytes 5-9/10", int64(5))
	f.Add("bytes 5-9/*", int64(5))
	f.Add("bytes -5--1/0", int64(-5))
	f.Fuzz(func(t *testing.T, header string, from int64) {
		size, ok := rest(header, from)
		if !ok || from <= 0 || size == 0 {
			return
		}
		if size <= from {
			t.Errorf("rest(%q, %d): got the size %d, which leaves nothing to come", header, from, size)
		}
	})
}
