package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"

	"earshot/app"
)

// The words of a segment are one blob: to step through a row for each took most
// of the time in which a transcript was read. Numbers are little-endian, floats
// their IEEE 754 bits:
//
//	uint8    the version of this layout
//	uint32   how many words there are, n
//	n times  float64 start, float64 end, float64 confidence, uint32 bytes of text
//	         the texts, one after the other
//
// A segment without words has no blob.
const (
	wordsVersion    = 1
	wordsHeaderSize = 5
	wordSize        = 28
)

var errWordsDamaged = errors.New("its words are damaged")

// packWords makes a blob of words; nil if there are none.
func packWords(words []app.Word) []byte {
	if len(words) == 0 {
		return nil
	}
	size := wordsHeaderSize + wordSize*len(words)
	for _, w := range words {
		size += len(w.Text)
	}
	le := binary.LittleEndian
	b := append(make([]byte, 0, size), wordsVersion)
	b = le.AppendUint32(b, uint32(len(words)))
	for _, w := range words {
		b = le.AppendUint64(b, math.Float64bits(w.Start))
		b = le.AppendUint64(b, math.Float64bits(w.End))
		b = le.AppendUint64(b, math.Float64bits(w.Confidence))
		b = le.AppendUint32(b, uint32(len(w.Text)))
	}
	for _, w := range words {
		b = append(b, w.Text...)
	}
	return b
}

// unpackWords reads what packWords has made. The words share one string; nothing
// of b is kept.
func unpackWords(b []byte) ([]app.Word, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) < wordsHeaderSize || b[0] != wordsVersion {
		return nil, errWordsDamaged
	}
	le := binary.LittleEndian
	n, b := int64(le.Uint32(b[1:])), b[wordsHeaderSize:]
	if n*wordSize > int64(len(b)) {
		return nil, errWordsDamaged
	}
	words, texts := make([]app.Word, n), string(b[n*wordSize:])
	for i := range words {
		size := int64(le.Uint32(b[24:]))
		if size > int64(len(texts)) {
			return nil, errWordsDamaged
		}
		words[i] = app.Word{
			Start:      math.Float64frombits(le.Uint64(b)),
			End:        math.Float64frombits(le.Uint64(b[8:])),
			Confidence: math.Float64frombits(le.Uint64(b[16:])),
			Text:       texts[:size],
		}
		b, texts = b[wordSize:], texts[size:]
	}
	if texts != "" {
		return nil, errWordsDamaged
	}
	return words, nil
}

// packTable moves what is in the table words, which had a row for each, to
// segment_words. It holds one segment's at a time.
func packTable(ctx context.Context, tx *sql.Tx) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO segment_words (segment, words) VALUES (?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	rows, err := tx.QueryContext(ctx, `SELECT segment, begin, finish, text, confidence FROM words ORDER BY segment, position`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var segment int64
	var words []app.Word
	put := func() error {
		if len(words) == 0 {
			return nil
		}
		_, err := insert.ExecContext(ctx, segment, packWords(words))
		words = words[:0]
		return err
	}
	for rows.Next() {
		var of int64
		var w app.Word
		if err := rows.Scan(&of, &w.Start, &w.End, &w.Text, &w.Confidence); err != nil {
			return err
		}
		if of != segment {
			if err := put(); err != nil {
				return err
			}
			segment = of
		}
		words = append(words, w)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := put(); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DROP TABLE words`)
	return err
}
