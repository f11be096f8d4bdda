package app

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dictated is text in the making.
type dictated struct {
	words  spacedWords
	first  int        // of what is being said; those before it were said before
	front  spacedWord // goes in front of the next word; Text is "" if nothing does
	begins bool       // the next word a sentence
	joined bool       // the next word follows without a blank
}

func (d *dictated) say(w spacedWord) {
	if d.begins {
		w.Text = capitalised(w.Text)
	}
	w.blank = w.blank && !d.joined
	if d.front.Text != "" {
		w.Text, w.blank = d.front.Text+w.Text, d.front.blank
	}
	d.words = append(d.words, w)
	d.front, d.begins, d.joined = spacedWord{}, false, false
}

// write does what a command in spokenCommands says, in the place of the words
// that said so.
func (d *dictated) write(written string, heard spacedWords) {
	before, after := strings.HasPrefix(written, " "), strings.HasSuffix(written, " ")
	switch {
	case written == scratch:
		d.scratch()
	case before && after:
		if d.close(); len(d.words) > d.first {
			d.trim()
		}
		d.words = d.words.put(heard, strings.TrimSpace(written), "", "")
	case before:
		w := spacedWord{Word: heard[0].Word, blank: heard[0].blank && !d.joined}
		w.Text, w.End = d.front.Text+written[1:], heard[len(heard)-1].End
		d.front = w
	case len(d.words) > 0:
		mark := strings.TrimRight(written, " \n")
		d.attach(mark, strings.TrimLeft(written[len(mark):], " "))
	}
}

// attach gives the last word a mark and line breaks, two at most.
func (d *dictated) attach(mark, lines string) {
	if strings.ContainsAny(mark, pauseMarks+"-") {
		d.trim()
		d.begins = strings.ContainsAny(mark, sentenceMarks)
	}
	last := &d.words[len(d.words)-1]
	last.Text += mark
	last.breakLine(lines)
	d.begins = d.begins || lines != ""
	d.joined = mark == "-"
}

// trim takes the model's own mark from the last word: the spoken one counts.
func (d *dictated) trim() {
	last := &d.words[len(d.words)-1]
	if bare := strings.TrimRight(last.Text, pauseMarks+"\u00a0"); bare != "" {
		last.Text = bare
	}
}

// close makes a word of a mark that no word follows.
func (d *dictated) close() {
	if w := d.front; w.Text != "" {
		w.Text = strings.TrimSpace(w.Text)
		d.words = append(d.words, w)
	}
	d.front, d.joined = spacedWord{}, false
}

// scratch takes back the last sentence of what is being said, or if nothing has
// been, of what was said before.
func (d *dictated) scratch() {
	from, i := 0, len(d.words)
	if i > d.first {
		from = d.first
	}
	// The last word may end a sentence: it is that one which is taken back.
	for i > from {
		if i--; i > from && d.words[i-1].ends() {
			break
		}
	}
	if i < len(d.words) {
		d.begins = d.words[i].Text == capitalised(d.words[i].Text)
	}
	d.words, d.first = d.words[:i], min(i, d.first)
	d.front, d.joined = spacedWord{}, false
}

// breakLine ends the line after w; an empty line is as much as there can be.
func (w *spacedWord) breakLine(lines string) {
	w.lines = (w.lines + lines)[:min(2, len(w.lines+lines))]
}

// ends reports whether a sentence or line ends with w.
func (w spacedWord) ends() bool {
	text := strings.TrimRightFunc(w.Text, func(r rune) bool {
		return unicode.In(r, unicode.Pe, unicode.Pf, unicode.Pi) || r == '"' || r == '\''
	})
	last, _ := utf8.DecodeLastRuneInString(text)
	return w.lines != "" || strings.ContainsRune(sentenceMarks, last)
}

// capitalised is a word as a sentence begins with it.
func capitalised(word string) string {
	for i, r := range word {
		if unicode.IsLetter(r) {
			return word[:i] + string(unicode.ToTitle(r)) + word[i+utf8.RuneLen(r):]
		}
		if unicode.IsNumber(r) {
			break
		}
	}
	return word
}
