package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
)

// A model file of random weights has the speed of a trained one, but babbles:
// it is never sure, so that every window is decoded six times over. These are
// random where it does not matter, and in one respect not: what the decoder
// hears and attends to is faint beside its embedding of the position, and the
// embedding of a token is that of the position at which it is to be said. So
// each window says the same words with certainty, and ends at 30 s.

// dims are the sizes of a Whisper model.
type dims struct{ width, heads, audioLayers, textLayers, vocabulary, mels int }

var shapeOf = map[string]dims{
	"tiny":  {384, 6, 4, 4, 51865, 80},
	"base":  {512, 8, 6, 6, 51865, 80},
	"small": {768, 12, 12, 12, 51865, 80},
	"turbo": {1280, 20, 32, 4, 51866, 128},
}

const (
	ggmlMagic = 0x67676d6c
	audioCtx  = 1500
	textCtx   = 448
	melBins   = 201
	f32       = 0
	f16       = 1

	certain     = 40 // logit of the token to be said; those of others are near 0
	scriptWords = 80 // said in each window
	promptSize  = 3  // start, language, task: the first word is chosen after them
	endOfText   = 50257
)

// donor is what a sound model file of 80 mels gives to others.
type donor struct {
	filters    []float32
	vocabulary [][]byte
}

// readDonor reads the head of a model file that the engine accepts.
func readDonor(path string) (donor, error) {
	f, err := os.Open(path)
	if err != nil {
		return donor{}, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	var head struct {
		Magic             uint32
		Params            [11]int32
		Mels, Bins        int32
		Filters           [80 * melBins]float32
		VocabularyEntries int32
	}
	if err := binary.Read(in, binary.LittleEndian, &head); err != nil {
		return donor{}, fmt.Errorf("read %s: %w", path, err)
	}
	if head.Magic != ggmlMagic || head.Mels != 80 || head.Bins != melBins {
		return donor{}, fmt.Errorf("read %s: it is no Whisper model of 80 mels", path)
	}
	d := donor{filters: head.Filters[:]}
	for range head.VocabularyEntries {
		var n uint32
		if err := binary.Read(in, binary.LittleEndian, &n); err != nil {
			return donor{}, fmt.Errorf("read %s: %w", path, err)
		}
		token := make([]byte, min(n, 1<<10))
		if _, err := io.ReadFull(in, token); err != nil {
			return donor{}, fmt.Errorf("read %s: %w", path, err)
		}
		d.vocabulary = append(d.vocabulary, token)
	}
	return d, nil
}

var wholeWord = regexp.MustCompile(`^ [a-z]{3,}$`)

// script is the tokens that each window says, by position in the text: a
// beginning, words, the end of the window, the end of the text.
func (d donor) script(vocabulary int) (map[int]int, error) {
	begin := endOfText + 107 // <|0.00|> of the models with 99 languages
	if vocabulary > 51865 {
		begin++ // Cantonese
	}
	say := map[int]int{promptSize - 1: begin}
	for id, token := range d.vocabulary {
		if len(say) <= scriptWords && wholeWord.Match(token) {
			say[promptSize-1+len(say)] = id
		}
	}
	if len(say) <= scriptWords {
		return nil, errors.New("make a model: the vocabulary has too few words")
	}
	say[promptSize-1+len(say)] = begin + 1500
	say[promptSize-1+len(say)] = endOfText
	return say, nil
}

// writeModel writes a model of random weights to path. Its vocabulary and mel
// filters come from the model file like.
func writeModel(path, like string, of dims) error {
	d, err := readDonor(like)
	if err != nil {
		return err
	}
	say, err := d.script(of.vocabulary)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := &modelWriter{dims: of, out: bufio.NewWriterSize(f, 1<<20)}
	w.random(rand.New(rand.NewPCG(1, 2)))
	w.head(d)
	w.encoder()
	w.decoder(say)
	return errors.Join(w.out.Flush(), f.Close())
}

// modelWriter writes a file in whisper.cpp's layout. Its out keeps the first
// error for Flush.
type modelWriter struct {
	dims
	out    *bufio.Writer
	weight [1 << 16]float32 // standard normal, used over and over
	half   [1 << 16]uint16  // a fiftieth of weight, as f16
	next   int              // of weight to be used
}

// random fills the store of weights: drawing hundreds of millions would take
// longer than the measurement.
func (w *modelWriter) random(from *rand.Rand) {
	for i := range w.weight {
		v := float32(from.NormFloat64())
		w.weight[i], w.half[i] = v, toHalf(v/50)
	}
}

func (w *modelWriter) put(v any) { binary.Write(w.out, binary.LittleEndian, v) }

func (w *modelWriter) head(d donor) {
	w.put(uint32(ggmlMagic))
	for _, n := range []int{
		w.vocabulary, audioCtx, w.width, w.heads, w.audioLayers,
		textCtx, w.width, w.heads, w.textLayers, w.mels, f16,
		w.mels, melBins,
	} {
		w.put(int32(n))
	}
	for i := range w.mels {
		from := i * 80 / w.mels * melBins // more mels than the donor has repeat some of its
		w.put(d.filters[from : from+melBins])
	}
	w.put(int32(len(d.vocabulary)))
	for _, token := range d.vocabulary {
		w.put(uint32(len(token)))
		w.out.Write(token)
	}
}

// tensor begins a tensor; its elements must follow. Innermost size first.
func (w *modelWriter) tensor(name string, typ int, shape ...int) {
	w.put([]int32{int32(len(shape)), int32(len(name)), int32(typ)})
	for _, n := range shape {
		w.put(int32(n))
	}
	w.out.WriteString(name)
}

// matrix writes random weights.
func (w *modelWriter) matrix(name string, shape ...int) {
	w.tensor(name, f16, shape...)
	w.halves(product(shape))
}

func (w *modelWriter) halves(n int) {
	for n > 0 {
		from := w.next % len(w.half)
		part := w.half[from:min(len(w.half), from+n)]
		w.put(part)
		n -= len(part)
		w.next += len(part)
	}
	w.next += 7919 // so that equal tensors differ
}

func product(shape []int) int {
	n := 1
	for _, k := range shape {
		n *= k
	}
	return n
}

// level writes a vector of one number.
func (w *modelWriter) level(name string, v float32, shape ...int) {
	w.tensor(name, f32, shape...)
	w.put(slices.Repeat([]float32{v}, product(shape)))
}

// norm writes a layer normalisation. A small gain makes what follows faint.
func (w *modelWriter) norm(name string, gain float32) {
	w.level(name+".weight", gain, w.width)
	w.level(name+".bias", 0, w.width)
}

func (w *modelWriter) linear(name string, in, out int, bias bool) {
	w.matrix(name+".weight", in, out)
	if bias {
		w.level(name+".bias", 0, out)
	}
}

func (w *modelWriter) attention(name string, gain float32) {
	w.linear(name+".query", w.width, w.width, true)
	w.linear(name+".key", w.width, w.width, false)
	w.linear(name+".value", w.width, w.width, true)
	w.linear(name+".out", w.width, w.width, true)
	w.norm(name+"_ln", gain)
}

func (w *modelWriter) block(name string, gain float32) {
	w.attention(name+".attn", gain)
	w.linear(name+".mlp.0", w.width, 4*w.width, true)
	w.linear(name+".mlp.2", 4*w.width, w.width, true)
	w.norm(name+".mlp_ln", gain)
}

func (w *modelWriter) encoder() {
	w.tensor("encoder.positional_embedding", f32, w.width, audioCtx)
	for i := range audioCtx {
		w.put(w.position(i))
	}
	w.matrix("encoder.conv1.weight", 3, w.mels, w.width)
	w.level("encoder.conv1.bias", 0, 1, w.width)
	w.matrix("encoder.conv2.weight", 3, w.width, w.width)
	w.level("encoder.conv2.bias", 0, 1, w.width)
	for i := range w.audioLayers {
		w.block(fmt.Sprintf("encoder.blocks.%d", i), 1)
	}
	w.norm("encoder.ln_post", 0.01) // what the decoder hears is faint
}

func (w *modelWriter) decoder(say map[int]int) {
	const faint = 0.01
	w.tensor("decoder.positional_embedding", f32, w.width, textCtx)
	for i := range textCtx {
		w.put(w.position(i))
	}
	w.embedding(say)
	for i := range w.textLayers {
		name := fmt.Sprintf("decoder.blocks.%d", i)
		w.block(name, faint)
		w.attention(name+".cross_attn", faint)
	}
	w.norm("decoder.ln", 1)
}

// position is the embedding of a place in the text: standard normal, and
// another one for each.
func (w *modelWriter) position(i int) []float32 {
	from := i * 6367 % (len(w.weight) - w.width)
	return w.weight[from : from+w.width]
}

// embedding gives each token of the script the direction of its place.
func (w *modelWriter) embedding(say map[int]int) {
	placeOf := map[int]int{}
	for place, token := range say {
		placeOf[token] = place
	}
	w.tensor("decoder.token_embedding.weight", f16, w.width, w.vocabulary)
	for token := range w.vocabulary {
		place, said := placeOf[token]
		if !said {
			w.halves(w.width)
			continue
		}
		for _, v := range w.position(place) {
			w.put(toHalf(v * certain / float32(w.width)))
		}
	}
}
