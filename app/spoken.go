package app

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// scratch takes back the sentence before it.
const scratch = "\b"

// spokenCommands are what Options.Spoken obeys, by language: what is written,
// with a blank on each side that has one, and what is said for it.
var spokenCommands = map[string]map[string]string{
	"en": {
		", ":    "comma",
		". ":    "full stop, period",
		"? ":    "question mark",
		"! ":    "exclamation mark, exclamation point",
		": ":    "colon",
		"; ":    "semicolon, semi colon",
		"… ":    "ellipsis, dot dot dot",
		" – ":   "dash",
		"-":     "hyphen",
		" “":    "open quote, open quotes, open quotation mark, open quotation marks",
		"” ":    "close quote, close quotes, close quotation mark, close quotation marks, end quote, unquote",
		" (":    "open bracket, open brackets, open parenthesis, open parentheses, open paren",
		") ":    "close bracket, close brackets, close parenthesis, close parentheses, close paren",
		"\n":    "new line, newline",
		"\n\n":  "new paragraph",
		scratch: "scratch that, delete that",
	},
	"de": {
		", ":    "komma, beistrich",
		". ":    "punkt",
		"? ":    "fragezeichen",
		"! ":    "ausrufezeichen, rufzeichen",
		": ":    "doppelpunkt",
		"; ":    "semikolon, strichpunkt",
		"… ":    "auslassungspunkte, punkt punkt punkt",
		" – ":   "gedankenstrich",
		"-":     "bindestrich",
		" „":    "anführungszeichen auf, anführungszeichen unten, anführungszeichen öffnen",
		"“ ":    "anführungszeichen zu, anführungszeichen oben, anführungszeichen schließen",
		" (":    "klammer auf, klammer öffnen",
		") ":    "klammer zu, klammer schließen",
		"\n":    "neue zeile",
		"\n\n":  "neuer absatz",
		scratch: "streich das, streiche das, lösch das, lösche das",
	},
	"fr": {
		", ":       "virgule",
		". ":       "point",
		"\u00a0? ": "point d'interrogation",
		"\u00a0! ": "point d'exclamation",
		"\u00a0: ": "deux points",
		"\u00a0; ": "point virgule",
		"… ":       "points de suspension, trois petits points",
		" – ":      "tiret",
		"-":        "trait d'union",
		" «\u00a0": "ouvrez les guillemets, ouvrir les guillemets, guillemets ouvrants",
		"\u00a0» ": "fermez les guillemets, fermer les guillemets, guillemets fermants",
		" (":       "ouvrez la parenthèse, ouvrir la parenthèse, parenthèse ouvrante",
		") ":       "fermez la parenthèse, fermer la parenthèse, parenthèse fermante",
		"\n":       "à la ligne, nouvelle ligne",
		".\n":      "point à la ligne",
		"\n\n":     "nouveau paragraphe",
		scratch:    "efface ça, effacez ça, supprime ça, supprimez ça",
	},
	"es": {
		", ":    "coma",
		". ":    "punto, punto y seguido",
		"? ":    "signo de interrogación, cerrar interrogación, cierra interrogación",
		" ¿":    "abrir interrogación, abre interrogación",
		"! ":    "signo de exclamación, cerrar exclamación, cierra exclamación",
		" ¡":    "abrir exclamación, abre exclamación",
		": ":    "dos puntos",
		"; ":    "punto y coma",
		"… ":    "puntos suspensivos",
		" – ":   "raya",
		"-":     "guion, guión",
		" «":    "abrir comillas, abre comillas",
		"» ":    "cerrar comillas, cierra comillas",
		" (":    "abrir paréntesis, abre paréntesis",
		") ":    "cerrar paréntesis, cierra paréntesis",
		"\n":    "nueva línea",
		"\n\n":  "nuevo párrafo",
		".\n\n": "punto y aparte",
		scratch: "borra eso, borrar eso, elimina eso, eliminar eso",
	},
}

// articles are the words after which a command is none: "the period".
var articles = map[string]string{
	"en": "a an the",
	"de": "der die das den dem des ein eine einen einem einer eines",
	"fr": "le la les un une des du au ce",
	"es": "el la los las un una unos unas del al",
}

const (
	longestCommand = 4         // words
	pauseMarks     = ",.;:!?…" // that a model writes where it hears a pause
	sentenceMarks  = ".?!。？！"  // that end a sentence
)

// commandsIn returns what is written for what is said, in lower case.
func commandsIn(language string) map[string]string {
	commands := map[string]string{}
	for written, said := range spokenCommands[language] {
		for _, phrase := range strings.Split(said, ", ") {
			commands[phrase] = written
		}
	}
	return commands
}

// obey carries out the spoken commands in said, which follows before: those that
// come first are about the end of that.
func (said spacedWords) obey(before spacedWords, language string) (was, is spacedWords) {
	commands, articles := commandsIn(language), strings.Fields(articles[language])
	d := dictated{words: slices.Clone(before), first: len(before)}
	d.begins = len(before) > 0 && before[len(before)-1].ends()
	for i := 0; i < len(said); {
		n, written := said[i:].command(commands)
		if n == 0 || i > 0 && slices.Contains(articles, afterApostrophe(said[i-1].Text)) {
			d.say(said[i])
			i++
			continue
		}
		d.write(written, said[i:i+n])
		i += n
	}
	d.close()
	return d.words[:d.first], d.words[d.first:]
}

// command is the longest that the first words say: how many words it takes, 0 if
// there is none, and what is to be written for them.
func (said spacedWords) command(commands map[string]string) (n int, written string) {
	for i := range min(len(said), longestCommand) {
		if found, ok := commands[asCommand(said[:i+1].text())]; ok {
			n, written = i+1, found
		}
	}
	return n, written
}

// asCommand is a phrase as commandsIn has it. What a model has put into quotes
// or brackets, or has punctuation inside, is none.
func asCommand(text string) string {
	text = strings.TrimRight(strings.TrimLeft(strings.ToLower(text), "¡¿"), pauseMarks)
	return strings.NewReplacer("’", "'", "-", " ").Replace(text)
}

// afterApostrophe is the end of a word such as "d'un" in lower case.
func afterApostrophe(word string) string {
	word = strings.ReplaceAll(strings.ToLower(word), "’", "'")
	return word[strings.LastIndexByte(word, '\'')+1:]
}

// follow rewrites what is heard of a speaker after the segments of t. A spoken
// command can be about the last of those: it is changed in t and in the library,
// if there is one, and returned too. What a person has edited stays.
func (r rewriting) follow(ctx context.Context, library Library, t *Transcript, speaker string, heard []Segment, language string) (fresh, changed []Segment, err error) {
	i := t.lastSaid(speaker)
	if i < 0 {
		_, fresh = r.segments(Segment{}, heard, language)
		return fresh, nil, nil
	}
	before, fresh := r.segments(t.Segments[i], heard, language)
	if before.Text == t.Segments[i].Text || before.Edited {
		return fresh, nil, nil
	}
	if library != nil {
		edited := before
		edited.Edited = true
		err := library.Apply(ctx, t.ID, &Edits{Still: []Segment{t.Segments[i]}, Put: []Segment{edited}})
		if errors.Is(err, ErrNoMatch) {
			return fresh, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
	}
	t.Segments[i] = before
	before.Edited = true
	return fresh, []Segment{before}, nil
}

// lastSaid is the index of a speaker's last segment that is not empty, -1 if
// there is none.
func (t *Transcript) lastSaid(speaker string) int {
	i := len(t.Segments) - 1
	for i >= 0 && (t.Segments[i].Speaker != speaker || t.Segments[i].Text == "") {
		i--
	}
	return i
}
