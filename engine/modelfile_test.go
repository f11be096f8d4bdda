package engine

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
)

// tinyModel is the smallest model file that checkModel accepts, and an
// account of it: two states wide, one layer.
func tinyModel(change func(*hparams)) []byte {
	h := hparams{
		Vocab: 51865, AudioCtx: 4, AudioState: 32, AudioHead: 1, AudioLayer: 1,
		TextCtx: 4, TextState: 32, TextHead: 1, TextLayer: 1, Mels: 80, FileType: 1,
	}
	if change != nil {
		change(&h)
	}
	var b bytes.Buffer
	put := func(v ...any) {
		for _, x := range v {
			binary.Write(&b, binary.LittleEndian, x)
		}
	}
	put(uint32(ggmlMagic), h, int32(80), int32(201), make([]float32, 80*201))
	put(int32(2), uint32(1), []byte("a"), uint32(0))
	shapes := h.shapes()
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := shapes[name]
		put(int32(3), int32(len(name)), s.typ, int32(s.shape[0]), int32(s.shape[1]), int32(s.shape[2]), []byte(name))
		size, _ := s.size()
		put(make([]byte, size))
	}
	return b.Bytes()
}

func check(data []byte) error {
	_, err := checkModel(bytes.NewReader(data), int64(len(data)))
	return err
}

func TestCheckModelAccepts(t *testing.T) {
	for _, fileType := range []int32{0, 1, 2, 7, 2008, 9, 24} {
		if err := check(tinyModel(func(h *hparams) { h.FileType = fileType })); err != nil {
			t.Errorf("file type %d: %v", fileType, err)
		}
	}
}

// Every header that the native loader would trust to its ruin is refused.
func TestCheckModelRefusesHeaders(t *testing.T) {
	for name, change := range map[string]func(*hparams){
		"no vocabulary":       func(h *hparams) { h.Vocab = 0 },
		"negative vocabulary": func(h *hparams) { h.Vocab = -1 },
		"huge vocabulary":     func(h *hparams) { h.Vocab = 1 << 30 },
		"no context":          func(h *hparams) { h.AudioCtx = 0 },
		"huge context":        func(h *hparams) { h.TextCtx = 1 << 28 },
		"no heads":            func(h *hparams) { h.AudioHead = 0 },
		"uneven heads":        func(h *hparams) { h.TextHead = 5 },
		"widths differ":       func(h *hparams) { h.TextState = 64 },
		"no layers":           func(h *hparams) { h.AudioLayer = 0 },
		"many layers":         func(h *hparams) { h.TextLayer = 1 << 20 },
		"odd mels":            func(h *hparams) { h.Mels = 81 },
		"unknown type":        func(h *hparams) { h.FileType = 5 },
		"negative type":       func(h *hparams) { h.FileType = -1 },
	} {
		good := tinyModel(nil)
		h := hparams{
			Vocab: 51865, AudioCtx: 4, AudioState: 32, AudioHead: 1, AudioLayer: 1,
			TextCtx: 4, TextState: 32, TextHead: 1, TextLayer: 1, Mels: 80, FileType: 1,
		}
		change(&h)
		var head bytes.Buffer
		binary.Write(&head, binary.LittleEndian, h)
		copy(good[4:], head.Bytes())
		if err := check(good); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// Rows that do not divide into blocks.
	if err := check(tinyModel(func(h *hparams) { h.FileType = 12 })); err == nil || !strings.Contains(err.Error(), "cannot have the type") {
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
		{"encoder.conv1.bias", "encoder.conv9.bias"}, // unknown
		{"encoder.conv2.bias", "encoder.conv1.bias"}, // twice
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
	f.Fuzz(func(t *testing.T, data []byte) {
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
	})
}
