package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
	"earshot/engine"
)

func newTestBench(t *testing.T) *bench {
	t.Helper()
	shared, err := filepath.Abs("../../shared")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{options: options{shared: shared, rounds: 3}, dir: t.TempDir()}
	if _, _, err := b.voices(); err != nil {
		t.Skip(err)
	}
	return b
}

func TestModelsAreAccepted(t *testing.T) {
	b := newTestBench(t)
	like, _, err := b.voices()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{})
	defer e.Close()
	for name, of := range map[string]dims{
		"one-layer": {64, 1, 1, 1, 51865, 80},
		"v3":        {64, 1, 2, 1, 51866, 128},
		"base":      shapeOf["base"],
	} {
		path := filepath.Join(b.dir, "ggml-"+name+".bin")
		if err := writeModel(path, like, of); err != nil {
			t.Fatal(err)
		}
		info, err := e.Inspect(path)
		if err != nil || !info.Multilingual || info.Weights != "f16" {
			t.Errorf("%s: got %+v, %v", name, info, err)
		}
	}
	st, err := os.Stat(filepath.Join(b.dir, "ggml-base.bin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, offer := range app.Offers() {
		if offer.Name == "base" && (st.Size() < offer.Size-1<<20 || st.Size() > offer.Size+1<<20) {
			t.Errorf("got %d bytes, the true model has %d", st.Size(), offer.Size)
		}
	}
}

// Each window must say the script once: a fall-back would say it again. (Two
// text layers would be taken for a distilled model, which writes no times.)
func TestModelSaysItsScript(t *testing.T) {
	b := newTestBench(t)
	like, vad, err := b.voices()
	if err != nil {
		t.Fatal(err)
	}
	d, err := readDonor(like)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []dims{{128, 2, 1, 3, 51865, 80}, {128, 2, 1, 1, 51866, 128}} {
		say, err := d.script(of.vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		for place := promptSize; place < promptSize+scriptWords; place++ {
			want += string(d.vocabulary[say[place]])
		}
		model := filepath.Join(b.dir, "ggml-said.bin")
		if err := writeModel(model, like, of); err != nil {
			t.Fatal(err)
		}
		pcm, err := readPCM(t.Context(), filepath.Join(b.shared, "audio", "synth", "en-espeak05.wav"))
		if err != nil {
			t.Fatal(err)
		}
		e := engine.New(engine.Options{})
		defer e.Close()
		var got []app.Segment
		_, err = e.Recognize(context.Background(), &pcmAudio{pcm}, app.RecognizeOptions{Model: model, VAD: vad, Language: "en", Device: "cpu"},
			func(p app.Progress) { got = append(got, p.Segments...) })
		if errors.Is(err, app.ErrNoEngine) {
			t.Skip("built without cgo")
		}
		if err != nil || len(got) != 1 || got[0].Text != strings.TrimSpace(want) || got[0].Confidence < 0.99 {
			t.Errorf("%+v: %v, got %d segments %q, want one, %q", of, err, len(got), app.Transcript{Segments: got}.Text(), want)
		}
	}
}
