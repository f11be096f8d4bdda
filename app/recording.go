package app

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// RecordRequest asks for a recording.
type RecordRequest struct {
	Source  string  // see Recorder.Record; "" is that of the settings
	Options Options // of its text
	Seconds float64 // after which it ends by itself; 0 leaves that to a person
	NoStore bool    // keep neither sound nor text
}

// RecordingStage is how far a recording has come.
type RecordingStage string

// The stages of a recording, in order; the last two are ends.
const (
	RecordingOpening   RecordingStage = "opening"   // no sound has come yet
	RecordingRunning   RecordingStage = "recording" // sound is on disk
	RecordingPaused    RecordingStage = "paused"
	RecordingFinishing RecordingStage = "finishing" // the last words are decoded
	RecordingDone      RecordingStage = "done"
	RecordingFailed    RecordingStage = "failed"
)

// Recording is the state of a recording on its way to text.
type Recording struct {
	TakeStatus
	Stage      RecordingStage
	Transcript int64 // 0 if it is not stored
	Inputs     []Input
	Lag        float64     // seconds by which the text is behind the sound
	Open       []Utterance // what is being said, one a track
	Loading    bool        // the model is being loaded
	Language   string      // "" until known
	Device     string      // what decodes, in words; "" until known
	TextErr    error       // why there is no text; the sound is recorded all the same
	Err        error       // why it failed, or ended before its time
}

// Ended reports whether nothing more will happen to the recording.
func (r Recording) Ended() bool { return r.Stage == RecordingDone || r.Stage == RecordingFailed }

// Utterance is what is being said: words that stay, and words that may not.
type Utterance struct {
	Speaker              string // "" if there is one track
	Confirmed, Tentative []Word
}

// Text is an utterance's words as far as they are confirmed, and the others.
func (u Utterance) Text() (confirmed, tentative string) {
	return joinWords(u.Confirmed), joinWords(u.Tentative)
}

// Who speaks on the tracks of SourceBoth.
const (
	speakerMe     = "Me"
	speakerOthers = "Others"
)

// speakerOf names who is heard on a track: with two of them it is known.
func speakerOf(inputs []Input, track int) string {
	switch {
	case len(inputs) < 2:
		return ""
	case inputs[track].System:
		return speakerOthers
	}
	return speakerMe
}

// joinWords is the text of words, with blanks where the script has them.
func joinWords(words []Word) string {
	var b strings.Builder
	last := rune(' ')
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w.Text)
		if b.Len() > 0 && !(unspaced(last) && unspaced(first)) {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		last, _ = utf8.DecodeLastRuneInString(w.Text)
	}
	return b.String()
}

// unspaced reports whether a rune is of a script that writes without blanks, or
// of its punctuation.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
