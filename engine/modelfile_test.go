package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// tinyModel is the smallest Whisper file that checkModel accepts, and an
// account of it: one layer.
func tinyModel(change func(*whisperParams)) []byte {
	h := tinyWhisper
	if change != nil {
		change(&h)
	}
	var b bytes.Buffer
	put(&b, uint32(ggmlMagic), h, int32(80), int32(201), make([]float32, 80*201))
	put(&b, int32(2), uint32(1), []byte(" "), uint32(0))
	putWeights(&b, h.shapes(), func() float32 { return 0 })
	return b.Bytes()
}

var tinyWhisper = whisperParams{
	Vocab: 51865, AudioCtx: 4, AudioState: 32, AudioHead: 1, AudioLayer: 1,
	TextCtx: 32, TextState: 32, TextHead: 1, TextLayer: 1, Mels: 80, FileType: 1,
}

func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		binary.Write(b, binary.LittleEndian, v)
	}
}

// putWeights writes tensors by name, those of f32 filled by next, others with
// zeros.
func putWeights(b *bytes.Buffer, shapes map[string]tensor, next func() float32) {
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t := shapes[name]
		put(b, int32(4), int32(len(name)), t.typ)
		for _, n := range t.shape {
			put(b, int32(n))
		}
		put(b, []byte(name))
		size, _ := t.size()
		if t.typ != typeF32 {
			put(b, make([]byte, size))
			continue
		}
		for range size / 4 {
			put(b, next())
		}
	}
}

func check(data []byte) error {
	_, err := checkModel(bytes.NewReader(data), int64(len(data)))
	return err
}

func TestCheckModelAccepts(t *testing.T) {
	for _, fileType := range []int32{0, 1, 2, 7, 2008, 9, 24} {
		if err := check(tinyModel(func(h *whisperParams) { h.FileType = fileType })); err != nil {
			t.Errorf("file type %d: %v", fileType, err)
		}
	}
}

// Cantonese came with large-v3: older models have no token for it.
func TestCantoneseIsRefused(t *testing.T) {
	e := testEngine(t)
	yue := []string{"yue"}
	for _, c := range []struct {
		name  string
		vocab int32
		asked []string
		want  string // "" if it is accepted
	}{
		{"large-v3", 51866, yue, ""},
		{"older", 51865, yue, `it does not know "yue", only 99 other languages`},
		{"older", 51865, []string{"zh", "jw", "su"}, ""},
		{"English", 51864, yue, `it knows English only, not "yue"`},
	} {
		info, err := e.Inspect(writeModel(t, tinyModel(func(h *whisperParams) { h.Vocab = c.vocab })))
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&model{info: info}).languagesFor(c.asked)
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s, %v: got %v, want %q", c.name, c.asked, err, c.want)
		}
	}
	opt := fixtureOptions(t)
	opt.Language = "yue"
	var bad *app.ModelError
	if _, err := try(t, e, opt); !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	} else if sentence, _ := app.Explain(err); !strings.Contains(sentence, "does not know") {
		t.Errorf("got %q", sentence)
	}
}

// Every header that the native loader would trust to its ruin is refused.
func TestCheckModelRefusesHeaders(t *testing.T) {
	for name, change := range map[string]func(*whisperParams){
		"no vocabulary":       func(h *whisperParams) { h.Vocab = 0 },
		"negative vocabulary": func(h *whisperParams) { h.Vocab = -1 },
		"huge vocabulary":     func(h *whisperParams) { h.Vocab = 1 << 30 },
		"no context":          func(h *whisperParams) { h.AudioCtx = 0 },
		"huge context":        func(h *whisperParams) { h.TextCtx = 1 << 28 },
		"short text":          func(h *whisperParams) { h.TextCtx = 2 },
		"no heads":            func(h *whisperParams) { h.AudioHead = 0 },
		"uneven heads":        func(h *whisperParams) { h.TextHead = 5 },
		"widths differ":       func(h *whisperParams) { h.TextState = 64 },
		"no layers":           func(h *whisperParams) { h.AudioLayer = 0 },
		"many layers":         func(h *whisperParams) { h.TextLayer = 1 << 20 },
		"odd mels":            func(h *whisperParams) { h.Mels = 81 },
		"unknown type":        func(h *whisperParams) { h.FileType = 5 },
		"negative type":       func(h *whisperParams) { h.FileType = -1 },
	} {
		good := tinyModel(nil)
		h := tinyWhisper
		change(&h)
		var head bytes.Buffer
		binary.Write(&head, binary.LittleEndian, h)
		copy(good[4:], head.Bytes())
		if err := check(good); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// Rows that do not divide into blocks.
	if err := check(tinyModel(func(h *whisperParams) { h.FileType = 12 })); err == nil || !strings.Contains(err.Error(), "cannot have the type") {
		t.Errorf("q4_k in rows of 32: got %v", err)
	}
}

func TestCheckModelRefusesDamage(t *testing.T) {
	good := tinyModel(nil)
	for _, n := range []int{4, 20, 48, 60, 64376, 64400, len(good) - 1, len(good) / 2} {
		if err := check(good[:n]); err == nil {
			t.Errorf("cut at %d: accepted", n)
		}
	}
	if err := check(append(slices.Clone(good), 0)); err == nil {
		t.Error("with a byte too many: accepted")
	}
	for _, edit := range []struct{ old, new string }{
		{"\x02\x00\x00\x00\x01\x00\x00\x00 ", "\x02\x00\x00\x00\x01\x00\x00\x00a"}, // no blank
		{"encoder.conv1.bias", "encoder.conv9.bias"},                               // unknown
		{"encoder.conv2.bias", "encoder.conv1.bias"},                               // twice
	} {
		if err := check(bytes.Replace(good, []byte(edit.old), []byte(edit.new), 1)); err == nil {
			t.Errorf("%s for %s: accepted", edit.new, edit.old)
		}
	}
}

// slowReader makes every read short, as a network file system may.
type slowReader struct{ *bytes.Reader }

func (s slowReader) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), 7)]) }

func TestCheckModelShortReads(t *testing.T) {
	good := tinyModel(nil)
	if _, err := checkModel(slowReader{bytes.NewReader(good)}, int64(len(good))); err != nil {
		t.Error(err)
	}
}

func FuzzCheckModel(f *testing.F) {
	good := tinyModel(nil)
	f.Add(good)
	f.Add(good[:100])
	f.Add([]byte("lmgg\x0a\x00\x00\x00silero-16k"))
	f.Add([]byte("<html>"))
	f.Fuzz(checkAnything)
}

// Parakeet files are a thousand times smaller, and so are tried more often.
func FuzzCheckParakeet(f *testing.F) {
	small := tinyParakeet(func(h *parakeetParams) {
		h.AudioState, h.AudioHead, h.Mels, h.FFT, h.Channels, h.PredWidth = 2, 1, 8, 16, 1, 1
	})
	f.Add(small)
	f.Add(small[:64])
	f.Add(tinyParakeet(nil))
	f.Fuzz(checkAnything)
}

// checkAnything checks what holds for any file.
func checkAnything(t *testing.T, data []byte) {
	r := bytes.NewReader(data)
	h, err := checkModel(r, int64(len(data)))
	if err != nil {
		if s := err.Error(); s == "" || strings.HasSuffix(s, ".") {
			t.Errorf("reason %q does not fit into a sentence", s)
		}
		return
	}
	// What is accepted is consistent: the tensors make up the file.
	total := int64(0)
	for _, s := range h.shapes() {
		size, ok := s.size()
		if !ok {
			t.Fatal("accepted a tensor without a size")
		}
		total += size
	}
	if total > int64(len(data)) {
		t.Errorf("accepted %d bytes of weights in a file of %d", total, len(data))
	}
	if pos, _ := r.Seek(0, io.SeekCurrent); pos > int64(len(data)) {
		t.Errorf("read to %d of %d", pos, len(data))
	}
}
