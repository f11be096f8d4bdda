package engine

import (
	"errors"
	"fmt"

	"earshot/app"
)

// The limits are generous against large-v3 (32 layers, 1280 wide, 51,866
// tokens) and keep every product far from overflow.
const (
	whisperVocab     = 51864 // tokens of the English models; the others have more
	maxWhisperVocab  = 1 << 17
	whisperOthers    = 51766 // tokens of the multilingual models that stand for no language
	maxWhisperLayers = 64
	maxWhisperWidth  = 4096
	maxWhisperCtx    = 1 << 14
	leastTextCtx     = 32 // of tokens: what is asked and one is said
)

// whisperParams is the head of a Whisper model file.
type whisperParams struct {
	Vocab, AudioCtx, AudioState, AudioHead, AudioLayer int32
	TextCtx, TextState, TextHead, TextLayer            int32
	Mels, FileType                                     int32
}

func (h *whisperParams) describe(info *app.ModelInfo) {
	info.Family = app.FamilyWhisper
	info.Multilingual = h.Vocab > whisperVocab
	info.Languages = h.languages(languages())
	// Models whose decoder was cut down (turbo, distilled ones) were not trained
	// to translate.
	info.CanTranslate = info.Multilingual && 2*h.TextLayer >= h.AudioLayer
	info.Weights = fileTypes[h.FileType%1000].name
}

// languages are the codes of those in all, which is in the order of their
// tokens, that there is a token for; nil if that is all: Cantonese came with
// large-v3.
func (h *whisperParams) languages(all []app.Language) []string {
	if h.Vocab <= whisperVocab {
		return []string{"en"}
	}
	n := int(h.Vocab) - whisperOthers
	if n >= len(all) {
		return nil
	}
	codes := make([]string, n)
	for i := range codes {
		codes[i] = all[i].Code
	}
	return codes
}

func (h *whisperParams) check() error {
	if !h.possible() {
		return errors.New("its header describes no Whisper model that exists")
	}
	return checkFileType(h.FileType)
}

// possible reports whether a model can have these parameters, and whether
// they are small enough to compute with.
func (h *whisperParams) possible() bool {
	for _, limit := range []struct{ v, lo, hi int32 }{
		{h.Vocab, whisperVocab, maxWhisperVocab},
		{h.AudioCtx, 1, maxWhisperCtx},
		{h.TextCtx, leastTextCtx, maxWhisperCtx}, // what is asked of it has to fit
		{h.AudioState, 1, maxWhisperWidth},
		{h.TextState, h.AudioState, h.AudioState},
		{h.AudioHead, 1, h.AudioState},
		{h.TextHead, 1, h.TextState},
		{h.AudioLayer, 1, maxWhisperLayers},
		{h.TextLayer, 1, maxWhisperLayers},
	} {
		if limit.v < limit.lo || limit.v > limit.hi {
			return false
		}
	}
	return h.AudioState%h.AudioHead == 0 && h.TextState%h.TextHead == 0 && (h.Mels == 80 || h.Mels == 128)
}

func (h *whisperParams) tables(c *modelChecker) error {
	const bins = 201 // of a spectrum of 400 samples
	if err := c.filters(h.Mels, bins); err != nil {
		return err
	}
	return c.vocabulary(1, h.Vocab, " ")
}

// shapes is OpenAI's architecture.
func (h *whisperParams) shapes() map[string]tensor {
	matrix := fileTypes[h.FileType%1000].tensor
	conv := typeF16
	if matrix == typeF32 {
		conv = typeF32
	}
	w := int64(h.AudioState)
	all := map[string]tensor{
		"encoder.positional_embedding":   {[4]int64{w, int64(h.AudioCtx), 1, 1}, typeF32},
		"encoder.conv1.weight":           {[4]int64{3, int64(h.Mels), w, 1}, conv},
		"encoder.conv1.bias":             {[4]int64{1, w, 1, 1}, typeF32},
		"encoder.conv2.weight":           {[4]int64{3, w, w, 1}, conv},
		"encoder.conv2.bias":             {[4]int64{1, w, 1, 1}, typeF32},
		"decoder.positional_embedding":   {[4]int64{w, int64(h.TextCtx), 1, 1}, typeF32},
		"decoder.token_embedding.weight": {[4]int64{w, int64(h.Vocab), 1, 1}, matrix},
	}
	vector := func(name string, n int64) { all[name] = tensor{[4]int64{n, 1, 1, 1}, typeF32} }
	norm := func(name string) { vector(name+".weight", w); vector(name+".bias", w) }
	linear := func(name string, in, out int64, bias bool) {
		all[name+".weight"] = tensor{[4]int64{in, out, 1, 1}, matrix}
		if bias {
			vector(name+".bias", out)
		}
	}
	attention := func(name string) {
		linear(name+".query", w, w, true)
		linear(name+".key", w, w, false)
		linear(name+".value", w, w, true)
		linear(name+".out", w, w, true)
		norm(name + "_ln")
	}
	block := func(name string) {
		attention(name + ".attn")
		linear(name+".mlp.0", w, 4*w, true)
		linear(name+".mlp.2", 4*w, w, true)
		norm(name + ".mlp_ln")
	}
	norm("encoder.ln_post")
	for i := range h.AudioLayer {
		block(fmt.Sprintf("encoder.blocks.%d", i))
	}
	norm("decoder.ln")
	for i := range h.TextLayer {
		name := fmt.Sprintf("decoder.blocks.%d", i)
		block(name)
		attention(name + ".cross_attn")
	}
	return all
}
