package app

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSpoken(t *testing.T) {
	for _, c := range []struct{ language, said, want string }{
		{"en", "hello comma world full stop new paragraph", "hello, world.\n\n"},
		{"en", "hello, comma, world", "hello, world"},
		{"en", "Hello. Comma. World.", "Hello, World."},
		{"en", "Is it question mark it is exclamation point", "Is it? It is!"},
		{"en", "one colon two semicolon three semi-colon four", "one: two; three; four"},
		{"en", "well hyphen known dash or dot dot dot not", "well-known – or… not"},
		{"en", "he said comma open quote yes full stop close quote then left", "he said, “yes.” Then left"},
		{"en", "he said (open quotes", "he said (open quotes"},
		{"en", "it open bracket so open quotes to say close quotes close bracket works", "it (so “to say”) works"},
		{"en", "he said open quote", "he said “"},
		{"en", "Dear Anna comma new line thank you period", "Dear Anna,\nThank you."},
		{"en", "one New paragraph. new line two", "one\n\nTwo"},
		{"en", "the new paragraph of the law, a comma, An open bracket.", "the new paragraph of the law, a comma, An open bracket."},
		{"en", "The word “comma” is one.", "The word “comma” is one."},
		{"en", "Open, question. Mark it.", "Open, question. Mark it."},
		{"en", "comma", ""},
		{"en", "commas periodic", "commas periodic"},
		{"en", "full stop comma then", "then"},
		{"en", "yes full stop comma then", "yes, then"},
		{"en", "yes full stop “so be it", "yes. “So be it"},
		{"en", "It is Tuesday. We meet on, scratch that. we meet on Monday.", "It is Tuesday. We meet on Monday."},
		{"en", "It is Tuesday. Scratch that. It is Monday.", "It is Monday."},
		{"en", "One. Two. delete that scratch that Three.", "Three."},
		{"en", "one new line two scratch that three", "one\nThree"},
		{"en", "Really?” Good. Scratch that.", "Really?”"},
		{"en", "he said open bracket scratch that well", "well"},
		{"en", "scratch that", ""},
		{"de", "Hallo Komma Welt Punkt neuer Absatz und weiter Doppelpunkt ja", "Hallo, Welt.\n\nUnd weiter: ja"},
		{"de", "er sagt Anführungszeichen auf nein Anführungszeichen zu Ausrufezeichen", "er sagt „nein“!"},
		{"de", "Klammer auf so Klammer zu Gedankenstrich der Punkt und das Komma", "(so) – der Punkt und das Komma"},
		{"de", "Wir kommen. Streich das. Wir gehen neue Zeile Ende Punkt Punkt Punkt", "Wir gehen\nEnde…"},
		{"fr", "ça va point d’interrogation oui virgule point à la ligne et toi", "ça va\u00a0? Oui.\nEt toi"},
		{"fr", "il dit deux points ouvrez les guillemets non fermez les guillemets point", "il dit\u00a0: «\u00a0non\u00a0»."},
		{"fr", "c'est d'un point de vue un trait d'union point-virgule au point", "c'est d'un point de vue un trait d'union\u00a0; au point"},
		{"fr", "Oui. Non. Efface ça. nouveau paragraphe Si.", "Oui.\n\nSi."},
		{"es", "hola coma abrir interrogación qué tal cerrar interrogación bien punto y aparte sí", "hola, ¿qué tal? Bien.\n\nSí"},
		{"es", "uno punto y coma dos punto y seguido tres dos puntos cuatro punto", "uno; dos. Tres: cuatro."},
		{"es", "El punto y la coma. Sí. Borra eso.", "El punto y la coma."},
		{"xx", "hello comma scratch that new line", "hello comma scratch that new line"},
		{"", "Hallo Komma", "Hallo Komma"},
	} {
		r := rewriting{spoken: true}
		before := told("Before that.")
		was, got := r.segments(Segment{}, []Segment{told(c.said)}, c.language)
		text := ""
		if len(got) == 1 {
			text = got[0].Text
			checkRewritten(t, c.said, got[0])
		}
		if text != c.want || was.Text != "" {
			t.Errorf("%s, %q: got %q after %q, want %q", c.language, c.said, text, was.Text, c.want)
		}
		if was, _ := r.segments(before, []Segment{told("One. " + c.said)}, "xx"); !reflect.DeepEqual(was, before) {
			t.Errorf("%q: the segment before became %+v", c.said, was)
		}
	}
}

// What is commanded first is about the segment before.
func TestSpokenAfterAPause(t *testing.T) {
	for _, c := range []struct {
		said []string
		want string
	}{
		{[]string{"Hello", "comma", "world", "Full stop.", "New paragraph.", "bye"}, "Hello,|world.\n\n|Bye"},
		{[]string{"It is Tuesday. We meet.", "Scratch that.", "we go."}, "It is Tuesday.|We go."},
		{[]string{"One.", "Two.", "Scratch that. Scratch that.", "Three."}, "One.|Three."}, // one segment back, no further
		{[]string{"One.", "Two.", "Scratch that.", "Scratch that.", "Three."}, "Three."},
		{[]string{"One.", "Two. Scratch that. Scratch that."}, ""},
		{[]string{"scratch that comma", "new line", "one"}, "one"},
		{[]string{"One.", "dash two"}, "One.|– Two"},
		{[]string{"he said open quote", "yes close quote"}, "he said “|yes”"},
	} {
		var at []Segment
		for i, text := range c.said {
			at = append(at, moved(told(text), 10*float64(i)))
		}
		r := rewriting{spoken: true}
		_, atOnce := r.segments(Segment{}, at, "en")
		var tr Transcript
		for _, s := range at {
			fresh, _, err := r.follow(t.Context(), nil, &tr, "", []Segment{s}, "en")
			if err != nil {
				t.Fatal(err)
			}
			tr.Segments = append(tr.Segments, fresh...)
		}
		oneByOne := slices.DeleteFunc(tr.Segments, func(s Segment) bool { return s.Text == "" })
		for _, got := range [][]Segment{atOnce, oneByOne} {
			var texts []string
			for _, s := range got {
				texts = append(texts, s.Text)
				checkRewritten(t, s.Text, s)
			}
			if text := strings.Join(texts, "|"); text != c.want {
				t.Errorf("%q: got %q, want %q", c.said, text, c.want)
			}
		}
	}
}

// moved is a segment that is said later.
func moved(s Segment, by float64) Segment {
	s.Start, s.End = s.Start+by, s.End+by
	for i := range s.Words {
		s.Words[i].Start += by
		s.Words[i].End += by
	}
	return s
}

// Two commands with the same words could not be told apart, and none must be
// longer than is looked for.
func TestSpokenCommandsAreTellable(t *testing.T) {
	for language, commands := range spokenCommands {
		said := map[string]string{}
		for written, phrases := range commands {
			for _, phrase := range strings.Split(phrases, ", ") {
				if other, taken := said[phrase]; taken || asCommand(phrase) != phrase || len(strings.Fields(phrase)) > longestCommand {
					t.Errorf("%s: %q for %q cannot be found, or is %q already", language, phrase, written, other)
				}
				said[phrase] = written
			}
		}
		for _, needed := range []string{", ", ". ", "-", " – ", " (", ") ", "… ", "\n", "\n\n", scratch} {
			if commands[needed] == "" {
				t.Errorf("%s: nothing is said for %q", language, needed)
			}
		}
		if articles[language] == "" {
			t.Errorf("%s: no articles", language)
		}
	}
}

// Whatever is commanded, in however many segments, words are those of the text
// and in order.
func TestSpokenKeepsWordsAndText(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for language, commands := range spokenCommands {
		vocabulary := []string{"one", "Two.", "a", "…", "“so", "–", "3.5", "wait,", "l'un"}
		for _, phrases := range commands {
			vocabulary = append(vocabulary, strings.Split(phrases, ", ")...)
		}
		for range 500 {
			var said []Segment
			for i := range 1 + r.IntN(4) {
				var words []string
				for range 1 + r.IntN(8) {
					words = append(words, vocabulary[r.IntN(len(vocabulary))])
				}
				said = append(said, moved(told(strings.Join(words, " ")), 100*float64(i)))
			}
			rewrite, err := newRewriting(Options{Spoken: true, Plain: r.IntN(4) == 0, Mask: r.IntN(4) == 0, Replace: "one = two three\nwait ="})
			if err != nil {
				t.Fatal(err)
			}
			before, after := rewrite.segments(said[0], said[1:], language)
			for _, s := range append(after, before) {
				checkRewritten(t, s.Text, s)
				if strings.Contains(s.Text, "\n\n\n") || strings.Contains(s.Text, "  ") || strings.HasPrefix(s.Text, "\n") {
					t.Errorf("got %q", s.Text)
				}
			}
		}
	}
}

func FuzzSpoken(f *testing.F) {
	f.Add("en", "hello comma “open quote world” new paragraph. scratch that")
	f.Add("fr", "d’un point l'à la ligne ?")
	f.Fuzz(func(t *testing.T, language, text string) {
		before, after := rewriting{spoken: true}.segments(told("Well…"), []Segment{moved(told(text), 10)}, language)
		for _, s := range append(after, before) {
			checkRewritten(t, text, s)
		}
	})
}
