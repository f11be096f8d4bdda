package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"earshot/ui/look"
)

// line is the part of a text that stands on one line: bytes [start, end).
type line struct{ start, end int }

// flow breaks text into lines no wider than width: at blanks, between the
// characters of scripts that have none, within a word that is wider than a
// line, and where the text has line breaks, but for the last one. Only blanks
// at breaks are in no line. There is always at least one line.
func flow(text string, width float32, measure func(string) float32) []line {
	var lines []line
	text = strings.TrimSuffix(text, "\n")
	for at := 0; at <= len(text); {
		end := len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n
		}
		lines = flowOn(lines, text, at, end, width, measure)
		at = end + 1
	}
	return lines
}

// flowOn adds the lines of text[at:end], which has no line breaks.
func flowOn(lines []line, text string, at, end int, width float32, measure func(string) float32) []line {
	now, used := line{-1, at}, float32(0)
	for {
		blanks, length := atom(text[at:end])
		if length == 0 {
			break
		}
		from, to := at+blanks, at+blanks+length
		gap, w := measure(" ")*float32(blanks), measure(text[from:to])
		if now.start >= 0 && used+gap+w > width {
			lines = append(lines, now)
			now.start = -1
		}
		for w > width && now.start < 0 {
			n := fitting(text[from:to], width, measure)
			if n == to-from {
				break
			}
			lines = append(lines, line{from, from + n})
			from += n
			w = measure(text[from:to])
		}
		if now.start < 0 {
			now.start, used = from, w
		} else {
			used += gap + w
		}
		now.end, at = to, to
	}
	if now.start < 0 {
		now.start = now.end
	}
	return append(lines, now)
}

// atom is the length of the first part of s that is not broken, and that of the
// blanks before it, in bytes.
func atom(s string) (blanks, length int) {
	blanks = len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	before := rune(-1)
	for at, r := range s[blanks:] {
		if unicode.IsSpace(r) || before >= 0 && mayBreak(before, r) {
			return blanks, at
		}
		before = r
	}
	return blanks, len(s) - blanks
}

// What does not begin a line, and what does not end one.
const (
	notFirst = "、。，．！？：；）」』】》〉”’…‥ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％～,.!?:;)]}"
	notLast  = "（「『【《〈“‘([{"
)

// mayBreak reports whether a line may end between two characters.
func mayBreak(before, after rune) bool {
	if before < ideographs && after < ideographs || unicode.Is(unicode.Mn, after) {
		return false
	}
	return (unspaced(before) || unspaced(after)) && !strings.ContainsRune(notFirst, after) && !strings.ContainsRune(notLast, before)
}

const ideographs = 0x2E80 // the first of them

// unspaced reports whether r is of a script that puts no blanks between words.
func unspaced(r rune) bool {
	return r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFFF0 ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// fitting is the length in bytes of the longest beginning of word, one
// character at least, that fits into width.
func fitting(word string, width float32, measure func(string) float32) int {
	used := float32(0)
	for at, r := range word {
		used += measure(string(r))
		if at > 0 && used > width {
			return at
		}
	}
	return len(word)
}

// ruler measures text at the reading size. It remembers the widths of words:
// the same few thousand make up any transcript.
type ruler struct {
	size   float32
	widths map[string]float32
}

const mostWidths = 1 << 16

// reading is shared by all rows; like every widget, it belongs to Fyne's
// goroutine.
var reading = ruler{widths: map[string]float32{}}

func measureWord(word string) float32 { return reading.word(word) }

// measureText is the width of more than a word, which is not remembered.
func measureText(text string) float32 {
	return fyne.MeasureText(text, look.Reading(), fyne.TextStyle{}).Width
}

func (m *ruler) word(word string) float32 {
	if size := look.Reading(); size != m.size || len(m.widths) >= mostWidths {
		clear(m.widths)
		m.size = size
	}
	w, ok := m.widths[word]
	if !ok {
		w = measureText(word)
		m.widths[word] = w
	}
	return w
}

// Span is a word of a text.
type Span struct {
	Start, End int // bytes of the text
	Doubt      int // how likely it is wrong: 0 for not, 1 to 3
}

// Spans finds words in a text, one after the other, and returns as many spans:
// a word that is not near where the one before it ends is an empty one.
func Spans(text string, words []string) []Span {
	const near = 80 // bytes: a word that was edited away is not the same word a sentence later
	spans, at := make([]Span, len(words)), 0
	for i, word := range words {
		word = strings.TrimSpace(word)
		spans[i] = Span{Start: at, End: at}
		within := text[at:min(len(text), at+near+len(word))]
		if n := strings.Index(within, word); n >= 0 && word != "" {
			spans[i] = Span{Start: at + n, End: at + n + len(word)}
			at += n + len(word)
		}
	}
	return spans
}

// Core is where in the text the word is, without the punctuation around it.
func (s Span) Core(text string) (start, end int) {
	word := text[s.Start:s.End]
	bare := strings.TrimFunc(word, func(r rune) bool { return unicode.IsPunct(r) })
	if bare == "" {
		return s.Start, s.End
	}
	start = s.Start + strings.Index(word, bare)
	return start, start + len(bare)
}

// runes is how many characters text[:at] has.
func runes(text string, at int) int { return utf8.RuneCountInString(text[:min(at, len(text))]) }
