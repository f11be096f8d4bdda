package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// What the first line of a backup says; see docs/backup.md.
const (
	backupFormat  = "earshot-backup"
	backupVersion = 1
)

// Archived is a transcript with everything that the library keeps of it. IDs
// mean nothing outside the library.
type Archived struct {
	Entry
	Speakers  []Speaker
	Segments  []Segment // Speaker is a label
	Originals []Segment // see Transcript.Originals; as above
	Omissions []Omission
}

// Same reports whether two are the same text of the same recording, made at the
// same moment. Title, tags and the like do not matter.
func (a Archived) Same(b Archived) bool {
	return a.Source.Hash == b.Source.Hash && a.Key == b.Key && a.Created.UnixMilli() == b.Created.UnixMilli() &&
		slices.EqualFunc(a.Segments, b.Segments, func(x, y Segment) bool {
			return x.Start == y.Start && x.End == y.End && x.Text == y.Text && x.Speaker == y.Speaker
		})
}

// Backup writes the whole library to w, one transcript in memory at a time, and
// returns how many those are.
func (a *App) Backup(ctx context.Context, w io.Writer) (n int, err error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(backupLine{Format: backupFormat, Version: backupVersion, Created: a.now().UTC().Format(time.RFC3339)}); err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	if a.library != nil {
		err = a.library.Archive(ctx, func(t Archived) error {
			n++
			if err := enc.Encode(backupLine{Transcript: newArchive(t)}); err != nil {
				return fmt.Errorf("write the backup: %w", err)
			}
			return nil
		})
	}
	if err != nil {
		return n, err
	}
	if err := enc.Encode(backupLine{End: &n}); err != nil {
		return n, fmt.Errorf("write the backup: %w", err)
	}
	return n, nil
}

// Restored is what RestoreBackup has done.
type Restored struct {
	Read  int // transcripts in the backup, as far as it was read
	Added int // of them, that are new in the library or came back from the trash
}

// So much is put into the library in one step.
const (
	restoreTranscripts = 100
	restoreSegments    = 5000
)

// RestoreBackup adds what the library does not hold yet from a backup, which
// name names in errors. It changes and removes nothing, so that it can be done
// again after it failed: with a *BackupError if r is not the whole of a backup.
func (a *App) RestoreBackup(ctx context.Context, name string, r io.Reader) (Restored, error) {
	var done Restored
	if a.library == nil {
		return done, ErrNotFound
	}
	var batch []Archived
	segments := 0
	flush := func() error {
		ids, err := a.library.Unarchive(ctx, batch)
		if err != nil {
			return err
		}
		done.Read += len(batch)
		done.Added += len(ids)
		batch, segments = nil, 0
		for _, id := range ids {
			if e, err := a.library.Entry(ctx, id); err == nil { // not in the trash
				a.broker.publish(EntryChanged{Entry: e})
			}
		}
		return nil
	}
	err := ReadBackup(name, r, func(t Archived) error {
		batch = append(batch, t)
		if segments += len(t.Segments); len(batch) < restoreTranscripts && segments < restoreSegments {
			return ctx.Err()
		}
		return flush()
	})
	if ctx.Err() != nil {
		return done, ctx.Err()
	}
	return done, errors.Join(flush(), err)
}

// ReadBackup yields the transcripts of a backup one after the other. It fails
// with a *BackupError for what is none, or not a whole one, or with the error of
// yield.
func ReadBackup(name string, r io.Reader, yield func(Archived) error) error {
	fail := func(at int, err error) error { return &BackupError{Name: name, Transcript: at, Err: err} }
	dec := json.NewDecoder(r)
	var head backupLine
	switch err := dec.Decode(&head); {
	case err != nil && !isJSONError(err):
		return fail(0, err)
	case err != nil || head.Format != backupFormat || head.Version < 1:
		return fail(0, ErrNotBackup)
	case head.Version > backupVersion:
		return fail(0, ErrNewerBackup)
	}
	for n := 1; ; n++ {
		var line backupLine
		switch err := dec.Decode(&line); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return fail(n, ErrCutShort)
		case err != nil:
			return fail(n, err)
		case line.End != nil && *line.End == n-1:
			return nil
		case line.Transcript == nil:
			return fail(n, ErrDamaged)
		}
		t, err := line.Transcript.archived()
		if err != nil {
			return fail(n, err)
		}
		if err := yield(t); err != nil {
			return err
		}
	}
}

// isJSONError reports whether r could be read but is no JSON of ours.
func isJSONError(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// backupLine is a line of a backup: the first has Format, the last End, those
// between a Transcript.
type backupLine struct {
	Format     string   `json:"format,omitempty"`
	Version    int      `json:"version,omitempty"`
	Created    string   `json:"created,omitempty"`
	Transcript *archive `json:"transcript,omitempty"`
	End        *int     `json:"end,omitempty"` // number of transcripts
}

// archive is an Archived as it is written.
type archive struct {
	Title     string            `json:"title"`
	Created   time.Time         `json:"created"`
	State     State             `json:"state"`
	Source    archiveSource     `json:"source"`
	Origin    Origin            `json:"origin"`
	Options   Options           `json:"options"`
	Key       string            `json:"key"`
	Model     string            `json:"model"`
	Language  string            `json:"language"`
	Device    string            `json:"device"`
	Load      float64           `json:"load"`
	Speed     float64           `json:"speed"`
	Position  float64           `json:"position"`
	Duration  float64           `json:"duration"`
	Warnings  []string          `json:"warnings,omitempty"`
	Favourite bool              `json:"favourite,omitempty"`
	Tags      []string          `json:"tags,omitempty"`
	Trashed   *time.Time        `json:"trashed,omitempty"`
	Speakers  []archiveSpeaker  `json:"speakers,omitempty"`
	Segments  []archiveSegment  `json:"segments"`
	Originals []archiveSegment  `json:"originals,omitempty"`
	Omissions []archiveOmission `json:"omissions,omitempty"`
}

type archiveSource struct {
	Path     string  `json:"path"`
	SHA256   string  `json:"sha256"`
	Size     int64   `json:"size"`
	Duration float64 `json:"duration"`
	Removed  bool    `json:"removed,omitempty"`
}

type archiveSpeaker struct {
	Label  string `json:"label"`
	Name   string `json:"name"`
	Colour string `json:"colour,omitempty"`
}

type archiveSegment struct {
	Start      float64       `json:"start"`
	End        float64       `json:"end"`
	Text       string        `json:"text"`
	Confidence float64       `json:"confidence"`
	Speaker    string        `json:"speaker,omitempty"` // a label; of an omission the name
	Edited     bool          `json:"edited,omitempty"`
	Words      []archiveWord `json:"words,omitempty"`
}

type archiveWord struct {
	Text       string  `json:"word"`
	Start      float64 `json:"start"`
	End        float64 `json:"end"`
	Confidence float64 `json:"confidence"`
}

type archiveOmission struct {
	Reason  Reason         `json:"reason"`
	Segment archiveSegment `json:"segment"`
}

func newArchive(t Archived) *archive {
	a := &archive{
		Title: t.Title, Created: t.Created.UTC(), State: t.State,
		Source: archiveSource{t.Source.Path, t.Source.Hash, t.Source.Size, t.Source.Duration, t.Source.Removed},
		Origin: t.Origin, Options: t.Options, Key: t.Key, Model: t.Model, Language: t.Language, Device: t.Device,
		Load: t.Load, Speed: t.Speed, Position: t.Position, Duration: t.Duration, Warnings: t.Warnings,
		Favourite: t.Favourite, Tags: t.Tags, Segments: []archiveSegment{},
	}
	if a.State == StateRunning {
		a.State = StateInterrupted // that is what it will be
	}
	if !t.Trashed.IsZero() {
		trashed := t.Trashed.UTC()
		a.Trashed = &trashed
	}
	for _, p := range t.Speakers {
		a.Speakers = append(a.Speakers, archiveSpeaker(p))
	}
	for _, s := range t.Segments {
		a.Segments = append(a.Segments, newArchiveSegment(s))
	}
	for _, s := range t.Originals {
		a.Originals = append(a.Originals, newArchiveSegment(s))
	}
	for _, o := range t.Omissions {
		a.Omissions = append(a.Omissions, archiveOmission{o.Reason, newArchiveSegment(o.Segment)})
	}
	return a
}

func newArchiveSegment(s Segment) archiveSegment {
	a := archiveSegment{Start: s.Start, End: s.End, Text: s.Text, Confidence: s.Confidence, Speaker: s.Speaker, Edited: s.Edited}
	for _, w := range s.Words {
		a.Words = append(a.Words, archiveWord(w))
	}
	return a
}

// archived is what was written; ErrDamaged if nothing of ours can have.
func (a *archive) archived() (Archived, error) {
	t := Archived{
		Entry: Entry{
			Title: a.Title, Created: a.Created, State: a.State,
			Source: Source{a.Source.Path, a.Source.SHA256, a.Source.Size, a.Source.Duration, a.Source.Removed},
			Origin: a.Origin, Options: a.Options, Key: a.Key, Model: a.Model, Language: a.Language, Device: a.Device,
			Load: a.Load, Speed: a.Speed, Position: a.Position, Duration: a.Duration, Warnings: a.Warnings,
			Favourite: a.Favourite, Tags: a.Tags,
		},
	}
	ends := a.State == StateDone || a.State.Resumable()
	if !ends || a.Created.IsZero() || a.Source.Path == "" || strings.ContainsFunc(a.Source.SHA256, isNoDigit) {
		return t, ErrDamaged
	}
	if a.Trashed != nil {
		t.Trashed = *a.Trashed
	}
	for _, p := range a.Speakers {
		t.Speakers = append(t.Speakers, Speaker(p))
	}
	for _, s := range a.Segments {
		t.Segments = append(t.Segments, s.segment())
	}
	for _, s := range a.Originals {
		t.Originals = append(t.Originals, s.segment())
	}
	for _, o := range a.Omissions {
		t.Omissions = append(t.Omissions, Omission{Reason: o.Reason, Segment: o.Segment.segment()})
	}
	return t, t.check()
}

// isNoDigit reports whether a checksum cannot have the rune.
func isNoDigit(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z') }

// check finds what no library would have written. Who spoke in an original may be
// a speaker that was made one with another since.
func (a Archived) check() error {
	for _, s := range slices.Concat(a.Segments, a.Originals) {
		if !(s.Start >= 0 && s.End >= s.Start && s.End <= math.MaxInt32) {
			return ErrDamaged
		}
	}
	for _, s := range a.Segments {
		if s.Speaker != "" && !slices.ContainsFunc(a.Speakers, func(p Speaker) bool { return p.Label == s.Speaker }) {
			return ErrDamaged
		}
	}
	return nil
}

func (a archiveSegment) segment() Segment {
	s := Segment{Start: a.Start, End: a.End, Text: a.Text, Confidence: a.Confidence, Speaker: a.Speaker, Edited: a.Edited}
	for _, w := range a.Words {
		s.Words = append(s.Words, Word(w))
	}
	return s
}
