package engine

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"earshot/app"
)

// A model file goes through checkModel before any native code sees it:
// libwhisper trusts what it reads, and a wrong number in a header ends the
// process. The layout is that of whisper.cpp's "ggml" files: magic, eleven
// int32 parameters, mel filters, vocabulary, then named tensors to the end.

// The limits are generous against large-v3 (32 layers, 1280 wide, 51,866
// tokens) and keep every product far from overflow.
const (
	ggmlMagic     = 0x67676d6c
	whisperVocab  = 51864 // tokens of the English models; the others have more
	maxVocabulary = 1 << 17
	maxLayers     = 64
	maxWidth      = 4096
	maxContext    = 1 << 14
	maxTokenBytes = 1 << 10
	maxTensorName = 128
)

// tensorType is a ggml storage type: blocks of so many elements in so many
// bytes.
type tensorType struct{ block, bytes int64 }

// By ggml_type; the types that whisper.cpp's loader accepts as weights.
var tensorTypes = map[int32]tensorType{
	0: {1, 4}, 1: {1, 2}, // f32, f16
	2: {32, 18}, 3: {32, 20}, // q4_0, q4_1
	6: {32, 22}, 7: {32, 24}, 8: {32, 34}, // q5_0, q5_1, q8_0
	10: {256, 84}, 11: {256, 110}, 12: {256, 144}, 13: {256, 176}, 14: {256, 210}, // q2_K … q6_K
	30: {1, 2}, // bf16
}

// By ggml_ftype: the type of the big matrices, with its name.
var fileTypes = map[int32]struct {
	tensor int32
	name   string
}{
	0: {0, "f32"}, 1: {1, "f16"}, 2: {2, "q4_0"}, 3: {3, "q4_1"}, 7: {8, "q8_0"},
	8: {6, "q5_0"}, 9: {7, "q5_1"}, 10: {10, "q2_k"}, 11: {11, "q3_k"},
	12: {12, "q4_k"}, 13: {13, "q5_k"}, 14: {14, "q6_k"}, 24: {30, "bf16"},
}

// hparams are the parameters at the head of a whisper model file, in order.
type hparams struct {
	Vocab, AudioCtx, AudioState, AudioHead, AudioLayer int32
	TextCtx, TextState, TextHead, TextLayer            int32
	Mels, FileType                                     int32
}

// Inspect reads a model file's header and says what it is, without loading
// it. It fails with an *app.ModelError that names the file and the reason.
func (e *Engine) Inspect(path string) (app.ModelInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return app.ModelInfo{}, &app.ModelError{Path: path, Err: err}
	}
	defer f.Close()
	info, err := inspect(f)
	if err != nil {
		return app.ModelInfo{}, &app.ModelError{Path: path, Err: err}
	}
	info.Path = path
	return info, nil
}

// inspect checks everything in an open model file but the numbers themselves.
func inspect(f *os.File) (app.ModelInfo, error) {
	st, err := f.Stat()
	if err != nil {
		return app.ModelInfo{}, err
	}
	if !st.Mode().IsRegular() {
		return app.ModelInfo{}, errors.New("it is not a file")
	}
	h, err := checkModel(io.NewSectionReader(f, 0, st.Size()), st.Size())
	if err != nil {
		return app.ModelInfo{}, err
	}
	print, err := fingerprint(f, st.Size())
	if err != nil {
		return app.ModelInfo{}, err
	}
	return app.ModelInfo{
		Name:         app.ModelName(filepath.Base(f.Name())),
		Size:         st.Size(),
		Multilingual: h.Vocab > whisperVocab,
		Weights:      fileTypes[h.FileType%1000].name,
		Fingerprint:  print,
	}, nil
}

// fingerprint tells model files apart without reading gigabytes: it hashes
// the size, the first and the last 64 KiB.
func fingerprint(r io.ReaderAt, size int64) (string, error) {
	const part = 64 << 10
	sum := sha256.New()
	fmt.Fprintln(sum, size)
	for _, at := range []int64{0, max(0, size-part)} {
		if _, err := io.Copy(sum, io.NewSectionReader(r, at, part)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// checkModel walks a model file of the given size from header to last tensor.
// Its error is a reason that follows the file's name: "it is cut short".
func checkModel(r io.ReadSeeker, size int64) (hparams, error) {
	c := &modelChecker{r: r, size: size, in: bufio.NewReaderSize(r, 1<<16)}
	if err := c.magic(); err != nil {
		return hparams{}, err
	}
	if err := c.header(); err != nil {
		return hparams{}, err
	}
	if err := c.vocabulary(); err != nil {
		return hparams{}, err
	}
	return c.h, c.tensors()
}

type modelChecker struct {
	r    io.ReadSeeker
	in   *bufio.Reader
	pos  int64 // of in, from the start of the file
	size int64
	h    hparams
}

var errCut = errors.New("it is cut short: the download or copy did not finish")

func (c *modelChecker) magic() error {
	const size = 16
	head := make([]byte, size)
	n, err := io.ReadFull(c.in, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	switch {
	case n == 0:
		return errors.New("it is empty")
	case bytes.HasPrefix(head, []byte("GGUF")):
		return errors.New("it is a GGUF model, which libwhisper does not read")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return errors.New("it is a PyTorch or zip file: a model converted for whisper.cpp is needed")
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		return errors.New("it is a web page, saved in place of a model")
	case bytes.HasPrefix(head, []byte("RIFF")), bytes.HasPrefix(head, []byte("ID3")), bytes.HasPrefix(head, []byte("fLaC")):
		return errors.New("it is an audio file, not a model")
	case n < size:
		return errCut
	case binary.LittleEndian.Uint32(head) != ggmlMagic:
		return errors.New("it is not a Whisper model")
	}
	c.pos = 0
	if _, err := c.r.Seek(4, io.SeekStart); err != nil {
		return err
	}
	c.in.Reset(c.r)
	c.pos = 4
	// Voice activity files share the magic; their type's name follows.
	if bytes.HasPrefix(head[8:], []byte("silero")) {
		return errors.New("it is a voice activity model, not one that writes text")
	}
	return nil
}

func (c *modelChecker) header() error {
	if err := c.read(&c.h); err != nil {
		return err
	}
	h := c.h
	if h.Vocab >= 1 && h.Vocab < whisperVocab {
		return errors.New("it is not a Whisper model; if it is a Parakeet model, this Earshot cannot run it yet")
	}
	if !h.possible() {
		return errors.New("its header describes no Whisper model that exists")
	}
	if _, known := fileTypes[h.FileType%1000]; !known || h.FileType < 0 {
		return fmt.Errorf("its weights have an unknown type (%d)", h.FileType)
	}
	return nil
}

// possible reports whether a model can have these parameters, and whether
// they are small enough to compute with.
func (h hparams) possible() bool {
	for _, limit := range []struct{ v, lo, hi int32 }{
		{h.Vocab, whisperVocab, maxVocabulary},
		{h.AudioCtx, 1, maxContext},
		{h.TextCtx, 1, maxContext},
		{h.AudioState, 1, maxWidth},
		{h.TextState, h.AudioState, h.AudioState},
		{h.AudioHead, 1, h.AudioState},
		{h.TextHead, 1, h.TextState},
		{h.AudioLayer, 1, maxLayers},
		{h.TextLayer, 1, maxLayers},
	} {
		if limit.v < limit.lo || limit.v > limit.hi {
			return false
		}
	}
	return h.AudioState%h.AudioHead == 0 && h.TextState%h.TextHead == 0 && (h.Mels == 80 || h.Mels == 128)
}

func (c *modelChecker) vocabulary() error {
	var filters struct{ Mels, Bins int32 }
	if err := c.read(&filters); err != nil {
		return err
	}
	if filters.Mels != c.h.Mels || filters.Bins != 201 {
		return errors.New("its mel filters do not fit its header")
	}
	if err := c.skip(4 * int64(filters.Mels) * int64(filters.Bins)); err != nil {
		return err
	}
	var n int32
	if err := c.read(&n); err != nil {
		return err
	}
	if n < 1 || n > c.h.Vocab {
		return errors.New("its vocabulary does not fit its header")
	}
	for range n {
		var length uint32
		if err := c.read(&length); err != nil {
			return err
		}
		if length > maxTokenBytes {
			return errors.New("its vocabulary is damaged")
		}
		if err := c.skip(int64(length)); err != nil {
			return err
		}
	}
	return nil
}

func (c *modelChecker) tensors() error {
	expected := c.h.shapes()
	if c.pos == c.size {
		return errors.New("it holds no weights")
	}
	for c.pos < c.size {
		name, t, err := c.tensor()
		if err != nil {
			return err
		}
		if want, known := expected[name]; !known || want != t {
			return fmt.Errorf("its weights %.60q do not fit its header", name)
		}
		delete(expected, name)
		size, ok := t.size()
		if !ok {
			return fmt.Errorf("its weights %.60q cannot have the type %d", name, t.typ)
		}
		if err := c.skip(size); err != nil {
			return err
		}
	}
	if len(expected) > 0 {
		return errCut
	}
	return nil
}

// tensor reads the head of a tensor; its data follows.
func (c *modelChecker) tensor() (name string, t tensor, err error) {
	var head struct{ Dims, Name, Type int32 }
	if err := c.read(&head); err != nil {
		return "", t, err
	}
	if head.Dims < 1 || head.Dims > 3 || head.Name < 1 || head.Name > maxTensorName {
		return "", t, errors.New("its table of weights is damaged")
	}
	t = tensor{shape: [3]int64{1, 1, 1}, typ: head.Type}
	for i := range head.Dims {
		var n int32
		if err := c.read(&n); err != nil {
			return "", t, err
		}
		t.shape[i] = int64(n)
	}
	text := make([]byte, head.Name)
	err = c.bytes(text)
	return string(text), t, err
}

func (c *modelChecker) read(v any) error {
	n := binary.Size(v)
	if c.pos+int64(n) > c.size {
		return errCut
	}
	c.pos += int64(n)
	return binary.Read(c.in, binary.LittleEndian, v)
}

func (c *modelChecker) bytes(b []byte) error {
	if c.pos+int64(len(b)) > c.size {
		return errCut
	}
	c.pos += int64(len(b))
	_, err := io.ReadFull(c.in, b)
	return err
}

func (c *modelChecker) skip(n int64) error {
	if n < 0 || c.pos+n > c.size {
		return errCut
	}
	c.pos += n
	if n <= int64(c.in.Buffered()) {
		_, err := c.in.Discard(int(n))
		return err
	}
	if _, err := c.r.Seek(c.pos, io.SeekStart); err != nil {
		return err
	}
	c.in.Reset(c.r)
	return nil
}

type tensor struct {
	shape [3]int64
	typ   int32
}

// size in bytes; false if rows do not divide into the type's blocks.
func (t tensor) size() (int64, bool) {
	tt := tensorTypes[t.typ]
	if t.shape[0]%tt.block != 0 {
		return 0, false
	}
	return t.shape[0] / tt.block * tt.bytes * t.shape[1] * t.shape[2], true
}

// shapes lists the tensors that a model with these parameters has: OpenAI's
// architecture in ggml's order of dimensions (innermost first).
func (h hparams) shapes() map[string]tensor {
	const f32 = 0
	matrix := fileTypes[h.FileType%1000].tensor
	conv := int32(1) // f16 unless all is f32
	if matrix == f32 {
		conv = f32
	}
	w := int64(h.AudioState)
	all := map[string]tensor{
		"encoder.positional_embedding":   {[3]int64{w, int64(h.AudioCtx), 1}, f32},
		"encoder.conv1.weight":           {[3]int64{3, int64(h.Mels), w}, conv},
		"encoder.conv1.bias":             {[3]int64{1, w, 1}, f32},
		"encoder.conv2.weight":           {[3]int64{3, w, w}, conv},
		"encoder.conv2.bias":             {[3]int64{1, w, 1}, f32},
		"decoder.positional_embedding":   {[3]int64{w, int64(h.TextCtx), 1}, f32},
		"decoder.token_embedding.weight": {[3]int64{w, int64(h.Vocab), 1}, matrix},
	}
	vector := func(name string, n int64) { all[name] = tensor{[3]int64{n, 1, 1}, f32} }
	norm := func(name string) { vector(name+".weight", w); vector(name+".bias", w) }
	linear := func(name string, in, out int64, bias bool) {
		all[name+".weight"] = tensor{[3]int64{in, out, 1}, matrix}
		if bias {
			vector(name+".bias", out)
		}
	}
	attention := func(name string) {
		linear(name+".query", w, w, true)
		linear(name+".key", w, w, false)
		linear(name+".value", w, w, true)
		linear(name+".out", w, w, true)
		norm(name + "_ln")
	}
	block := func(name string) {
		attention(name + ".attn")
		linear(name+".mlp.0", w, 4*w, true)
		linear(name+".mlp.2", 4*w, w, true)
		norm(name + ".mlp_ln")
	}
	norm("encoder.ln_post")
	for i := range h.AudioLayer {
		block(fmt.Sprintf("encoder.blocks.%d", i))
	}
	norm("decoder.ln")
	for i := range h.TextLayer {
		name := fmt.Sprintf("decoder.blocks.%d", i)
		block(name)
		attention(name + ".cross_attn")
	}
	return all
}
