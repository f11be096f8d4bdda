package app

import (
	"path/filepath"
	"slices"
	"strings"
)

// Family is the kind of network that a model is.
type Family string

// The families of the catalogue.
const (
	FamilyWhisper  Family = "whisper"
	FamilyParakeet Family = "parakeet"
	FamilyVAD      Family = "vad" // hears where speech is; transcribes nothing
)

// Pace is how fast a model works beside the others on one machine.
type Pace string

// The paces, fastest first.
const (
	PaceFastest  Pace = "fastest"
	PaceFast     Pace = "fast"
	PaceModerate Pace = "moderate"
	PaceSlow     Pace = "slow"
	PaceSlowest  Pace = "slowest"
)

// Offer is a model that can be had.
type Offer struct {
	Name         string // what a person calls it
	File         string // its name in a models folder
	URL          string // of one revision, whose content never changes
	Size         int64  // bytes; 0 if it is not known
	SHA256       string // of the file, hex
	Family       Family
	Languages    int  // how many it writes; 0 for the voice activity model
	CanTranslate bool // into English
	Pace         Pace
	Licence      string
	Attribution  string // what the licence wants to be shown; may be empty
	Words        string // what it is good for, one clause
}

// Offers lists the models that Earshot knows, best choice first: with nothing
// chosen, the first one that is installed is used. The English ones come after
// those that understand everybody, the voice activity model comes last.
func Offers() []Offer {
	return []Offer{
		whisper("large-v3-turbo", 1624555275, "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69", PaceModerate, "best text, for a graphics card"),
		whisper("large-v3-turbo-q8_0", 0, "317eb69c11673c9de1e1f0d459b253999804ec71ac4c23c17ecf5fbe24e259a1", PaceModerate, "best text in half the memory"),
		whisper("large-v3-turbo-q5_0", 574041195, "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2", PaceModerate, "best text for its size"),
		whisper("large-v3", 3095033483, "64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2", PaceSlowest, "rare languages and translation, for a large graphics card"),
		whisper("large-v3-q5_0", 1081140203, "d75795ecff3f83b5faa89d1900604ad8c780abd5739fae406de19f23ecd98ad1", PaceSlowest, "rare languages and translation in less memory"),
		whisper("medium", 1533763059, "6c14d5adee5f86394037b4e4e8b59f1673b6cee10e3cf0b11bbdbee79c156208", PaceSlow, "translation, for a graphics card"),
		whisper("medium-q5_0", 539212467, "19fea4b380c3a618ec4723c3eef2eb785ffba0d0538cf43f8f235e7b3b34220f", PaceSlow, "translation in less memory"),
		whisper("small", 487601967, "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b", PaceModerate, "good text on most machines"),
		whisper("small-q8_0", 0, "49c8fb02b65e6049d5fa6c04f81f53b867b5ec9540406812c643f177317f779f", PaceModerate, "good text in half the memory"),
		whisper("small-q5_1", 190085487, "ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb", PaceModerate, "for slow machines and long batteries"),
		parakeet("q8_0", 0, "4d64e9e96c2792186d072fde0034df0ad670cf680a2f53069052ead827fd600e", "best text in 25 European languages, fast"),
		parakeet("q4_0", 355615679, "aa7fe2f5fb47d863ca23e8b1d490632d63a2599f515268b6d6bd656158dad45e", "good text in 25 European languages, fast"),
		whisper("base", 147951465, "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe", PaceFast, "fast, rougher text"),
		whisper("base-q8_0", 0, "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9", PaceFast, "fast, rougher text, half the memory"),
		whisper("base-q5_1", 59707625, "422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898", PaceFast, "fast, rougher text, a small download"),
		whisper("tiny", 77691713, "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21", PaceFastest, "fastest, for a first try"),
		whisper("tiny-q5_1", 32152673, "818710568da3ca15689e31a743197b520007872ff9576237bda97bd1b469c3d7", PaceFastest, "the smallest there is"),
		whisper("small.en", 487614201, "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d", PaceModerate, "good English text on most machines"),
		whisper("base.en", 147964211, "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002", PaceFast, "fast English text"),
		whisper("base.en-q5_1", 59721011, "4baf70dd0d7c4247ba2b81fafd9c01005ac77c2f9ef064e00dcf195d0e2fdd2f", PaceFast, "fast English text, a small download"),
		whisper("tiny.en", 77704715, "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f", PaceFastest, "fastest English text"),
		whisper("tiny.en-q5_1", 32166155, "c77c5766f1cef09b6b7d47f21b546cbddd4157886b3b5d6d4f709e91e66c7c2b", PaceFastest, "the smallest for English"),
		silero(),
	}
}

// VADFile is the voice activity model's file, looked for beside the models.
const VADFile = "ggml-silero-v6.2.0.bin"

// silero is the voice activity model.
func silero() Offer {
	return Offer{
		Name: "silero", File: VADFile,
		URL:  "https://huggingface.co/ggml-org/whisper-vad/resolve/9ffd54a1e1ee413ddf265af9913beaf518d1639b/" + VADFile,
		Size: 885098, SHA256: "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987",
		Family: FamilyVAD, Pace: PaceFastest, Licence: "MIT", Words: "hears where speech is; comes with every model",
	}
}

// whisper is an OpenAI Whisper model in the ggml format. Turbo was not trained
// to translate; the English ones have nothing to translate.
func whisper(name string, size int64, sha256 string, pace Pace, words string) Offer {
	file := "ggml-" + name + ".bin"
	o := Offer{
		Name: name, File: file,
		URL:  "https://huggingface.co/ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1/" + file,
		Size: size, SHA256: sha256, Family: FamilyWhisper, Languages: 99, CanTranslate: !strings.Contains(name, "turbo"),
		Pace: pace, Licence: "MIT", Words: words,
	}
	if strings.Contains(name, ".en") {
		o.Languages, o.CanTranslate = 1, false
	}
	return o
}

// parakeet is NVIDIA's Parakeet TDT 0.6B v3 in one kind of weights.
func parakeet(weights string, size int64, sha256, words string) Offer {
	file := "ggml-parakeet-tdt-0.6b-v3-" + weights + ".bin"
	return Offer{
		Name: "parakeet-v3-" + weights, File: file,
		URL:  "https://huggingface.co/ggml-org/parakeet-GGUF/resolve/35156454d1a39de06863303dd209fd2bed6ee079/" + file,
		Size: size, SHA256: sha256, Family: FamilyParakeet, Languages: 25,
		Pace: PaceFast, Licence: "CC BY 4.0", Attribution: "Parakeet TDT 0.6B v3 by NVIDIA, CC BY 4.0", Words: words,
	}
}

// FindOffer looks a model up by its name or its file's. An unknown one is a
// *UsageError that names similar ones.
func FindOffer(name string) (Offer, error) {
	if o, ok := offered(name); ok {
		return o, nil
	}
	return Offer{}, &UsageError{What: "model to download", Value: name, Want: similar(name)}
}

func offered(name string) (Offer, bool) {
	all := Offers()
	i := slices.IndexFunc(all, func(o Offer) bool { return o.Name == name || o.File == name })
	if i < 0 {
		return Offer{}, false
	}
	return all[i], true
}

// similar names up to three models whose names are like one that does not
// exist, nearest first, in words.
func similar(name string) string {
	const most = 3
	wanted := strings.ToLower(ModelName(name))
	var names []string
	for _, o := range Offers() {
		if len(wanted) > 1 && (strings.Contains(o.Name, wanted) || distance(o.Name, wanted) <= 2) {
			names = append(names, o.Name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return distance(a, wanted) - distance(b, wanted) })
	names = names[:min(len(names), most)]
	switch n := len(names); n {
	case 0:
		return "one that “earshot models list --all” names"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
}

// distance is how many bytes must be put in, left out or replaced to turn one
// name into the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// ModelName is the short name of a model file: "ggml-large-v3-turbo.bin" is
// "large-v3-turbo".
func ModelName(file string) string {
	base := filepath.Base(file)
	for _, o := range Offers() {
		if o.File == base {
			return o.Name
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(base, ".bin"), "ggml-")
}

// Machine is what a recommendation rests on. What is not known is zero.
type Machine struct {
	Cores     int
	Memory    uint64 // bytes
	GPU       bool
	GPUMemory uint64 // bytes, of the graphics card
}

// Recommend names three models that suit a machine, best first. All of them
// know 99 languages: which one is spoken is not known before.
func Recommend(m Machine) []Offer {
	const gb = 1e9
	names := []string{"base", "base-q5_1", "tiny"}
	switch {
	case m.GPU && m.GPUMemory >= 5*gb:
		names = []string{"large-v3-turbo", "large-v3-turbo-q5_0", "small"}
	case m.GPU && m.GPUMemory >= 2*gb, m.Cores >= 8 && m.Memory >= 7*gb:
		names = []string{"large-v3-turbo-q5_0", "small", "base"}
	case m.Cores >= 4 && m.Memory >= 3*gb:
		names = []string{"small", "small-q5_1", "base"}
	}
	offers := make([]Offer, len(names))
	for i, name := range names {
		offers[i], _ = offered(name)
	}
	return offers
}
