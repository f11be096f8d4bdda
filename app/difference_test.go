package app

import (
	"slices"
	"strings"
	"testing"
)

func TestCompareWords(t *testing.T) {
	tests := []struct {
		before, after string
		changes       []Difference
		differ        int
	}{
		{"", "", nil, 0},
		{"a b c", "a b c", nil, 0},
		{"a b c", "", []Difference{{"a b c", ""}}, 3},
		{"", "a b", []Difference{{"", "a b"}}, 2},
		{"a b c", "a x c", []Difference{{"b", "x"}}, 1},
		{"a b c", "a c", []Difference{{"b", ""}}, 1},
		{"a c", "a b c", []Difference{{"", "b"}}, 1},
		{"a b c d e", "x b c y z e", []Difference{{"a", "x"}, {"d", "y z"}}, 3},
		{"a a a", "a a", []Difference{{"a", ""}}, 1},
	}
	for _, test := range tests {
		changes, differ := compareWords(strings.Fields(test.before), strings.Fields(test.after))
		if !slices.Equal(changes, test.changes) || differ != test.differ {
			t.Errorf("%q and %q: got %q and %d, want %q and %d", test.before, test.after, changes, differ, test.changes, test.differ)
		}
	}
}

func TestPassages(t *testing.T) {
	for _, test := range []struct {
		before, after string
		want          []Difference
	}{
		{"", "", nil},
		{"a b", "a b", []Difference{{"a b", "a b"}}},
		{"a b c", "a x c", []Difference{{"a", "a"}, {"b", "x"}, {"c", "c"}}},
		{"a b c d", "x b d", []Difference{{"a", "x"}, {"b", "b"}, {"c", ""}, {"d", "d"}}},
		{"b", "a b c", []Difference{{"", "a"}, {"b", "b"}, {"", "c"}}},
		{"a", "", []Difference{{"a", ""}}},
	} {
		if got := Passages(test.before, test.after); !slices.Equal(got, test.want) {
			t.Errorf("%q, %q: got %q, want %q", test.before, test.after, got, test.want)
		}
	}
}

// Two texts of an hour that have nothing in common are compared at once.
func TestPassagesOfLongTexts(t *testing.T) {
	got := Passages("begin "+strings.Repeat("a ", 20000)+"end", "begin "+strings.Repeat("b ", 20000)+"end")
	if len(got) != 3 || got[0].Before != "begin" || got[2].After != "end" {
		t.Errorf("got %d passages, want the first word, one replaced by another text, and the last", len(got))
	}
}
