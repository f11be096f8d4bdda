package api

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// message is what came over a live connection: sound, or a wish about what came
// before.
type message struct {
	sound []byte
	flush bool // the text of it is to be told now
	end   bool // it was all
}

// errFlush is what the sound ends with where it is to be flushed.
var errFlush = errors.New("flush")

// inbox keeps messages in order until they are heard. One goroutine puts, one
// takes; that the server ends may be put by another.
type inbox struct {
	depth prometheus.Gauge
	news  chan struct{} // holds a token after a message has come
	room  chan struct{} // holds a token after one was taken

	mu      sync.Mutex
	waiting []message
	size    int // bytes of sound
	ended   bool
}

// More sound than this waits in the client: minutes of it.
const mostWaiting = 16 << 20 // bytes

func newInbox(depth prometheus.Gauge) *inbox {
	return &inbox{depth: depth, news: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put adds a message once there is room for it, unless all has come already.
func (in *inbox) put(ctx context.Context, m message) {
	for !in.add(m) {
		select {
		case <-in.room:
		case <-ctx.Done():
			return
		}
	}
}

// add adds a message if there is room.
func (in *inbox) add(m message) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended {
		return true
	}
	if m.sound != nil && in.size > mostWaiting {
		return false
	}
	in.waiting = append(in.waiting, m)
	in.size += len(m.sound)
	in.ended = m.end
	in.depth.Inc()
	token(in.news)
	return true
}

// next is for app.Decoder: sound, errFlush or, for ever, io.EOF.
func (in *inbox) next(ctx context.Context, wait bool) ([]byte, error) {
	for {
		if m, there := in.take(wait); there {
			switch {
			case m.end:
				return nil, io.EOF
			case m.flush:
				return nil, errFlush
			case len(m.sound) > 0:
				return m.sound, nil
			}
			continue
		}
		if !wait {
			return nil, ctx.Err()
		}
		select {
		case <-in.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take takes the first message: only sound, if the one who takes would not wait
// for it. The end stays.
func (in *inbox) take(all bool) (m message, there bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.waiting) == 0 || !all && (in.waiting[0].end || in.waiting[0].flush) {
		return m, false
	}
	if m = in.waiting[0]; m.end {
		return m, true
	}
	in.waiting = in.waiting[1:]
	in.size -= len(m.sound)
	in.depth.Dec()
	token(in.room)
	return m, true
}

// drop forgets what was not heard.
func (in *inbox) drop() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.depth.Sub(float64(len(in.waiting)))
	in.waiting, in.ended = nil, true
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
