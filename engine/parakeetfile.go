package engine

import (
	"errors"
	"fmt"
	"slices"

	"earshot/app"
)

// The limits are the numbers of Parakeet TDT 0.6b v3, the largest model that
// libparakeet 1.9 accepts.
const (
	maxParakeetVocab    = 8192
	englishVocab        = 1024 // tokens of the English models, of v2 among them
	maxParakeetCtx      = 5000 // 10 ms frames
	maxParakeetWidth    = 1024
	maxParakeetHeads    = 8
	maxParakeetLayers   = 24
	maxParakeetMels     = 128
	maxParakeetFFT      = 512
	maxParakeetChannels = 256
	maxPredictorWidth   = 640
	maxPredictorLayers  = 2
	maxDurations        = 5
	maxTokensAtOnce     = 10
	maxDuration         = 100 // frames of 80 ms; v3 skips 4 at most
)

// subsampling is the factor by which the three convolutions in front of the
// encoder, each with a stride of two, thin the frames out.
const subsampling = 8

// parakeetLanguages are the 25 that v3 knows.
var parakeetLanguages = []string{
	"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it",
	"lt", "lv", "mt", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "uk",
}

// parakeetParams is the head of a Parakeet TDT model file.
type parakeetParams struct {
	Vocab, AudioCtx, AudioState, AudioHead, AudioLayer int32
	Mels, FileType, FFT                                int32
	Subsampling, Channels, Kernel                      int32
	PredWidth, PredLayers, Durations, TokensAtOnce     int32
}

func (h *parakeetParams) describe(info *app.ModelInfo) {
	info.Family = app.FamilyParakeet
	info.Multilingual = h.Vocab != englishVocab
	info.Languages = slices.Clone(parakeetLanguages)
	if !info.Multilingual {
		info.Languages = []string{"en"}
	}
	info.Weights = fileTypes[h.FileType%1000].name
}

// check bounds every parameter, then what libparakeet's graph takes for
// granted: where two of them do not fit together, ggml ends the process.
func (h *parakeetParams) check() error {
	for _, p := range []struct {
		name      string
		v, lo, hi int32
	}{
		{"vocabulary", h.Vocab, 1, maxParakeetVocab},
		{"audio context", h.AudioCtx, 1, maxParakeetCtx},
		{"width", h.AudioState, 1, maxParakeetWidth},
		{"number of heads", h.AudioHead, 1, maxParakeetHeads},
		{"number of layers", h.AudioLayer, 1, maxParakeetLayers},
		{"number of mel bands", h.Mels, 1, maxParakeetMels},
		{"FFT size", h.FFT, 16, maxParakeetFFT},
		{"subsampling factor", h.Subsampling, subsampling, subsampling},
		{"number of subsampling channels", h.Channels, 1, maxParakeetChannels},
		{"convolution kernel", h.Kernel, 3, 9},
		{"predictor's width", h.PredWidth, 1, maxPredictorWidth},
		{"number of predictor layers", h.PredLayers, 1, maxPredictorLayers},
		{"number of durations", h.Durations, 1, maxDurations},
		{"number of tokens for a frame", h.TokensAtOnce, 1, maxTokensAtOnce},
	} {
		if p.v < p.lo || p.v > p.hi {
			return impossible(p.name, p.v)
		}
	}
	switch {
	case h.AudioState%2 != 0 || h.AudioState%h.AudioHead != 0:
		return impossible("width", h.AudioState)
	case h.Mels%subsampling != 0:
		return impossible("number of mel bands", h.Mels)
	case h.FFT&(h.FFT-1) != 0:
		return impossible("FFT size", h.FFT)
	case h.Kernel != 3 && h.Kernel != 5 && h.Kernel != 9: // what every backend of ggml can do
		return impossible("convolution kernel", h.Kernel)
	}
	return checkFileType(h.FileType)
}

func impossible(name string, v int32) error {
	return fmt.Errorf("its header describes no Parakeet model that exists: the %s is %d", name, v)
}

func (h *parakeetParams) tables(c *modelChecker) error {
	if err := c.filters(h.Mels, h.FFT/2+1); err != nil {
		return err
	}
	var window int32
	if err := c.read(&window); err != nil {
		return err
	}
	if window < 1 || window > h.FFT {
		return errors.New("its window function does not fit its header")
	}
	if err := c.skip(4 * int64(window)); err != nil {
		return err
	}
	durations := make([]uint32, h.Durations)
	if err := c.read(durations); err != nil {
		return err
	}
	for _, d := range durations {
		if d > maxDuration {
			return fmt.Errorf("its durations are damaged: %d frames", d)
		}
	}
	// The token after the last one means silence, so that it must be exactly
	// where the header says.
	return c.vocabulary(h.Vocab, h.Vocab, "")
}

// shapes is NVIDIA's FastConformer with a TDT decoder.
func (h *parakeetParams) shapes() map[string]tensor {
	matrix := fileTypes[h.FileType%1000].tensor
	all := shapeTable{}
	h.subsamplingShapes(all, matrix)
	for i := range h.AudioLayer {
		h.layerShapes(all, matrix, fmt.Sprintf("encoder.layers.%d.", i))
	}
	h.decoderShapes(all, matrix)
	return all
}

type shapeTable map[string]tensor

// put adds a tensor with the shape, padded with ones.
func (s shapeTable) put(name string, typ int32, shape ...int64) {
	t := tensor{shape: [4]int64{1, 1, 1, 1}, typ: typ}
	copy(t.shape[:], shape)
	s[name] = t
}

func (h *parakeetParams) subsamplingShapes(all shapeTable, matrix int32) {
	w, ch := int64(h.AudioState), int64(h.Channels)
	for i, shape := range map[int][]int64{0: {3, 3, 1, ch}, 2: {3, 3, 1, ch}, 3: {1, 1, ch, ch}, 5: {3, 3, 1, ch}, 6: {1, 1, ch, ch}} {
		all.put(fmt.Sprintf("encoder.pre_encode.conv.%d.weight", i), typeF32, shape...)
		all.put(fmt.Sprintf("encoder.pre_encode.conv.%d.bias", i), typeF32, 1, 1, ch)
	}
	all.put("encoder.pre_encode.out.weight", matrix, int64(h.Mels/subsampling)*ch, w)
	all.put("encoder.pre_encode.out.bias", typeF32, w)
}

func (h *parakeetParams) layerShapes(all shapeTable, matrix int32, layer string) {
	w, heads := int64(h.AudioState), int64(h.AudioHead)
	for _, part := range []string{"norm_feed_forward1", "norm_conv", "norm_self_att", "norm_feed_forward2", "norm_out", "conv.batch_norm"} {
		all.put(layer+part+".weight", typeF32, w)
		all.put(layer+part+".bias", typeF32, w)
	}
	for _, part := range []string{"feed_forward1", "feed_forward2"} {
		all.put(layer+part+".linear1.weight", matrix, w, 4*w)
		all.put(layer+part+".linear2.weight", matrix, 4*w, w)
	}
	for _, part := range []string{"q", "k", "v", "out", "pos"} {
		all.put(layer+"self_attn.linear_"+part+".weight", matrix, w, w)
	}
	all.put(layer+"self_attn.pos_bias_u", typeF32, w/heads, heads)
	all.put(layer+"self_attn.pos_bias_v", typeF32, w/heads, heads)
	all.put(layer+"conv.pointwise_conv1.weight", matrix, w, 2*w)
	all.put(layer+"conv.pointwise_conv2.weight", matrix, w, w)
	all.put(layer+"conv.depthwise_conv.weight", typeF32, int64(h.Kernel), w)
	all.put(layer+"conv.batch_norm.running_mean", typeF32, w)
	all.put(layer+"conv.batch_norm.running_var", typeF32, w)
	all.put(layer+"conv.batch_norm.num_batches_tracked", typeI32, 1)
}

func (h *parakeetParams) decoderShapes(all shapeTable, matrix int32) {
	w, p := int64(h.AudioState), int64(h.PredWidth)
	all.put("joint.enc.weight", matrix, w, p)
	all.put("joint.enc.bias", typeF32, p)
	if p%tensorTypes[matrix].block != 0 {
		matrix = typeF32 // its rows do not divide into blocks
	}
	const rnn = "decoder.prediction.dec_rnn.lstm."
	all.put("decoder.prediction.embed.weight", matrix, p, int64(h.Vocab)+1)
	for i := range h.PredLayers {
		all.put(fmt.Sprintf("%sweight_ih_l%d", rnn, i), matrix, p, 4*p)
		all.put(fmt.Sprintf("%sweight_hh_l%d", rnn, i), matrix, p, 4*p)
		all.put(fmt.Sprintf("%sbias_h_l%d", rnn, i), typeF32, 4*p)
	}
	all.put("joint.pred.weight", matrix, p, p)
	all.put("joint.pred.bias", typeF32, p)
	// A token, none, or how far to skip.
	outputs := int64(h.Vocab) + 1 + int64(h.Durations)
	all.put("joint.joint_net.2.weight", matrix, p, outputs)
	all.put("joint.joint_net.2.bias", typeF32, outputs)
}
