package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"earshot/app"
)

// A Whisper model's weights can have another type than the one that they came
// in: fewer bits, or ones that this machine computes with faster. What is
// converted is what whisper.cpp's own quantize tool converts, the big matrices;
// the rest of the file stays as it is, byte for byte.

// quantized is added to the file type of weights in blocks: ggml's version of
// their layout, times 1000.
const quantized = 2000

// Numbers that are converted at once.
const convertedAtOnce = 1 << 18

// Convert implements app.Tuner.
func (e *Engine) Convert(ctx context.Context, path, weights string, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return &app.ModelError{Path: path, Err: err}
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return &app.ModelError{Path: path, Err: err}
	}
	c, err := newConversion(f, st.Size(), weights)
	if err != nil {
		return &app.TuneError{Path: path, Err: err}
	}
	_, err = io.Copy(w, &interruptible{ctx, c})
	return err
}

// interruptible is a reader that ends with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

// conversion reads a model file as it would be with another type of weights. One
// goroutine uses it at a time.
type conversion struct {
	io.Reader
	size int64 // bytes that there are to read
}

// newConversion checks the model in r, of so many bytes, and begins to convert
// it. Its error is a reason that follows the file's name.
func newConversion(r io.ReaderAt, size int64, weights string) (*conversion, error) {
	whole := func() *io.SectionReader { return io.NewSectionReader(r, 0, size) }
	p, err := checkModel(whole(), size)
	if err != nil {
		return nil, err
	}
	from, ok := p.(*whisperParams)
	if !ok {
		return nil, errors.New("only Whisper models can have other weights")
	}
	to := *from
	if to.FileType, err = fileTypeFor(weights); err != nil {
		return nil, err
	}
	if kind := fileTypes[from.FileType%1000]; kind.tensor != typeF32 && kind.tensor != typeF16 {
		return nil, fmt.Errorf("its weights are %s already, and converting them again would lose quality twice", kind.name)
	}
	c := newModelChecker(whole(), size)
	if _, err := c.head(); err != nil {
		return nil, err
	}
	t := &tensorConversion{in: c, shapes: to.shapes()}
	grown, err := growth(from.shapes(), t.shapes)
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	binary.Write(&head, binary.LittleEndian, uint32(ggmlMagic)) // a Buffer does not fail
	binary.Write(&head, binary.LittleEndian, to)
	tables := io.NewSectionReader(r, int64(head.Len()), c.pos-int64(head.Len()))
	return &conversion{io.MultiReader(&head, tables, t), size + grown}, nil
}

// fileTypeFor is the file type of weights by their name.
func fileTypeFor(weights string) (int32, error) {
	for number, kind := range fileTypes {
		if kind.name == weights {
			if tensorTypes[kind.tensor].block > 1 {
				number += quantized
			}
			return number, nil
		}
	}
	return 0, fmt.Errorf("there are no weights of the type %q", weights)
}

// growth is how many bytes more tensors take with other types.
func growth(from, to map[string]tensor) (n int64, err error) {
	for name, t := range to {
		before, _ := from[name].size()
		after, ok := t.size()
		if !ok {
			return 0, fmt.Errorf("its weights %.60q cannot have the type %d", name, t.typ)
		}
		n += after - before
	}
	return n, nil
}

// tensorConversion reads the tensors of a model file as they would be with the
// types that shapes says.
type tensorConversion struct {
	in     *modelChecker // behind the last row that was read
	shapes map[string]tensor
	out    bytes.Buffer // converted, and not read yet

	from, to tensor // the one being converted
	rows     int64  // of it that are left

	// Room for some rows: as they are, as numbers, as they will be.
	raw, done []byte
	numbers   []float32
}

// Read implements io.Reader.
func (c *tensorConversion) Read(p []byte) (int, error) {
	for c.out.Len() == 0 {
		var err error
		switch {
		case c.rows > 0:
			err = c.convert()
		case c.in.pos < c.in.size:
			err = c.begin()
		default:
			err = io.EOF
		}
		if err != nil {
			return 0, err
		}
	}
	return c.out.Read(p)
}

// begin converts the head of the next tensor.
func (c *tensorConversion) begin() error {
	at := c.in.pos
	name, t, err := c.in.tensor()
	if err != nil {
		return err
	}
	to := c.shapes[name]
	if to.shape != t.shape || to.typ != t.typ && t.typ != typeF32 && t.typ != typeF16 {
		return errors.New("it was changed while it was read")
	}
	c.from, c.to = t, to
	c.rows = t.shape[1] * t.shape[2] * t.shape[3]
	dims := (c.in.pos-at-int64(len(name)))/4 - 3
	binary.Write(&c.out, binary.LittleEndian, []int32{int32(dims), int32(len(name)), c.to.typ})
	for _, n := range t.shape[:dims] {
		binary.Write(&c.out, binary.LittleEndian, int32(n))
	}
	c.out.WriteString(name)
	return nil
}

// convert takes as many rows as are converted at once.
func (c *tensorConversion) convert() error {
	columns := c.from.shape[0]
	rows := min(c.rows, max(1, convertedAtOnce/columns))
	c.rows -= rows
	c.raw = resized(c.raw, int(rows*rowSize(c.from)))
	if err := c.in.bytes(c.raw); err != nil {
		return err
	}
	if c.from.typ == c.to.typ {
		c.out.Write(c.raw)
		return nil
	}
	c.numbers = resized(c.numbers, int(rows*columns))
	c.done = resized(c.done, int(rows*rowSize(c.to)))
	if err := convertRows(c.from.typ, c.to.typ, c.raw, c.numbers, c.done, columns); err != nil {
		return err
	}
	c.out.Write(c.done)
	return nil
}

// rowSize is the bytes of one row.
func rowSize(t tensor) int64 {
	n, _ := tensor{[4]int64{t.shape[0], 1, 1, 1}, t.typ}.size()
	return n
}

// resized is s with n elements, anew only where it has no room for them.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
