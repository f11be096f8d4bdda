package app

import (
	"math/rand"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"
	"unicode"
	"unicode/utf8"
)

func TestClock(t *testing.T) {
	tests := []struct {
		seconds float64
		want    string
	}{
		{-3, "0:00"},
		{0, "0:00"},
		{0.4, "0:00"},
		{0.5, "0:01"},
		{7, "0:07"},
		{59.5, "1:00"},
		{754, "12:34"},
		{3599.4, "59:59"},
		{3599.5, "1:00:00"},
		{3723, "1:02:03"},
		{360000, "100:00:00"},
	}
	for _, test := range tests {
		if got := Clock(test.seconds); got != test.want {
			t.Errorf("Clock(%v): got %q, want %q", test.seconds, got, test.want)
		}
	}
}

func TestSpeedText(t *testing.T) {
	tests := []struct {
		speed float64
		want  string
	}{
		{0, "0.0×"},
		{0.44, "0.4×"},
		{3.16, "3.2×"},
		{9.94, "9.9×"},
		{9.96, "10×"},
		{14.2, "14×"},
		{120, "120×"},
	}
	for _, test := range tests {
		if got := SpeedText(test.speed); got != test.want {
			t.Errorf("SpeedText(%v): got %q, want %q", test.speed, got, test.want)
		}
	}
}

func TestBytes(t *testing.T) {
	tests := []struct {
		n    int64
		want string
	}{
		{0, "0 kB"},
		{1499, "1 kB"},
		{885098, "885 kB"},
		{574041195, "574 MB"},
		{1624555275, "1.6 GB"},
	}
	for _, test := range tests {
		if got := Bytes(test.n); got != test.want {
			t.Errorf("Bytes(%d): got %q, want %q", test.n, got, test.want)
		}
	}
}

func TestFileName(t *testing.T) {
	tests := []struct{ title, want string }{
		{"Interview 3", "Interview 3"},
		{"Größe – 大きさ", "Größe – 大きさ"},
		{"a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"},
		{"two\nlines\x00", "two-lines-"},
		{"  .hidden.. ", "hidden"},
		{"..", "transcript"},
		{"", "transcript"},
		{strings.Repeat("ü", 150), strings.Repeat("ü", 100)},
		{strings.Repeat("x", 199) + "ü", strings.Repeat("x", 199)},
		{strings.Repeat("x", 198) + " . and more", strings.Repeat("x", 198)},
	}
	for _, test := range tests {
		if got := FileName(test.title); got != test.want {
			t.Errorf("FileName(%q): got %q, want %q", test.title, got, test.want)
		}
	}
}

func TestFileNameIsSafe(t *testing.T) {
	safe := func(title string) bool {
		name := FileName(title)
		return name != "" && len(name) <= 200 && utf8.ValidString(name) && filepath.Base(name) == name &&
			!strings.ContainsAny(name, `/\:*?"<>|`) && !strings.ContainsFunc(name, unicode.IsControl) &&
			strings.Trim(name, " .") == name
	}
	broken := func(title []byte) bool { return safe(string(title)) }
	nasty := func(picks []byte) bool { // of what the function has to deal with
		const alphabet = " ./\\:x\x00ü\u2028\U0001f600"
		runes := []rune(alphabet)
		var title strings.Builder
		for _, p := range picks {
			title.WriteString(strings.Repeat(string(runes[int(p)%len(runes)]), 1+int(p)/8))
		}
		return safe(title.String())
	}
	for _, property := range []any{safe, broken, nasty} {
		if err := quick.Check(property, &quick.Config{MaxCount: 500, Rand: rand.New(rand.NewSource(1))}); err != nil {
			t.Error(err)
		}
	}
}
