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

// A model file goes through checkModel before any native code sees it: the
// libraries trust what they read, and a wrong number in a header ends the
// process. The layout is that of whisper.cpp's "ggml" files: magic, int32
// parameters, tables (mel filters, vocabulary, …), then named tensors to the
// end. What is a family's own is in whisperfile.go and parakeetfile.go.

const (
	ggmlMagic     = 0x67676d6c
	maxTokenBytes = 1 << 10
	maxTensorName = 128
)

// tensorType is a ggml storage type: blocks of so many elements in so many
// bytes.
type tensorType struct{ block, bytes int64 }

// By ggml_type; the types that whisper.cpp's loaders accept as weights.
var tensorTypes = map[int32]tensorType{
	0: {1, 4}, 1: {1, 2}, // f32, f16
	2: {32, 18}, 3: {32, 20}, // q4_0, q4_1
	6: {32, 22}, 7: {32, 24}, 8: {32, 34}, // q5_0, q5_1, q8_0
	10: {256, 84}, 11: {256, 110}, 12: {256, 144}, 13: {256, 176}, 14: {256, 210}, // q2_K … q6_K
	26: {1, 4}, // i32
	30: {1, 2}, // bf16
}

const (
	typeF32 int32 = 0
	typeF16 int32 = 1
	typeI32 int32 = 26
)

// By ggml_ftype: the type of the big matrices, with its name.
var fileTypes = map[int32]struct {
	tensor int32
	name   string
}{
	0: {0, "f32"}, 1: {1, "f16"}, 2: {2, "q4_0"}, 3: {3, "q4_1"}, 7: {8, "q8_0"},
	8: {6, "q5_0"}, 9: {7, "q5_1"}, 10: {10, "q2_k"}, 11: {11, "q3_k"},
	12: {12, "q4_k"}, 13: {13, "q5_k"}, 14: {14, "q6_k"}, 24: {30, "bf16"},
}

// params are the parameters at the head of a model file, in order. Each family
// of models has its own.
type params interface {
	// check says what no model of the family can have, or is too much to
	// compute with.
	check() error
	// tables walks what lies between parameters and weights.
	tables(c *modelChecker) error
	// shapes lists the tensors that a model with these parameters has.
	shapes() map[string]tensor
	// describe fills in what the parameters tell.
	describe(info *app.ModelInfo)
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
	p, err := checkModel(io.NewSectionReader(f, 0, st.Size()), st.Size())
	if err != nil {
		return app.ModelInfo{}, err
	}
	print, err := fingerprint(f, st.Size())
	if err != nil {
		return app.ModelInfo{}, err
	}
	info := app.ModelInfo{Name: app.ModelName(filepath.Base(f.Name())), Size: st.Size(), Fingerprint: print}
	p.describe(&info)
	return info, nil
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
func checkModel(r io.ReadSeeker, size int64) (params, error) {
	c := newModelChecker(r, size)
	p, err := c.head()
	if err != nil {
		return nil, err
	}
	return p, c.tensors(p.shapes())
}

type modelChecker struct {
	r    io.ReadSeeker
	in   *bufio.Reader
	pos  int64 // of in, from the start of the file
	size int64
}

func newModelChecker(r io.ReadSeeker, size int64) *modelChecker {
	return &modelChecker{r: r, size: size, in: bufio.NewReaderSize(r, 1<<16)}
}

// head walks a model file up to its first tensor.
func (c *modelChecker) head() (params, error) {
	if err := c.magic(); err != nil {
		return nil, err
	}
	p, err := c.family()
	if err != nil {
		return nil, err
	}
	if err := c.read(p); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, p.tables(c)
}

var (
	errCut      = errors.New("it is cut short: the download or copy did not finish")
	errNotModel = errors.New("it is not a Whisper or Parakeet model")
)

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
		return errors.New("it is a GGUF model, which whisper.cpp does not read")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return errors.New("it is a PyTorch or zip file: a model converted for whisper.cpp is needed")
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		return errors.New("it is a web page, saved in place of a model")
	case bytes.HasPrefix(head, []byte("RIFF")), bytes.HasPrefix(head, []byte("ID3")), bytes.HasPrefix(head, []byte("fLaC")):
		return errors.New("it is an audio file, not a model")
	case n < size:
		return errCut
	case binary.LittleEndian.Uint32(head) != ggmlMagic:
		return errNotModel
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

// family tells the families apart by the size of the vocabulary, the first
// parameter of either.
func (c *modelChecker) family() (params, error) {
	first, err := c.in.Peek(4)
	if err != nil {
		return nil, errCut
	}
	switch vocab := int32(binary.LittleEndian.Uint32(first)); {
	case vocab >= whisperVocab:
		return &whisperParams{}, nil
	case vocab >= 1 && vocab <= maxParakeetVocab:
		return &parakeetParams{}, nil
	}
	return nil, errNotModel
}

// checkFileType refuses what ggml knows no storage type for.
func checkFileType(fileType int32) error {
	if _, known := fileTypes[fileType%1000]; !known || fileType < 0 {
		return fmt.Errorf("its weights have an unknown type (%d)", fileType)
	}
	return nil
}

// filters walks the mel filters that turn a spectrum of so many bins into so
// many bands.
func (c *modelChecker) filters(mels, bins int32) error {
	var size struct{ Mels, Bins int32 }
	if err := c.read(&size); err != nil {
		return err
	}
	if size.Mels != mels || size.Bins != bins {
		return errors.New("its mel filters do not fit its header")
	}
	return c.skip(4 * int64(mels) * int64(bins))
}

// vocabulary walks the tokens, between least and most of them. One of them must be
// needed, unless that is "": libwhisper ends the program where it finds no blank.
func (c *modelChecker) vocabulary(least, most int32, needed string) error {
	var n int32
	if err := c.read(&n); err != nil {
		return err
	}
	if n < least || n > most {
		return errors.New("its vocabulary does not fit its header")
	}
	there := needed == ""
	for range n {
		var length uint32
		if err := c.read(&length); err != nil {
			return err
		}
		if length > maxTokenBytes {
			return errors.New("its vocabulary is damaged")
		}
		text := make([]byte, length)
		if err := c.bytes(text); err != nil {
			return err
		}
		there = there || string(text) == needed
	}
	if !there {
		return errors.New("its vocabulary is damaged")
	}
	return nil
}

// tensors walks the weights, each of which is expected once, and removes them
// from expected.
func (c *modelChecker) tensors(expected map[string]tensor) error {
	if c.pos == c.size {
		return errors.New("it holds no weights")
	}
	for c.pos < c.size {
		name, t, err := c.tensor()
		if err != nil {
			return err
		}
		want, known := expected[name]
		if want.typ == typeI32 && t.typ == typeF32 {
			t.typ = typeI32 // a counter that nobody reads is written as either
		}
		if !known || want != t {
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
	if head.Dims < 1 || head.Dims > 4 || head.Name < 1 || head.Name > maxTensorName {
		return "", t, errors.New("its table of weights is damaged")
	}
	t = tensor{shape: [4]int64{1, 1, 1, 1}, typ: head.Type}
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

// tensor is what a table of weights says of one: its shape, innermost
// dimension first, padded with ones, and its ggml_type.
type tensor struct {
	shape [4]int64
	typ   int32
}

// size in bytes; false if rows do not divide into the type's blocks.
func (t tensor) size() (int64, bool) {
	tt := tensorTypes[t.typ]
	if t.shape[0]%tt.block != 0 {
		return 0, false
	}
	return t.shape[0] / tt.block * tt.bytes * t.shape[1] * t.shape[2] * t.shape[3], true
}
