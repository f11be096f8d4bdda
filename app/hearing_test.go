package app

import (
	"io"
	"testing"
)

// endless is audio that does not end.
type endless struct{ Audio }

func (endless) Read(buf []float32) (int, error) { return min(len(buf), 7), nil }

func TestExcerptEnds(t *testing.T) {
	e := &excerpt{endless{}, 20}
	buf, total := make([]float32, 16), 0
	for {
		n, err := e.Read(buf)
		total += n
		if err != nil {
			if err != io.EOF || total != 20 {
				t.Errorf("got %d samples and %v, want 20 and %v", total, err, io.EOF)
			}
			return
		}
	}
}
