package app

import (
	"slices"
	"strings"
	"testing"
)

func TestCompareWords(t *testing.T) {
	tests := []struct {
		before, after string
		changes       []Change
		differ        int
	}{
		{"", "", nil, 0},
		{"a b c", "a b c", nil, 0},
		{"a b c", "", []Change{{"a b c", ""}}, 3},
		{"", "a b", []Change{{"", "a b"}}, 2},
		{"a b c", "a x c", []Change{{"b", "x"}}, 1},
		{"a b c", "a c", []Change{{"b", ""}}, 1},
		{"a c", "a b c", []Change{{"", "b"}}, 1},
		{"a b c d e", "x b c y z e", []Change{{"a", "x"}, {"d", "y z"}}, 3},
		{"a a a", "a a", []Change{{"a", ""}}, 1},
	}
	for _, test := range tests {
		changes, differ := compareWords(strings.Fields(test.before), strings.Fields(test.after))
		if !slices.Equal(changes, test.changes) || differ != test.differ {
			t.Errorf("%q and %q: got %q and %d, want %q and %d", test.before, test.after, changes, differ, test.changes, test.differ)
		}
	}
}
