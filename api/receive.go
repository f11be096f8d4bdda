package api

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"earshot/app"
)

// A body may take this long at first, and then as long as it takes at this many
// bytes a second.
const (
	bodyGrace = 30 * time.Second
	slowest   = 8 << 10
)

// What a form adds to the sound in it: parts, their headers, text.
const formOverhead = 2 << 20 // bytes

const maxParts = 200

// body is the body of a request. It takes no more than a limit, and no longer
// than the slowest client.
type body struct {
	r     io.ReadCloser
	conn  *http.ResponseController
	began time.Time
	came  int64
	limit int64
	err   *failure // beyond the limit
}

func (s *Server) body(w http.ResponseWriter, r *http.Request) *body {
	return &body{
		r: r.Body, conn: http.NewResponseController(w), began: time.Now(),
		limit: s.opt.Limits.Size + formOverhead, err: s.opt.Limits.tooLarge(),
	}
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.conn.SetReadDeadline(b.began.Add(bodyGrace + time.Duration(b.came)*time.Second/slowest)) // where there is a connection
	n, err := b.r.Read(p)
	if b.came += int64(n); b.came > b.limit {
		return 0, b.err
	}
	return n, err
}

// done ends the time that the body has.
func (b *body) done() { b.conn.SetReadDeadline(time.Time{}) }

// received is what a request has brought.
type received struct {
	params params
	sound  *sound // nil if there was none
}

// receive reads the body in any of its forms. parts are the names that the
// sound can have in a form. The caller removes the sound.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, parts []string) (got received, err error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return got, invalid("The query cannot be read")
	}
	got.params = params(query)
	if r.ContentLength > s.opt.Limits.Size+formOverhead {
		return got, s.opt.Limits.tooLarge()
	}
	b := s.body(w, r)
	defer b.done()
	if err = s.read(&got, b, r.Header.Get("Content-Type"), parts); err != nil {
		got.sound.remove()
		got.sound = nil
		var f *failure
		if !errors.As(err, &f) && !errors.Is(err, os.ErrDeadlineExceeded) && ofBody(err) {
			err = errCut
		}
	}
	return got, err
}

// ofBody reports whether an error is the client's, who went away or sent
// nonsense, not that of the disk.
func ofBody(err error) bool {
	var path *os.PathError
	return !errors.As(err, &path)
}

func (s *Server) read(got *received, b io.Reader, contentType string, parts []string) error {
	kind, how, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = ""
	}
	in := bufio.NewReader(b)
	switch kind {
	case "multipart/form-data":
		return s.readForm(got, multipart.NewReader(in, how["boundary"]), parts)
	case "application/json":
		return got.object(in)
	case "application/x-www-form-urlencoded":
		// curl says so of whatever it is given.
		if head, _ := in.Peek(len(sniffed{})); !container(head) {
			return got.form(in)
		}
	}
	return s.readRaw(got, in)
}

// object reads a JSON object.
func (got *received) object(in io.Reader) error {
	more, err := parseJSON(in)
	if err == nil {
		got.params.merge(more)
	}
	return err
}

// form reads an encoded form, or the JSON that somebody has sent as one.
func (got *received) form(in *bufio.Reader) error {
	if head, _ := in.Peek(1); string(head) == "{" {
		return got.object(in)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxText+1))
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(text))
	if err != nil || len(text) > maxText {
		return invalid("The form cannot be read")
	}
	got.params.merge(params(values))
	return nil
}

// readForm reads the parts of a form: text, and one with sound.
func (s *Server) readForm(got *received, form *multipart.Reader, names []string) error {
	text := 0
	for n := 0; ; n++ {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return s.contain(got)
		}
		if err != nil {
			return err
		}
		if n == maxParts {
			return invalid("The form has more than %d parts", maxParts)
		}
		name := part.FormName()
		switch {
		case contains(names, name):
			if got.sound != nil {
				return invalid("There is more than one audio file")
			}
			if got.sound, err = s.keep(nil, bufio.NewReader(part)); err != nil {
				return err
			}
			got.sound.name = part.FileName()
		case part.FileName() == "":
			value, err := io.ReadAll(io.LimitReader(part, maxText-int64(text)+1))
			if err != nil {
				return err
			}
			if text += len(value); text > maxText {
				return invalid("The form has too much text")
			}
			got.params[name] = append(got.params[name], string(value))
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// readRaw takes the body as it is for sound.
func (s *Server) readRaw(got *received, in *bufio.Reader) error {
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return nil
	}
	var err error
	got.sound, err = s.keep(got.params, in)
	return err
}

// keep stores sound. What has no container gets one, where the parameters say
// what it is.
func (s *Server) keep(p params, in *bufio.Reader) (*sound, error) {
	head, err := in.Peek(len(sniffed{}))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head = bytes.Clone(head)
	header, err := headerFor(p, head)
	if err != nil {
		return nil, err
	}
	k, err := s.spool.keep(io.MultiReader(bytes.NewReader(header), in), s.opt.Limits.Size+int64(len(header)), s.opt.Limits.tooLarge())
	if err != nil {
		return nil, err
	}
	k.size -= int64(len(header))
	if k.head = head; len(header) > 0 {
		k.head = header
	}
	return k, nil
}

// contain gives the sound of a form a container, if it has none: what it is can
// be said after it.
func (s *Server) contain(got *received) error {
	if got.sound == nil {
		return nil
	}
	if header, err := headerFor(got.params, got.sound.head); err != nil || header == nil {
		return err
	}
	f, err := os.Open(got.sound.path)
	if err != nil {
		return err
	}
	defer f.Close()
	k, err := s.keep(got.params, bufio.NewReader(f))
	if err != nil {
		return err
	}
	k.name = got.sound.name
	got.sound.remove()
	got.sound = k
	return nil
}

// headerFor is the RIFF header that sound lacks; nil if it lacks none.
func headerFor(p params, head []byte) ([]byte, error) {
	encoding := app.Encoding(p.text("encoding"))
	if encoding == "" || container(head) {
		return nil, nil
	}
	how, plain := map[app.Encoding]struct{ code, size int }{
		app.Linear16: {1, 2}, app.Linear32: {3, 4}, app.ALaw: {6, 1}, app.MuLaw: {7, 1},
	}[encoding]
	if !plain {
		return nil, errFormat
	}
	rate, err := p.number(16000, 1000, 192000, "sample_rate")
	if err != nil {
		return nil, err
	}
	const unknown = 0xffffffff // how much comes
	h := binary.LittleEndian.AppendUint32([]byte("RIFF"), unknown)
	h = append(h, "WAVEfmt \x10\x00\x00\x00"...)
	h = binary.LittleEndian.AppendUint16(h, uint16(how.code))
	h = binary.LittleEndian.AppendUint16(h, 1) // channel
	h = binary.LittleEndian.AppendUint32(h, uint32(rate))
	h = binary.LittleEndian.AppendUint32(h, uint32(rate*how.size))
	h = binary.LittleEndian.AppendUint16(h, uint16(how.size))
	h = binary.LittleEndian.AppendUint16(h, uint16(8*how.size))
	return binary.LittleEndian.AppendUint32(append(h, "data"...), unknown), nil
}

// sniffed is how much of a file tells its container.
type sniffed [16]byte

// container reports whether a file begins as one of a known kind does.
func container(head []byte) bool {
	for _, mark := range []string{
		"RIFF", "RIFX", "RF64", "OggS", "fLaC", "ID3", "FORM", "caff", "#!AMR", ".snd", "wvpk", "MAC ", "FLV", "TTA1", "MP+", "MPCK",
		"\x1a\x45\xdf\xa3", "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "\x00\x00\x01\xba", "\x00\x00\x01\xb3",
		"\xff\xfb", "\xff\xfa", "\xff\xf3", "\xff\xf2", "\xff\xf1", "\xff\xf9", "\x0b\x77",
	} {
		if strings.HasPrefix(string(head), mark) {
			return true
		}
	}
	return len(head) >= 8 && contains([]string{"ftyp", "moov", "mdat", "free", "wide", "skip"}, string(head[4:8]))
}
