package app

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Insertion is text that goes to a cursor.
type Insertion struct {
	Text    string
	Instead string // of this, if it stands before the cursor; "" for nothing
}

// Between says what to do at a cursor between two texts: how many characters
// before it to erase and what to write then, with the blanks that belong there.
// Where Instead has gone, that is nothing.
func (in Insertion) Between(left, right string) (erase int, write string) {
	kept, found := left, in.Text != ""
	if in.Instead != "" {
		kept, found = strings.CutSuffix(strings.TrimRight(left, " "), in.Instead)
	}
	if !found {
		return 0, ""
	}
	if in.Text == "" || in.Text[0] == '\n' {
		kept = strings.TrimRight(kept, " ")
	}
	write = in.Text
	if in.Text != "" {
		write = joint(kept, in.Text) + in.Text
	}
	return utf8.RuneCountInString(left[len(kept):]), write + joint(kept+write, right)
}

// After is a text with the insertion at its end.
func (in Insertion) After(text string) string {
	erase, write := in.Between(text, "")
	runes := []rune(text)
	return string(runes[:len(runes)-erase]) + write
}

// joint is what belongs between two texts: a blank, unless one of them has it or
// is written without.
func joint(left, right string) string {
	last, _ := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	switch {
	case left == "" || right == "" || unicode.IsSpace(last) || unicode.IsSpace(first),
		unspaced(last) && unspaced(first),
		unicode.In(last, unicode.Ps, unicode.Pi),
		strings.ContainsRune(pauseMarks, first) || unicode.In(first, unicode.Pe, unicode.Pf):
		return ""
	}
	return " "
}

// Continued makes insertions of the segments of a recording that is dictated
// into another text. The zero value is one that has heard nothing.
type Continued struct{ last Segment }

// Say is the insertion for a new segment. Line breaks at its end come with the
// next one, as no text in a transcript ends with them.
func (c *Continued) Say(s Segment) Insertion {
	before := c.last.Text
	breaks := before[len(strings.TrimRight(before, "\n")):]
	if s.Text == "" {
		return Insertion{}
	}
	c.last = s
	return Insertion{Text: breaks + strings.TrimSpace(s.Text)}
}

// Amend is the insertion for a segment that has changed since, as a spoken
// command does it. It is empty for any other than the last one.
func (c *Continued) Amend(s Segment) Insertion {
	if s.ID != c.last.ID {
		return Insertion{}
	}
	in := Insertion{Text: strings.TrimSpace(s.Text), Instead: strings.TrimSpace(c.last.Text)}
	c.last = s
	if in.Text == in.Instead {
		return Insertion{}
	}
	return in
}

// Insert puts text at the end of a segment, or of the last one where that is gone.
// It is edited thereby: the segment
// keeps its times, and the words that came share what time there is after the
// others. What is unsaved of a document of the transcript comes first. Calls for
// one segment must come one after the other.
func (a *App) Insert(ctx context.Context, transcript, segment int64, in Insertion) error {
	if err := a.flushDocument(ctx, transcript); err != nil {
		return err
	}
	t, err := a.Transcript(ctx, transcript)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.Segments, func(s Segment) bool { return s.ID == segment })
	if i < 0 {
		i = len(t.Segments) - 1
	}
	if i < 0 {
		return ErrNotFound
	}
	s := t.Segments[i]
	text := in.After(s.Text)
	if text == s.Text {
		return nil
	}
	return a.Edit(ctx, transcript, s, text)
}
