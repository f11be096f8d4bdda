package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"strings"
	"time"
)

// display is a client of an X server that looks at its screen and presses keys
// and buttons, in a fraction of a millisecond where a program for it takes ten.
// It speaks the few requests of the X11 protocol that this needs.
type display struct {
	conn  net.Conn
	root  uint32
	xtest byte // the extension's opcode
}

// Requests and events of the X11 protocol, and of its extension XTEST.
const (
	xGetImage       = 73
	xQueryExtension = 98
	xFakeInput      = 2
	xKeyPress       = 2
	xButtonPress    = 4
	xMotion         = 6
	xZPixmap        = 2
	xReply          = 1
)

var le = binary.LittleEndian

// dialDisplay connects to the server of a display on this machine, such as :99.
func dialDisplay(name string) (*display, error) {
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(name, ":"))
	if err != nil {
		return nil, err
	}
	d := &display{conn: conn}
	if err := d.begin(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("talk to display %s: %w", name, err)
	}
	return d, nil
}

// begin introduces itself, and asks for XTEST.
func (d *display) begin() error {
	if _, err := d.conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(d.conn, head); err != nil {
		return err
	}
	body := make([]byte, 4*int(le.Uint16(head[6:])))
	if _, err := io.ReadFull(d.conn, body); err != nil {
		return err
	}
	if head[0] != 1 {
		return fmt.Errorf("it refused: %s", bytes.Trim(body, "\x00"))
	}
	vendor, formats := int(le.Uint16(body[16:])), int(body[21])
	d.root = le.Uint32(body[32+(vendor+3)/4*4+8*formats:])
	answer, err := d.ask(request(xQueryExtension, 0, []byte{5, 0, 0, 0}, []byte("XTEST\x00\x00\x00")))
	if err != nil {
		return err
	}
	if answer[8] == 0 {
		return errors.New("it has no XTEST")
	}
	d.xtest = answer[9]
	return nil
}

func (d *display) close() { d.conn.Close() }

// request puts a request together; the length of its parts is a multiple of 4.
func request(opcode, detail byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	r := le.AppendUint16([]byte{opcode, detail}, uint16(1+len(body)/4))
	return append(r, body...)
}

// ask sends a request and reads its reply, passing over events.
func (d *display) ask(r []byte) ([]byte, error) {
	if _, err := d.conn.Write(r); err != nil {
		return nil, err
	}
	for {
		answer := make([]byte, 32)
		if _, err := io.ReadFull(d.conn, answer); err != nil {
			return nil, err
		}
		switch answer[0] {
		case 0:
			return nil, fmt.Errorf("the X server says error %d", answer[1])
		case xReply:
			more := make([]byte, 4*int(le.Uint32(answer[4:])))
			_, err := io.ReadFull(d.conn, more)
			return append(answer, more...), err
		}
	}
}

// pixels of a part of the screen, as the server has them.
func (d *display) pixels(r image.Rectangle) ([]byte, error) {
	body := le.AppendUint32(nil, d.root)
	for _, v := range []int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		body = le.AppendUint16(body, uint16(v))
	}
	answer, err := d.ask(request(xGetImage, xZPixmap, le.AppendUint32(body, ^uint32(0))))
	if err != nil {
		return nil, err
	}
	return answer[32:], nil
}

// fake sends one event as if a person had caused it.
func (d *display) fake(kind, detail byte, x, y int) error {
	body := make([]byte, 32)
	body[0], body[1] = kind, detail
	le.PutUint16(body[20:], uint16(x))
	le.PutUint16(body[22:], uint16(y))
	_, err := d.conn.Write(request(d.xtest, xFakeInput, body))
	return err
}

// press presses and releases a key; a release has the number after the press.
func (d *display) press(key byte) error {
	return errors.Join(d.fake(xKeyPress, key, 0, 0), d.fake(xKeyPress+1, key, 0, 0))
}

// click presses and releases a button of the mouse: 1 is the left one, 5 turns
// the wheel down.
func (d *display) click(button byte) error {
	return errors.Join(d.fake(xButtonPress, button, 0, 0), d.fake(xButtonPress+1, button, 0, 0))
}

// point moves the mouse.
func (d *display) point(x, y int) error { return d.fake(xMotion, 0, x, y) }

// How often the screen is looked at, and how long it is waited for.
const (
	lookEvery = time.Millisecond
	lookLimit = 30 * time.Second
)

// watch does something and returns how long after it a part of the screen first
// looked different, and how long after it for the last time before it stayed as
// it was for so long.
func (d *display) watch(ctx context.Context, r image.Rectangle, still time.Duration, do func() error) (first, last time.Duration, err error) {
	before, err := d.pixels(r)
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := do(); err != nil {
		return 0, 0, err
	}
	for {
		now, err := d.pixels(r)
		took := time.Since(start)
		switch {
		case err != nil:
			return 0, 0, err
		case !bytes.Equal(now, before):
			before, last = now, took
			if first == 0 {
				first = took
			}
		case first > 0 && took-last > still:
			return first, last, nil
		case first == 0 && took > lookLimit, took > 2*lookLimit:
			return 0, 0, fmt.Errorf("the screen did not change, or did not come to rest, at %v", r)
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
}
