package app

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Word is one word of a segment. Text has no surrounding blanks.
type Word struct {
	Text       string
	Start, End float64 // seconds from the start of the recording
	Confidence float64 // 0..1, the model's own probability
}

// Segment is a stretch of speech with its text, usually a sentence or a
// clause. Start <= words <= End; words are in order and do not overlap. Text has
// line breaks where they were dictated, and is empty where it was taken back.
type Segment struct {
	ID         int64 // 0 until stored
	Start, End float64
	Text       string
	Confidence float64 // mean over the words, 0..1
	Speaker    string  // the speaker's name; "" when nobody was told apart
	Words      []Word
	Edited     bool // by a person
}

// Source is where a transcript's audio came from.
type Source struct {
	Path     string  // as the user named it, made absolute; "-" for standard input
	Hash     string  // SHA-256 of the content, hex; "" while it is being recorded
	Size     int64   // bytes
	Duration float64 // seconds that the container promises; 0 if it does not say
	Removed  bool    // Earshot has removed the sound, which it had recorded itself
}

// OnDisk is how many bytes the sound takes up: none if it was not kept.
func (s Source) OnDisk() int64 {
	if s.Removed || s.Path == "-" {
		return 0
	}
	return s.Size
}

// State says how far a transcript has come.
type State string

// The states of a transcript. Everything but StateRunning and StateDone can
// be resumed.
const (
	StateRunning     State = "running"
	StateDone        State = "done"
	StateCancelled   State = "cancelled"   // the user stopped it
	StateInterrupted State = "interrupted" // the program died while it ran
	StateFailed      State = "failed"
)

// Resumable reports whether there is something left to transcribe.
func (s State) Resumable() bool {
	return s == StateCancelled || s == StateInterrupted || s == StateFailed
}

// Entry is one line of the library: a transcript without its text.
type Entry struct {
	ID       int64
	Title    string
	Source   Source
	Options  Options // what was asked for
	Key      string  // see CacheKey
	Model    string
	Language string  // ISO 639-1; "" until known
	Device   string  // what did the work, in words
	Load     float64 // seconds that loading the model took; 0 if it was in memory
	Speed    float64 // seconds of audio in a second
	State    State
	Position float64 // everything before this second is transcribed
	Duration float64 // seconds of audio: decoded, or promised while running
	Created  time.Time
	Warnings []string

	Origin    Origin
	Favourite bool
	Tags      []string // in order of the alphabet
	Heard     []string // names of the speakers who were told apart, in order of the alphabet
	Edited    bool     // by a person, some of it

	Trashed time.Time // zero if it is not in the trash
}

// TrashDays is how many days what was deleted can be restored.
const TrashDays = 30

// Speaker is somebody who speaks in a transcript.
type Speaker struct {
	Label  string // what the machine calls them: never empty, never changed, each once
	Name   string // what a person calls them: at first the label; each once
	Colour string // "" leaves it to the screen, else "1", "2", … of a palette, or "#rrggbb"
}

// Transcript is an entry with its text.
type Transcript struct {
	Entry
	Segments  []Segment
	Omissions []Omission
	Speakers  []Speaker
	// Originals are segments as the machine wrote them that are not in the text
	// any more, in order; their IDs are 0. See Machine.
	Originals []Segment
}

// Machine is the text as the machine wrote it, in order: what nobody has edited,
// and what stood in the place of the rest.
func (t Transcript) Machine() []Segment {
	all := slices.Clone(t.Originals)
	for _, s := range t.Segments {
		if !s.Edited {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, inOrder)
	return all
}

// inOrder compares segments by their place in a transcript. Of two that take the
// same time the one that was made later comes later.
func inOrder(a, b Segment) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(age(a.ID), age(b.ID)))
}

// age orders segments' IDs by when they were given: those of a document, which
// are below 0, after those of the library.
func age(id int64) int64 {
	if id < 0 {
		return math.MaxInt64/2 - id
	}
	return id
}

// Omission is a segment that the engine decoded and left out, since it took it
// for invented.
type Omission struct {
	ID      int64 // 0 until stored
	Reason  Reason
	Segment Segment
}

// Reason says why a segment was left out.
type Reason string

// Reasons for leaving a segment out.
const (
	ReasonRepeated Reason = "repeated" // the same words again and again
	ReasonNoSpeech Reason = "nospeech" // the model doubts that anybody speaks
)

// Words is the reason for people.
func (r Reason) Words() string {
	switch r {
	case ReasonRepeated:
		return "the same words again and again"
	case ReasonNoSpeech:
		return "probably nobody speaks here"
	}
	return string(r)
}

// Text is the whole text, one segment a line; one that ends with an empty line
// ends a paragraph.
func (t Transcript) Text() string {
	lines := make([]string, 0, len(t.Segments))
	for _, s := range t.Segments {
		if s.Text != "" {
			lines = append(lines, s.line())
		}
	}
	return strings.Join(lines, "\n")
}

// Prose is the whole text without line breaks.
func (t Transcript) Prose() string {
	said := make([]Word, 0, len(t.Segments))
	for _, s := range t.Segments {
		if text := strings.Join(strings.FieldsFunc(s.Text, func(r rune) bool { return r == '\n' }), " "); text != "" {
			said = append(said, Word{Text: text})
		}
	}
	return joinWords(said)
}

// line is the text without the line break that every segment ends with.
func (s Segment) line() string { return strings.TrimSuffix(s.Text, "\n") }

// Touched reports whether most of s lies where a person has edited the text of
// the same speaker.
func (t Transcript) Touched(s Segment) bool {
	for _, mine := range t.Segments {
		shared := min(mine.End, s.End) - max(mine.Start, s.Start)
		if mine.Edited && mine.Speaker == s.Speaker && shared > (s.End-s.Start)/2 {
			return true
		}
	}
	return false
}

// workedFrom is what a person has worked on that begins at a second or later: the
// segments that they have edited, and the places of those that they have changed
// or removed. As in what the machine reports, the speakers have their labels.
func (t Transcript) workedFrom(second float64) (worked Transcript) {
	labels := map[string]string{}
	for _, p := range t.Speakers {
		labels[p.Name] = p.Label
	}
	edited := slices.DeleteFunc(slices.Clone(t.Segments), func(s Segment) bool { return !s.Edited })
	for _, s := range slices.Concat(edited, t.Originals) {
		if s.Start < second {
			continue
		}
		s.Edited = true
		worked.Segments = append(worked.Segments, s)
	}
	callSpeakers(worked.Segments, labels)
	return worked
}

// Confidence is the mean confidence of all words, 0 for an empty transcript.
func (t Transcript) Confidence() float64 {
	sum, n := 0.0, 0
	for _, s := range t.Segments {
		for _, w := range s.Words {
			sum += w.Confidence
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
