package app_test

import (
	"errors"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"earshot/app"
)

func TestOffers(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range app.Offers() {
		for _, unique := range []string{o.Name, o.File, o.URL, o.SHA256} {
			if seen[unique] {
				t.Errorf("%s: %q is another one's as well", o.Name, unique)
			}
			seen[unique] = true
		}
	}
	if n := len(app.Offers()); n != 23 {
		t.Errorf("got %d models, want 23", n)
	}
	app.Offers()[0].Name = "spoilt"
	if app.Offers()[0].Name == "spoilt" {
		t.Error("a caller can change the catalogue")
	}
}

func TestOffersCanBeFetched(t *testing.T) {
	digest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	revision := regexp.MustCompile(`/resolve/[0-9a-f]{40}/`)
	for _, o := range app.Offers() {
		u, err := url.Parse(o.URL)
		if err != nil || u.Scheme != "https" || path.Base(u.Path) != o.File || !revision.MatchString(u.Path) {
			t.Errorf("%s: got the URL %q, want one revision of %s over https", o.Name, o.URL, o.File)
		}
		if !digest.MatchString(o.SHA256) || o.Size < 0 {
			t.Errorf("%s: got the SHA-256 %q and the size %d", o.Name, o.SHA256, o.Size)
		}
	}
}

func TestOffersAreDescribed(t *testing.T) {
	languages := map[app.Family]int{app.FamilyWhisper: 99, app.FamilyParakeet: 25, app.FamilyVAD: 0}
	for _, o := range app.Offers() {
		want := languages[o.Family]
		if strings.Contains(o.Name, ".en") {
			want = 1
		}
		if o.Languages != want {
			t.Errorf("%s: got %d languages, want %d", o.Name, o.Languages, want)
		}
		if translates := want == 99 && !strings.Contains(o.Name, "turbo"); o.CanTranslate != translates {
			t.Errorf("%s: got CanTranslate %v, want %v", o.Name, o.CanTranslate, translates)
		}
		if o.Pace == "" || o.Licence == "" || o.Words == "" || strings.HasSuffix(o.Words, ".") {
			t.Errorf("%s is not described: %+v", o.Name, o)
		}
		if owed := strings.HasPrefix(o.Licence, "CC BY"); owed != (o.Attribution != "") {
			t.Errorf("%s, under %s: got the attribution %q", o.Name, o.Licence, o.Attribution)
		}
	}
}

func TestFindOffer(t *testing.T) {
	for name, want := range map[string]string{
		"small": "small", "ggml-small.bin": "small", "silero": "silero", app.VADFile: "silero",
		"parakeet-v3-q4_0": "parakeet-v3-q4_0", "ggml-parakeet-tdt-0.6b-v3-q4_0.bin": "parakeet-v3-q4_0",
	} {
		if o, err := app.FindOffer(name); err != nil || o.Name != want {
			t.Errorf("FindOffer(%q): got %q and error %v, want %q", name, o.Name, err, want)
		}
	}
	for name, want := range map[string]string{
		"smal":              "small, small.en or small-q8_0",
		"Small":             "small, small.en or small-q8_0",
		"ggml-tinny.bin":    "tiny",
		"large":             "large-v3, large-v3-q5_0 or large-v3-turbo",
		"large-v3-trubo":    "large-v3-turbo",
		"parakeet":          "parakeet-v3-q8_0 or parakeet-v3-q4_0",
		"something-else-v4": "one that “earshot models list --all” names",
		"":                  "one that “earshot models list --all” names",
	} {
		_, err := app.FindOffer(name)
		var usage *app.UsageError
		if !errors.As(err, &usage) || usage.Value != name || usage.Want != want {
			t.Errorf("FindOffer(%q): got %v, want a *UsageError that suggests %s", name, err, want)
		}
	}
}

func TestRecommend(t *testing.T) {
	const gb = 1e9
	tests := []struct {
		name    string
		machine app.Machine
		want    string
	}{
		{"nothing is known", app.Machine{}, "base base-q5_1 tiny"},
		{"old laptop", app.Machine{Cores: 2, Memory: 4 * gb}, "base base-q5_1 tiny"},
		{"little memory", app.Machine{Cores: 16, Memory: 2 * gb}, "base base-q5_1 tiny"},
		{"laptop", app.Machine{Cores: 4, Memory: 8 * gb}, "small small-q5_1 base"},
		{"many cores, some memory", app.Machine{Cores: 12, Memory: 4 * gb}, "small small-q5_1 base"},
		{"desktop", app.Machine{Cores: 8, Memory: 16 * gb}, "large-v3-turbo-q5_0 small base"},
		{"weak graphics card", app.Machine{Cores: 4, Memory: 8 * gb, GPU: true, GPUMemory: 1 * gb}, "small small-q5_1 base"},
		{"graphics card of unknown memory", app.Machine{Cores: 4, Memory: 8 * gb, GPU: true}, "small small-q5_1 base"},
		{"small graphics card", app.Machine{Cores: 4, Memory: 8 * gb, GPU: true, GPUMemory: 4 * gb}, "large-v3-turbo-q5_0 small base"},
		{"graphics card", app.Machine{Cores: 8, Memory: 32 * gb, GPU: true, GPUMemory: 8 * gb}, "large-v3-turbo large-v3-turbo-q5_0 small"},
	}
	for _, test := range tests {
		var names []string
		for _, o := range app.Recommend(test.machine) {
			names = append(names, o.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
