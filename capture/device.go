package capture

import (
	"io"

	"earshot/app"
)

// opener begins to record an input, or the default microphone if id is "". It
// writes mono samples at app.SampleRate into r, from one thread of its own,
// until it is closed. It fails with app.ErrNoServer, app.ErrNoInput or the
// library's own error.
type opener interface {
	open(id string, r *ring) (io.Closer, error)
}

// library is a sound library that also tells inputs apart. With openers, it is
// all that stands between this package and the hardware.
type library interface {
	opener
	// inputs lists what can be recorded now, in any order.
	inputs() ([]app.Input, error)
}

// firstOf opens what the first of several can.
type firstOf []opener

func (all firstOf) open(id string, r *ring) (s io.Closer, err error) {
	for _, o := range all {
		if s, err = o.open(id, r); err == nil {
			return s, nil
		}
	}
	return nil, err
}
