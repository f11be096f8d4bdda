package ui

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// TestMain makes the window English, whatever the machine speaks.
func TestMain(m *testing.M) {
	if os.Getenv(speakEnv) == "" {
		os.Setenv("LC_ALL", "C")
		if err := Translate("en"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// below are the functions under the window whose texts come into it; no names
// stand for all of a file.
var below = map[string][]string{
	"../app/explain.go":        {},
	"../app/text.go":           {"Trust", "Text"},
	"../app/tune.go":           {"WeightTypes", "Proposal", "Compared", "Tunable", "Text"},
	"../app/hearing.go":        {"hear"},
	"../app/difference.go":     {"Text"},
	"../app/catalogue.go":      {"Offers", "silero"},
	"../app/transcript.go":     {"Words"},
	"../app/transcribe.go":     {"restart"},
	"../app/dictation.go":      {"complete"},
	"../app/record_control.go": {"recoverRecording"},
	"../engine/recognize.go":   {"guessed", "noteDevice", "cutter"},
	"../engine/device.go":      {"choose", "fallBack"},
	"../engine/trial.go":       {"read", "examine", "distrust", "learn"},
	"../capture/audio.go":      {"judge"},
	"../main.go":               {"troubles"},
}

// plainly are texts that are the same in every language: names, and what is
// meant for programs.
var plainly = []string{
	"Earshot", "English", "Deutsch", "Español", "Français", "CPU", "MIT", "Aa", "W", "open ai = OpenAI", // an example
	"  Shift+Enter", "  Enter", "  Esc", "  F3", "  Shift+F3", "  F8", "  F9", "  Ctrl+Space", // as Fyne writes them in menus
	", then %s", "it is %s", "choose a device: ggml found no CPU backend for this machine", // a name, and an error with its verb
}

// fynes are the texts of Fyne's own dialogs and menus. They are in our files so
// that all of the window speaks one language.
var fynes = []string{
	"Advanced", "Cancel", "Confirm", "Copy", "Create Folder", "Cut", "Enter filename", "Error", "Favourites", "File",
	"Folder", "New Folder", "No", "OK", "Open", "Paste", "Quit", "Redo", "Save", "Select all", "Show Hidden Files",
	"Undo", "Yes", "file.name", "file.parent", "monday", "monday.short", "tuesday", "tuesday.short", "wednesday",
	"wednesday.short", "thursday", "thursday.short", "friday", "friday.short", "saturday", "saturday.short", "sunday",
	"sunday.short",
}

// spoken are the languages that models know; a test of the program compares them
// with the engine's.
const spoken = `Afrikaans, Albanian, Amharic, Arabic, Armenian, Assamese, Azerbaijani, Bashkir, Basque, Belarusian,
	Bengali, Bosnian, Breton, Bulgarian, Cantonese, Catalan, Chinese, Croatian, Czech, Danish, Dutch, English,
	Estonian, Faroese, Finnish, French, Galician, Georgian, German, Greek, Gujarati, Haitian creole, Hausa,
	Hawaiian, Hebrew, Hindi, Hungarian, Icelandic, Indonesian, Italian, Japanese, Javanese, Kannada, Kazakh,
	Khmer, Korean, Lao, Latin, Latvian, Lingala, Lithuanian, Luxembourgish, Macedonian, Malagasy, Malay,
	Malayalam, Maltese, Maori, Marathi, Mongolian, Myanmar, Nepali, Norwegian, Nynorsk, Occitan, Pashto,
	Persian, Polish, Portuguese, Punjabi, Romanian, Russian, Sanskrit, Serbian, Shona, Sindhi, Sinhala,
	Slovak, Slovenian, Somali, Spanish, Sundanese, Swahili, Swedish, Tagalog, Tajik, Tamil, Tatar, Telugu,
	Thai, Tibetan, Turkish, Turkmen, Ukrainian, Urdu, Uzbek, Vietnamese, Welsh, Yiddish, Yoruba`

// wanted are the keys that the window asks for; true for those that are counted.
func wanted(t *testing.T) map[string]bool {
	keys := map[string]bool{}
	for _, s := range sources(t, ".", "widget", "native") {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || called(call) != "lang.L" && called(call) != "lang.N" {
				return true
			}
			if key := s.form(call.Args[0]); key != hole {
				keys[key] = called(call) == "lang.N"
			} else if filepath.Base(s.path) != "said.go" {
				t.Errorf("%s: the key is known only while the program runs", s.position(call))
			}
			return true
		})
	}
	for _, key := range slices.Concat(spokenBelow(t), refused(t), reasons(t), strings.Split(strings.Join(strings.Fields(spoken), " "), ", ")) {
		keys[key] = false
	}
	for _, pace := range []app.Pace{app.PaceFastest, app.PaceFast, app.PaceModerate, app.PaceSlow, app.PaceSlowest} {
		keys[string(pace)] = false
	}
	for _, state := range []app.State{app.StateRunning, app.StateDone, app.StateCancelled, app.StateInterrupted, app.StateFailed} {
		keys[string(state)] = false
	}
	for _, key := range fynes {
		keys[key] = false
	}
	return keys
}

// spokenBelow are the forms of the sentences of the functions below.
func spokenBelow(t *testing.T) []string {
	var forms []string
	for path, names := range below {
		s := parseSource(t, filepath.FromSlash(path))
		found := 0
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || len(names) > 0 && !slices.Contains(names, f.Name.Name) {
				continue
			}
			found++
			s.visit(f.Body, func(_ ast.Expr, form string) bool {
				form = strings.TrimPrefix(form, "%s %s ") // a sentence and a hint, translated before
				for part := range strings.SplitSeq(form, " · ") {
					if says(part) && !slices.Contains(plainly, part) {
						forms = append(forms, part)
					}
				}
				return form == hole
			})
		}
		if found < max(1, len(names)) {
			t.Errorf("%s: found %d functions, want %q", path, found, names)
		}
	}
	return forms
}

// refused are the words of what makes no sense in package app.
func refused(t *testing.T) []string {
	var all []string
	for _, s := range sources(t, "../app") {
		ast.Inspect(s.file, func(n ast.Node) bool {
			field, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			if name, ok := field.Key.(*ast.Ident); ok && (name.Name == "What" || name.Name == "Want") && s.form(field.Value) != hole {
				all = append(all, s.form(field.Value))
			}
			return true
		})
	}
	return all
}

// reasons are the ends of sentences about a file or a device: errors that speak
// of it.
func reasons(t *testing.T) []string {
	var all []string
	for _, s := range sources(t, "../app", "../engine", "../capture") {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || called(call) != "errors.New" && called(call) != "fmt.Errorf" {
				return true
			}
			text := verb.ReplaceAllString(s.form(call.Args[0]), hole)
			if (strings.HasPrefix(text, "it ") || strings.HasPrefix(text, "its ")) && !slices.Contains(plainly, text) {
				all = append(all, text)
			}
			return true
		})
	}
	return append(all, app.ErrNoChecksum.Error())
}

func TestTranslations(t *testing.T) {
	keys := wanted(t)
	files, err := translations.ReadDir("translations")
	if err != nil || len(files) != len(locales) {
		t.Fatalf("%d files and error %v, want one for each of %d languages", len(files), err, len(locales))
	}
	for _, l := range locales {
		locale := l[0]
		messages, err := readTranslation(locale)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			m, there := messages[key]
			switch {
			case !there:
				t.Errorf("%s lacks %q", locale, key)
			case keys[key]:
				checkForms(t, locale, key, m.Forms)
			default:
				checkText(t, locale, key, m.Text)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(messages)) {
			if _, used := keys[key]; !used {
				t.Errorf("%s has %q, which nothing asks for", locale, key)
			}
		}
	}
}

// checkText compares a translation with its key.
func checkText(t *testing.T, locale, key, text string) {
	t.Helper()
	if text == "" {
		t.Errorf("%s: %q is empty", locale, key)
	}
	if locale == "en" && text != key && !slices.Contains(fynes, key) {
		t.Errorf("en: %q says %q: the key is the English text", key, text)
	}
	if got, want := arguments(text), arguments(key); !slices.Equal(got, want) {
		t.Errorf("%s: %q takes %q, want %q as %q does", locale, text, got, want, key)
	}
}

// checkForms looks whether there is one form where one thing has its own.
func checkForms(t *testing.T, locale, key string, forms map[string]string) {
	t.Helper()
	need := []string{"one", "other"}
	if locale == "zh" {
		need = need[1:]
	}
	for _, form := range need {
		if forms[form] == "" {
			t.Errorf("%s lacks the form %q of %q", locale, form, key)
		}
	}
	if locale == "en" && forms["other"] != key {
		t.Errorf("en: %q says %q: the key is the English text", key, forms["other"])
	}
	for form, text := range forms {
		if strings.Contains(key, "{{.N}}") != strings.Contains(text, "{{.N}}") && form != "one" {
			t.Errorf("%s: %q does not count as %q does", locale, text, key)
		}
	}
}

// arguments are the verbs of a text and the fields that it takes, in the order
// of what they stand for.
func arguments(text string) []string {
	text = strings.ReplaceAll(text, "%%", "")
	all := verb.FindAllString(text, -1)
	next := 0
	for i, v := range all {
		number, kind, indexed := strings.Cut(strings.TrimPrefix(v, "%["), "]")
		if indexed {
			fmt.Sscan(number, &next)
		} else {
			next, kind = next+1, v[1:]
		}
		all[i] = fmt.Sprint(next, " ", kind)
	}
	for _, field := range []string{"{{.N}}", "{{.I}}"} {
		if strings.Contains(text, field) {
			all = append(all, field)
		}
	}
	slices.Sort(all)
	return all
}

// Every text in the sources of the window is translated, but for what no person
// reads.
func TestEveryTextIsTranslated(t *testing.T) {
	unread := []string{
		"lang.L", "lang.N", "fmt.Errorf", "errors.New", "Debug", "Info", "Warn", "Error", "Format", "panic",
	}
	for _, s := range sources(t, ".", "widget", "native") {
		s.visit(s.file, func(e ast.Expr, form string) bool {
			call, ok := e.(*ast.CallExpr)
			if ok && slices.Contains(unread, called(call)) {
				return false
			}
			if ok && called(call) != "fmt.Sprintf" {
				return true
			}
			if says(form) && !slices.Contains(plainly, strings.TrimPrefix(form, hole)) && !s.isConst(form) {
				t.Errorf("%s: %q is not translated", s.position(e), form)
			}
			return true
		})
	}
}

// isConst reports whether a text is that of a constant: those are translated
// where they are used.
func (s source) isConst(text string) bool {
	return slices.Contains(slices.Collect(maps.Values(s.consts)), text)
}

// In English nothing changes, whatever form is found.
func FuzzSaid(f *testing.F) {
	for _, s := range []string{
		"", "The library is empty.", "“a.wav” is empty.", "“Record” cannot be read: it is a folder.",
		"No sound came from 0:01 to 0:02.", "50 % · after 0:10 · 2.0× real time · 0:10 left",
		"Nothing but silence comes from Yeti 100% loud: it may be muted.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := saidEach(s); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	})
}

func TestDates(t *testing.T) {
	day := time.Date(2026, time.May, 3, 12, 0, 0, 0, time.Local)
	got := []string{dayText(day), shortDayText(day), monthText(day)}
	if want := []string{"3 May 2026", "3 May", "May 2026"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// speakEnv names the language of a test that runs in a program of its own: Fyne
// has one for all of a program.
const speakEnv = "EARSHOT_TEST_SPEAK"

// speak runs a test in such a program, on a system with a locale.
func speak(test, system, chosen string) (out string, err error) {
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), "LANGUAGE=", "LC_ALL="+system, "LC_MESSAGES=", "LANG=", speakEnv+"=="+chosen)
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// What comes from below the window is said in German.
func TestSaidInGerman(t *testing.T) {
	if os.Getenv(speakEnv) == "" {
		if out, err := speak("TestSaidInGerman", "C", "de"); err != nil || strings.Contains(out, "Fyne error") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := Translate("de"); err != nil {
		t.Fatal(err)
	}
	space := &app.DownloadError{Name: "base", Host: "models.invalid", Err: &app.SpaceError{Dir: "/data", Missing: 5e8}}
	tests := []struct{ got, want string }{
		{explain(space), "Das Modell „base“ passt nicht: In „/data“ fehlen 500 MB Platz. Platz schaffen und noch einmal versuchen."},
		{explain(&app.MediaError{Path: "a. b.wav", Err: app.ErrNoAudio}), "„a. b.wav“ enthält keinen Ton."},
		{said("There is no input “Yeti 2. Left” to record from."), "Es gibt keinen Eingang „Yeti 2. Left“ zum Aufnehmen."},
		{explain(&app.MediaError{Path: "Copy", Err: app.ErrEmptyFile}), "„Copy“ ist leer."},
		{explain(app.ErrNoSpeaker), "Diesen Sprecher gibt es nicht mehr."},
		{saidEach("50 % · nach 0:10 · 2.0× real time · 0:10 left"), "50 % · nach 0:10 · 2.0× Echtzeit · noch 0:10"},
		{said(`The language is a guess: "de", with a probability of 43 %.`), `Die Sprache ist geraten: "de", mit einer Wahrscheinlichkeit von 43 %.`},
		{
			said("The disk is full: nothing more can be stored in “/d”. Make room and try again. What is transcribed now is not stored."),
			"Der Datenträger ist voll: In „/d“ kann nichts mehr gespeichert werden. Platz schaffen und noch einmal versuchen. Was jetzt transkribiert wird, wird nicht gespeichert.",
		},
		{said("Three of four are left of this."), "Three of four are left of this."},
		{said("not used by itself: its self-test failed: it says 3"), "wird nicht von selbst benutzt: der Selbsttest ist fehlgeschlagen: it says 3"},
		{said("“a” becomes “b”"), "„a“ wird zu „b“"},
		{said(string(app.PaceFast)), "schnell"},
		{said(""), ""},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// What is chosen is spoken, or what the system speaks, in a program of its own:
// Fyne has one language for all of it.
func TestSpeaking(t *testing.T) {
	if locale, asked := os.LookupEnv(speakEnv); asked {
		if err := Translate(strings.TrimPrefix(locale, "=")); err != nil {
			t.Fatal(err)
		}
		day := time.Date(2026, time.May, 3, 12, 0, 0, 0, time.Local)
		fmt.Println("SAYS", lang.L("Cancel"), recordings(1), recordings(2), dayText(day), explain(&app.MediaError{Path: "Cancel", Err: app.ErrEmptyFile}))
		return
	}
	english := "Cancel 1 recording 2 recordings 3 May 2026 “Cancel” is empty."
	german := "Abbrechen 1 Aufnahme 2 Aufnahmen 3. Mai 2026 „Cancel“ ist leer."
	tests := []struct{ system, chosen, want string }{
		{"C", "", english},
		{"", "de", german},
		{"C.UTF-8", "de", german},
		{"en_GB.UTF-8", "", english},
		{"de_AT.UTF-8", "", german},
		{"de_AT.UTF-8", "en", english},
		{"en_US.UTF-8", "de", german},
		{"es_MX.UTF-8", "", "Cancelar 1 grabación 2 grabaciones 3 de mayo de 2026 «Cancel» está vacío."},
		{"fr_CA.UTF-8", "", "Annuler 1 enregistrement 2 enregistrements 3 mai 2026 « Cancel » est vide."},
		{"zh_CN.UTF-8", "", "取消 1 条录音 2 条录音 2026年5月3日 “Cancel”是空的。"},
		{"zh_TW.UTF-8", "", "取消 1 条录音 2 条录音 2026年5月3日 “Cancel”是空的。"},
		{"zh_CN.UTF-8", "de", strings.Replace(german, "1 Aufnahme", "1 Aufnahmen", 1)}, // counts as Chinese does
		{"pl_PL.UTF-8", "", english}, // Fyne speaks Polish, we do not
		{"pl_PL.UTF-8", "de", german},
		{"it_IT.UTF-8", "", english},
		{"ru_RU.UTF-8", "en", english}, // Russian has more forms
		{"de_DE.UTF-8", "xx", english},
	}
	for _, test := range tests {
		out, err := speak("TestSpeaking", test.system, test.chosen)
		_, said, _ := strings.Cut(out, "SAYS ")
		if said, _, _ = strings.Cut(said, "\n"); err != nil || said != test.want {
			t.Errorf("system %q, chosen %q: got %q, want %q (%v)", test.system, test.chosen, said, test.want, err)
		}
		if strings.Contains(out, "Fyne error") {
			t.Errorf("system %q, chosen %q: Fyne complains:\n%s", test.system, test.chosen, out)
		}
	}
}
