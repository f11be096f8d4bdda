package app

import "testing"

// want is the text before the cursor then; that after it stays.
func TestInsertionBetween(t *testing.T) {
	tests := []struct {
		in                Insertion
		left, right, want string
	}{
		{Insertion{Text: "It is dry."}, "", "", "It is dry."},
		{Insertion{Text: "It is dry."}, "One.", "", "One. It is dry."},
		{Insertion{Text: "It is dry."}, "One. ", "Two.", "One. It is dry. "},
		{Insertion{Text: "very"}, "It is", " dry.", "It is very"},
		{Insertion{Text: "dry"}, "It is", ".", "It is dry"},
		{Insertion{Text: "dry"}, "It is (", ")", "It is (dry"},
		{Insertion{Text: "天气很好。"}, "你好。", "", "你好。天气很好。"},
		{Insertion{Text: "\n\nTwo."}, "One. ", "", "One.\n\nTwo."},
		{Insertion{Text: "Two."}, "One.\n", "", "One.\nTwo."},
		// In place of what was inserted before.
		{Insertion{Text: "dry,", Instead: "dry."}, "It is dry.", "", "It is dry,"},
		{Insertion{Text: "dry,", Instead: "dry."}, "It is dry. ", "Two.", "It is dry, "},
		{Insertion{Text: "", Instead: "It is dry."}, "One. It is dry.", "", "One."},
		{Insertion{Text: "", Instead: "It is dry."}, "One. It is dry. ", "Two.", "One. "},
		{Insertion{Text: "", Instead: "It is dry."}, "It was dry.", "", "It was dry."}, // it has gone
		{Insertion{}, "One. ", "Two.", "One. "},
	}
	for _, test := range tests {
		erase, write := test.in.Between(test.left, test.right)
		runes := []rune(test.left)
		if got := string(runes[:len(runes)-erase]) + write; got != test.want {
			t.Errorf("%+v at %q|%q: got %q", test.in, test.left, test.right, got)
		}
	}
}

// What is inserted at the end of a text is what a recording says by itself, but
// for the line break between segments.
func TestContinued(t *testing.T) {
	var c Continued
	text := "Before."
	add := func(in Insertion) { text = in.After(text) }
	add(c.Say(Segment{ID: 1, Text: "One"}))
	add(c.Amend(Segment{ID: 1, Text: "One,\n\n"})) // “comma, new paragraph”
	add(c.Say(Segment{ID: 2, Text: "two."}))
	add(c.Say(Segment{ID: 3}))
	add(c.Say(Segment{ID: 4, Text: "Three."}))
	add(c.Amend(Segment{ID: 2, Text: "Too."})) // not the last
	if want := "Before. One,\n\ntwo. Three."; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	add(c.Amend(Segment{ID: 4})) // “scratch that”
	add(c.Say(Segment{ID: 5, Text: "Four."}))
	if want := "Before. One,\n\ntwo. Four."; text != want {
		t.Errorf("scratched: got %q, want %q", text, want)
	}
}
