package api

import (
	"errors"
	"io"
	"slices"
	"strings"

	"earshot/app"
)

// liveText is what is sent of what is said. A partial one replaces the one
// before; a final one stays.
type liveText struct {
	Type          string      `json:"type"`
	Status        string      `json:"status"`
	SessionID     string      `json:"session_id"`
	Transcript    string      `json:"transcript"`
	Transcription string      `json:"transcription"`
	IsFinal       bool        `json:"is_final"`
	IsLast        bool        `json:"is_last"`
	FromFinalize  bool        `json:"from_finalize"`
	Full          *string     `json:"full_transcript,omitempty"`
	Language      string      `json:"language,omitempty"`
	Languages     []string    `json:"languages,omitempty"`
	Words         []word      `json:"words,omitzero"`
	Utterances    []utterance `json:"utterances,omitzero"`
}

type liveEvent struct {
	Type      string  `json:"type"` // speech_started, speech_ended
	SessionID string  `json:"session_id"`
	Timestamp decimal `json:"timestamp"`
}

// hear turns the sound into text until it ends. Where it is flushed the engine
// hears the end of a recording, and a new one after it.
func (l *liveSession) hear() error {
	audio, err := l.server.opt.Decoder.Decode(l.ctx, l.how.format, l.in.next)
	if err != nil {
		return err
	}
	defer audio.Close()
	for !errors.Is(l.flush, io.EOF) {
		l.flush, l.flushed = nil, nil
		opt := l.how.listen
		opt.Offset = l.heard
		if _, err := l.server.app.Listen(l.ctx, &livePart{audio, l}, opt, l.report); err != nil {
			return err
		}
		l.final(l.flushed)
	}
	return nil
}

// livePart is the sound up to where it is flushed.
type livePart struct {
	app.Audio
	session *liveSession
}

// Read implements app.Audio.
func (p *livePart) Read(buf []float32) (int, error) {
	l := p.session
	if l.flush != nil {
		return 0, io.EOF
	}
	n, err := p.Audio.Read(buf)
	if l.heard += float64(n) / app.SampleRate; l.heard > l.server.opt.Limits.Duration.Seconds() {
		return 0, l.server.opt.Limits.tooLong()
	}
	if n == 0 && (errors.Is(err, errFlush) || errors.Is(err, io.EOF)) {
		l.flush, err = err, io.EOF
	}
	return n, err
}

// report takes one report of the engine.
func (l *liveSession) report(h app.Heard) {
	if h.Loading {
		return
	}
	if h.Language != "" {
		l.language = h.Language
	}
	if l.how.events && h.Speech != l.speaking && l.flush == nil {
		kind := "speech_ended"
		if h.Speech {
			kind = "speech_started"
		}
		l.send(liveEvent{kind, l.id, decimal(h.Read)})
	}
	l.speaking = h.Speech
	switch {
	case l.flush != nil:
		l.flushed = append(l.flushed, h.Segments...)
		return
	case len(h.Segments) > 0:
		l.final(h.Segments)
	}
	l.partial(slices.Concat(h.Confirmed, h.Tentative))
}

// partial sends what is being said, if it is different.
func (l *liveSession) partial(open []app.Word) {
	if l.how.lower {
		open = slices.Clone(open)
		for i := range open {
			open[i].Text = strings.ToLower(open[i].Text)
		}
	}
	text, _ := app.Utterance{Confirmed: open}.Text()
	if text == "" || text == l.said {
		return
	}
	l.said = text
	m := l.text(text)
	if l.how.words {
		m.Words = wordsAs(open)
	}
	l.send(m)
}

// final sends what was closed: what has been said, or all that was left when the
// sound was flushed, even if that is nothing.
func (l *liveSession) final(closed []app.Segment) {
	l.said = ""
	if l.how.lower {
		lower(closed)
	}
	m := l.text(app.Transcript{Segments: closed}.Prose())
	m.IsFinal, m.IsLast, m.FromFinalize = true, errors.Is(l.flush, io.EOF), errors.Is(l.flush, errFlush)
	if m.Language = l.language; m.Language == "" {
		m.Language = l.how.listen.Language
	}
	if m.Language != "" {
		m.Languages = []string{m.Language}
	}
	if l.how.words {
		m.Words = wordsOf(closed)
	}
	if l.how.sentences {
		m.Utterances = utterancesOf(closed)
	}
	if l.how.full {
		for _, s := range closed {
			l.all = append(l.all, app.Segment{Text: s.Text})
		}
		full := newest(app.Transcript{Segments: l.all}.Prose(), mostMessage/2)
		m.Full = &full
	}
	l.send(m)
}

func (l *liveSession) text(text string) liveText {
	return liveText{Type: "transcription", Status: "success", SessionID: l.id, Transcript: text, Transcription: text}
}

// newest is the end of a text that has room in so many bytes, from a word on:
// clients take no message that is larger than mostMessage.
func newest(text string, room int) string {
	if len(text) <= room {
		return text
	}
	text = text[len(text)-room:]
	if i := strings.IndexByte(text, ' '); i >= 0 {
		return text[i+1:]
	}
	return strings.ToValidUTF8(text, "")
}
