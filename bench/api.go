package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"earshot/api"
	"earshot/app"
	"earshot/capture"
	"earshot/engine"
)

// served is what a child process measures of the API, in seconds.
type served struct {
	Engine, API       []float64 // one recording of a minute
	EngineTen, APITen []float64 // ten of ten seconds at once, to the last answer
	Fairness          []float64 // the longest of their waits for the median one
	Refused           []float64
	Dictated, Live    []float64 // the first sound to the first text
}

const clients = 10

// api measures what the API costs over the engine, and itself beside
// whisper-server.
func (b *bench) api(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "API: a recording of 60 s takes longer than the engine takes by", Unit: "%", Most: 3},
		{Case: fmt.Sprintf("API: %d clients at once, 10 s each, of the throughput of the engine", clients), Unit: "×", Least: 0.95},
		{Case: "… the longest wait for the median one", Unit: "×", Most: 3},
		{Case: fmt.Sprintf("API: %d clients at once, 10 s each, one whisper-server", clients), Unit: "×", Least: 1.5},
		{Case: "API: one request too many is refused within, slowest", Unit: "ms", Most: 10},
		{Case: "API: the first live text comes later than in dictation by, median", Unit: "ms", Most: 50},
	}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	speech, err := b.recording(ctx, 60, 0)
	if err != nil {
		return rows, err
	}
	files, err := b.tenSeconds(ctx)
	if err != nil {
		return rows, err
	}
	got, err := b.interleave(ctx,
		b.atOnce("whisper-server", "/inference", files, func(ctx context.Context, address string) *exec.Cmd {
			host, port, _ := net.SplitHostPort(address)
			cmd, err := b.tools.command(ctx, "whisper-server", "-m", model, "-ng", "--host", host, "--port", port)
			if err != nil {
				return nil
			}
			return cmd
		}),
		b.atOnce("earshot serve", "/v1/listen", files, func(ctx context.Context, address string) *exec.Cmd {
			return exec.CommandContext(ctx, b.earshot, "--data", filepath.Join(b.dir, "data"), "--models", filepath.Join(b.shared, "models"),
				"serve", "--addr", address, "--no-store", "--model", model)
		}))
	if err != nil {
		rows[3].Missing = err.Error()
	} else {
		rows[3].compare(got[1], got[0])
	}
	var s served
	if err := b.child(ctx, &s, append([]string{"served", model, strconv.Itoa(max(3, b.rounds)), speech}, files...)...); err != nil {
		return rows, err
	}
	rows[0].Measured = 100 * (median(s.API)/median(s.Engine) - 1)
	rows[0].Note = fmt.Sprintf("%.0f, %.0f ms", 1000*median(s.API), 1000*median(s.Engine))
	rows[1].Measured = median(s.EngineTen) / median(s.APITen)
	rows[1].Note = fmt.Sprintf("%.0f, %.0f ms", 1000*median(s.EngineTen), 1000*median(s.APITen))
	rows[2].Measured, rows[2].Values = median(s.Fairness), s.Fairness
	rows[4].Measured = 1000 * percentile(s.Refused, 1)
	rows[5].Measured = 1000 * (median(s.Live) - median(s.Dictated))
	rows[5].Note = fmt.Sprintf("%.0f, %.0f ms", 1000*median(s.Live), 1000*median(s.Dictated))
	return rows, nil
}

// tenSeconds are as many different recordings as there are clients.
func (b *bench) tenSeconds(ctx context.Context) ([]string, error) {
	whole, err := b.recording(ctx, 10*clients, 0)
	if err != nil {
		return nil, err
	}
	pcm, err := readPCM(ctx, whole)
	if err != nil {
		return nil, err
	}
	var files []string
	for i := range clients {
		path := filepath.Join(b.dir, fmt.Sprintf("ten-%d.wav", i))
		f, err := os.Create(path)
		if err != nil {
			return nil, err
		}
		const n = 10 * app.SampleRate
		if err := errors.Join(writeWAV(f, pcm[i*n:(i+1)*n], n, 0), f.Close()); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}

// atOnce is a server that is started, asked for all files at the same time, and
// killed.
func (b *bench) atOnce(name, path string, files []string, start func(ctx context.Context, address string) *exec.Cmd) contender {
	return contender{name, func(ctx context.Context) (usage, error) {
		address, err := freeAddress()
		if err != nil {
			return usage{}, err
		}
		cmd := start(ctx, address)
		if cmd == nil {
			return usage{}, fmt.Errorf("%s is not installed", name)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			return usage{}, err
		}
		err = awaitServer(ctx, "http://"+address)
		if err == nil {
			_, err = together(files, func(file string) error {
				_, err := ask(ctx, "http://"+address+path, file)
				return err
			})
		}
		wall := time.Since(began)
		cmd.Process.Kill()
		cmd.Wait() // killed, as it should be
		return b.used(cmd, wall), err
	}}
}

// together asks for all files at once, and returns how long each took.
func together(files []string, ask func(file string) error) (waits []float64, err error) {
	var all sync.WaitGroup
	waits = make([]float64, len(files))
	errs := make([]error, len(files))
	began := time.Now()
	for i, file := range files {
		all.Go(func() {
			errs[i] = ask(file)
			waits[i] = time.Since(began).Seconds()
		})
	}
	all.Wait()
	return waits, errors.Join(errs...)
}

// serveJob is the child process: the API in front of the engine, both with the
// same model in the same memory.
type serveJob struct {
	engine *engine.Engine
	app    *app.App
	url    string
	opt    app.Options
	model  string
	result served
}

// listenServed measures and prints a served.
func listenServed(ctx context.Context, model, rounds, speech string, files []string) error {
	n, err := strconv.Atoi(rounds)
	if err != nil {
		return err
	}
	e := engine.New(engine.Options{})
	defer e.Close()
	a, err := app.New(ctx, app.Deps{
		Media: capture.Media{}, Recognizer: e, Streamer: e, SideBySide: e.SideBySide(),
		Models: app.Models{Dirs: []string{filepath.Dir(model)}, Inspect: e.Inspect},
	})
	if err != nil {
		return err
	}
	defer a.Close()
	j := &serveJob{engine: e, app: a, model: model, opt: app.Options{Model: model, Language: "en", Device: "cpu"}}
	a.SetSettings(app.Settings{Options: j.opt})
	spool, err := os.MkdirTemp("", "earshot-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(spool)
	stop, err := j.serve(ctx, api.Limits{PerMinute: 1 << 20}, spool)
	if err != nil {
		return err
	}
	defer stop()
	for range n {
		if err := j.round(ctx, speech, files); err != nil {
			return err
		}
	}
	if err := j.live(ctx, files); err != nil {
		return err
	}
	if err := j.refuse(ctx, spool); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(j.result)
}

// serve starts a server; what it returns ends it.
func (j *serveJob) serve(ctx context.Context, limits api.Limits, spool string) (stop func(), err error) {
	s, err := api.New(ctx, j.app, api.Options{Limits: limits, Spool: spool, NoStore: true, Decoder: capture.Decoder{}})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	j.url = "http://" + l.Addr().String()
	ctx, end := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, l, nil) }()
	return func() {
		end()
		<-ended
		s.Close()
	}, nil
}

// round measures everything but live text once, by turns.
func (j *serveJob) round(ctx context.Context, speech string, files []string) error {
	direct := func(files ...string) (seconds float64, err error) {
		var requests []app.Request
		for _, file := range files {
			requests = append(requests, app.Request{Path: file, Options: j.opt, NoStore: true})
		}
		began := time.Now()
		j.app.TranscribeAll(ctx, requests, func(int, app.Event) {}, func(_ int, _ app.Transcript, failed error) {
			if failed != nil {
				err = failed
			}
		})
		return time.Since(began).Seconds(), err
	}
	over := func(files ...string) ([]float64, error) {
		return together(files, func(file string) error {
			_, err := ask(ctx, j.url+"/v1/listen", file)
			return err
		})
	}
	if len(j.result.Engine) == 0 { // the model is loaded, its states are made
		if _, err := direct(append(files, speech)...); err != nil {
			return err
		}
	}
	one, err := direct(speech)
	if err != nil {
		return err
	}
	waits, err := over(speech)
	if err != nil {
		return err
	}
	j.result.Engine, j.result.API = append(j.result.Engine, one), append(j.result.API, waits[0])
	ten, err := direct(files...)
	if err != nil {
		return err
	}
	if waits, err = over(files...); err != nil {
		return err
	}
	j.result.EngineTen, j.result.APITen = append(j.result.EngineTen, ten), append(j.result.APITen, percentile(waits, 1))
	j.result.Fairness = append(j.result.Fairness, percentile(waits, 1)/median(waits))
	return nil
}

// refuse measures how fast one request too many is refused: in the minute, and
// at once.
func (j *serveJob) refuse(ctx context.Context, spool string) error {
	sound := make([]byte, 1<<20)
	for _, limits := range []api.Limits{{PerMinute: 60}, {PerMinute: 1 << 20}} {
		stop, err := j.serve(ctx, limits, spool)
		if err != nil {
			return err
		}
		err = j.fill(ctx, limits.PerMinute == 60)
		for range 20 {
			began := time.Now()
			resp, asking := http.Post(j.url+"/v1/listen", "audio/wav", bytes.NewReader(sound))
			if asking != nil {
				err = errors.Join(err, asking)
				break
			}
			j.result.Refused = append(j.result.Refused, time.Since(began).Seconds())
			if resp.Body.Close(); resp.StatusCode != http.StatusTooManyRequests {
				err = errors.Join(err, fmt.Errorf("one request too many was answered %d", resp.StatusCode))
			}
		}
		stop()
		if err != nil {
			return err
		}
	}
	return nil
}

// fill uses up a limit: sixty requests, or ten that do not end before the server
// does.
func (j *serveJob) fill(ctx context.Context, minute bool) error {
	if minute {
		for range 60 {
			resp, err := http.Post(j.url+"/v1/listen", "", nil)
			if err != nil {
				return err
			}
			resp.Body.Close()
		}
		return nil
	}
	for range clients {
		if _, _, err := websocket.Dial(ctx, j.url+"/v1/listen/stream", nil); err != nil {
			return err
		}
	}
	return nil
}

// live measures how long the first text takes, of sound that comes as it is
// spoken.
func (j *serveJob) live(ctx context.Context, files []string) error {
	for _, file := range files[:5] {
		pcm, err := readPCM(ctx, file)
		if err != nil {
			return err
		}
		direct, err := j.dictated(ctx, pcm)
		if err != nil {
			return err
		}
		over, err := j.streamed(ctx, pcm)
		if err != nil {
			return err
		}
		j.result.Dictated, j.result.Live = append(j.result.Dictated, direct), append(j.result.Live, over)
	}
	return nil
}

var errNoText = errors.New("no text came")

// dictated hears sound as live dictation does, up to its first text.
func (j *serveJob) dictated(ctx context.Context, pcm []int16) (seconds float64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spoken := &spokenNow{ctx: ctx, pcm: pcm}
	_, err = j.app.Listen(ctx, spoken, app.ListenOptions{Options: j.opt}, func(h app.Heard) {
		if seconds == 0 && len(h.Confirmed)+len(h.Tentative)+len(h.Segments) > 0 {
			seconds = time.Since(spoken.began).Seconds()
			cancel()
		}
	})
	if seconds == 0 {
		return 0, errors.Join(errNoText, err)
	}
	return seconds, nil
}

// spokenNow is sound that comes as time goes by, 20 ms at a time.
type spokenNow struct {
	ctx   context.Context
	pcm   []int16
	began time.Time
	next  int
}

// Read implements app.Audio.
func (s *spokenNow) Read(buf []float32) (int, error) {
	if s.began.IsZero() {
		s.began = time.Now()
	}
	if s.next == len(s.pcm) {
		return 0, io.EOF
	}
	upto := min(s.next+replayChunk, len(s.pcm))
	select {
	case <-time.After(time.Until(s.began.Add(time.Duration(upto) * time.Second / app.SampleRate))):
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	said := min(int(time.Since(s.began).Seconds()*app.SampleRate), len(s.pcm))
	n := min(len(buf), said-s.next)
	for i := range n {
		buf[i] = float32(s.pcm[s.next+i]) / 32768
	}
	s.next += n
	return n, nil
}

func (*spokenNow) Warnings() []string { return nil }
func (*spokenNow) Close() error       { return nil }

// streamed sends the same over a WebSocket.
func (j *serveJob) streamed(ctx context.Context, pcm []int16) (seconds float64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	conn, _, err := websocket.Dial(ctx, j.url+"/v1/listen/stream", nil)
	if err != nil {
		cancel()
		return 0, err
	}
	began := time.Now()
	var speaker sync.WaitGroup
	speaker.Go(func() {
		for at := 0; at < len(pcm) && ctx.Err() == nil; at += replayChunk {
			upto := min(at+replayChunk, len(pcm))
			time.Sleep(time.Until(began.Add(time.Duration(upto) * time.Second / app.SampleRate)))
			var b bytes.Buffer
			for _, v := range pcm[at:upto] {
				b.Write([]byte{byte(v), byte(uint16(v) >> 8)})
			}
			if conn.Write(ctx, websocket.MessageBinary, b.Bytes()) != nil {
				return
			}
		}
	})
	for seconds == 0 && err == nil {
		var data []byte
		var text struct{ Transcript string }
		if _, data, err = conn.Read(ctx); err == nil && json.Unmarshal(data, &text) == nil && text.Transcript != "" {
			seconds = time.Since(began).Seconds()
		}
	}
	cancel()
	conn.CloseNow()
	speaker.Wait()
	return seconds, err
}
