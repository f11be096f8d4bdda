package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openai/openai-go"
	"github.com/openai/openai-go/option"

	"earshot/api"
	"earshot/capture"
)

// Programs as people write them, unchanged but for the address. What is missing
// here packaging/setup.sh e2e installs.

// tool finds a program, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: packaging/setup.sh e2e installs it", name)
	}
	return path
}

// client runs a program with the server's address, a key and the clip in its
// environment, and returns what it prints.
func (g *rig) client(program string, args ...string) string {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), program, args...)
	cmd.Dir = g.t.TempDir()
	modules, err := filepath.Abs("../.deps/npm/node_modules")
	if err != nil {
		g.t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(cmd.Dir, "node_modules")); err != nil {
		g.t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "EARSHOT="+g.url, "CLIP="+fixture(g.t, clipFile), "OPENAI_API_KEY=secret", "OPENAI_BASE_URL="+g.url+"/v1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		g.t.Errorf("%s: %v: %s", filepath.Base(program), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// script writes a program's source and runs it.
func (g *rig) script(program, name, source string) string {
	g.t.Helper()
	path := filepath.Join(g.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		g.t.Fatal(err)
	}
	if strings.HasSuffix(name, ".mjs") { // modules are looked for beside the source
		modules, err := filepath.Abs("../.deps/npm/node_modules")
		if err != nil {
			g.t.Fatal(err)
		}
		if err := os.Symlink(modules, filepath.Join(filepath.Dir(path), "node_modules")); err != nil {
			g.t.Fatal(err)
		}
	}
	return g.client(program, path)
}

func forClients(t *testing.T) *rig {
	t.Helper()
	g := start(t, api.Options{Keys: []string{"secret"}, Limits: plenty, Private: true, Remote: capture.Remote{}})
	g.needEngine()
	return g
}

func TestCurl(t *testing.T) {
	curl := tool(t, "curl")
	g := forClients(t)
	path := fixture(t, clipFile)
	for name, args := range map[string][]string{
		"form":           {"-F", "audio=@" + path, "-F", "timestamps=true"},
		"raw":            {"-H", "Content-Type: application/octet-stream", "--data-binary", "@" + path},
		"raw, unnamed":   {"--data-binary", "@" + path},
		"raw, in chunks": {"-H", "Transfer-Encoding: chunked", "-H", "Content-Type: audio/wav", "--data-binary", "@" + path},
		"raw, expecting": {"-H", "Expect: 100-continue", "-H", "Content-Type: audio/wav", "--data-binary", "@" + path},
	} {
		out := g.client(curl, append([]string{"-sS", "--fail-with-body", "-H", "Authorization: Token secret", g.url + "/v1/listen"}, args...)...)
		var got struct{ Text string }
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.Text != clipText {
			t.Errorf("%s: got %s", name, out)
		}
	}
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(clip(t, clipFile)) }))
	defer files.Close()
	out := g.client(curl, "-sS", "-H", "Authorization: Token secret", "-H", "Content-Type: application/json",
		"-d", `{"url":"`+files.URL+`/talk.wav","punctuate":"false"}`, g.url+"/v1/listen")
	if !strings.Contains(out, `"text":"please paint the difficult machine"`) {
		t.Errorf("JSON: got %s", out)
	}
}

func TestNodeFetch(t *testing.T) {
	g := forClients(t)
	out := g.script(tool(t, "node"), "fetch.mjs", `
		import { readFile } from 'node:fs/promises';
		const form = new FormData();
		form.append('audio', new Blob([await readFile(process.env.CLIP)]), 'clip.wav');
		form.append('language', 'en');
		const r = await fetch(process.env.EARSHOT + '/v1/listen', {
			method: 'POST', headers: { Authorization: 'Token secret' }, body: form });
		if (!r.ok) throw new Error(r.status + ' ' + await r.text());
		const { request_id, text, confidence, duration, language } = await r.json();
		if (!request_id || !(confidence > 0) || !(duration > 0) || language !== 'en') throw new Error('incomplete');
		console.log(text);`)
	if out != clipText {
		t.Errorf("got %q, want %q", out, clipText)
	}
}

// npm skips the test where a module is not installed.
func npm(t *testing.T, module string) string {
	t.Helper()
	node := tool(t, "node")
	if _, err := os.Stat(filepath.Join("..", ".deps", "npm", "node_modules", module)); err != nil {
		t.Skipf("the npm module %s is not installed: packaging/setup.sh e2e installs it", module)
	}
	return node
}

func TestNodeWebSocket(t *testing.T) {
	node := npm(t, "ws")
	g := forClients(t)
	out := g.script(node, "ws.mjs", `
		import WebSocket from 'ws';
		import { readFile } from 'node:fs/promises';
		const url = process.env.EARSHOT.replace('http', 'ws') + '/waves/v1/pulse/get_text?language=en&sample_rate=16000&encoding=linear16';
		const ws = new WebSocket(url, { headers: { Authorization: 'Bearer secret' } });
		const said = [];
		ws.on('open', async () => {
			const wav = await readFile(process.env.CLIP);
			for (let at = 0; at < wav.length; at += 4096) ws.send(wav.subarray(at, at + 4096));
			ws.send(JSON.stringify({ type: 'end' }));
		});
		ws.on('message', (data) => {
			const m = JSON.parse(data);
			if (m.is_final && m.transcript) said.push(m.transcript);
			if (m.is_last) ws.close(1000);
		});
		ws.on('error', (e) => { throw e; });
		ws.on('close', () => console.log(said.join(' ')));`)
	if out != clipText {
		t.Errorf("got %q, want %q", out, clipText)
	}
}

func TestNodeOpenAI(t *testing.T) {
	node := npm(t, "openai")
	g := forClients(t)
	out := g.script(node, "openai.mjs", `
		import OpenAI from 'openai';
		import { createReadStream } from 'node:fs';
		const file = () => createReadStream(process.env.CLIP);
		const client = new OpenAI();
		const plain = await client.audio.transcriptions.create({ file: file(), model: 'whisper-1' });
		console.log(plain.text);
		const verbose = await client.audio.transcriptions.create({ file: file(), model: 'whisper-1',
			response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] });
		console.log(verbose.words.length, verbose.segments.length, verbose.language, verbose.duration);
		console.log((await client.audio.transcriptions.create({ file: file(), model: 'whisper-1', response_format: 'vtt' })).split('\n')[0]);
		const stream = await client.audio.transcriptions.create({ file: file(), model: 'gpt-4o-transcribe', stream: true });
		let text = '';
		for await (const event of stream) {
			if (event.type === 'transcript.text.delta') text += event.delta;
			if (event.type === 'transcript.text.done' && event.text !== text) throw new Error(event.text);
		}
		console.log(text);
		try {
			await new OpenAI({ apiKey: 'wrong' }).audio.transcriptions.create({ file: file(), model: 'whisper-1' });
		} catch (e) {
			console.log(e instanceof OpenAI.AuthenticationError, e.code);
		}`)
	want := strings.Join([]string{clipText, "5 1 english 2.688", "WEBVTT", clipText, "true invalid_api_key"}, "\n")
	if out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// debianPython is the system's Python, whose modules are Debian's.
func debianPython(t *testing.T, module string) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import "+module).Run(); err != nil {
		t.Skipf("Python's %s is not installed: packaging/setup.sh e2e installs it", module)
	}
	return python
}

func TestPythonRequests(t *testing.T) {
	python := debianPython(t, "requests")
	g := forClients(t)
	out := g.script(python, "listen.py", `
import os, requests
url = os.environ["EARSHOT"]
with open(os.environ["CLIP"], "rb") as f:
    r = requests.post(url + "/v1/listen", headers={"Authorization": "Token secret"}, files={"audio": f}, data={"language": "en", "timestamps": "true"})
r.raise_for_status()
d = r.json()
print(d["text"], d["confidence"] > 0, round(d["duration"], 1), len(d["words"]))
with open(os.environ["CLIP"], "rb") as f:
    r = requests.post(url + "/waves/v1/pulse/get_text", params={"model": "pulse", "language": "en", "word_timestamps": "true"},
        headers={"Authorization": "Bearer secret", "Content-Type": "application/octet-stream"}, data=f)
d = r.json()
print(d["status"], d["transcription"], f'{d["metadata"]["fileSize"]:,}')
`)
	if want := clipText + " True 2.7 5\nsuccess " + clipText + " 86,064"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestPythonWebSocket(t *testing.T) {
	python := debianPython(t, "websocket")
	g := forClients(t)
	out := g.script(python, "live.py", `
import json, os, websocket
ws = websocket.create_connection(os.environ["EARSHOT"].replace("http", "ws") + "/v1/listen/stream?token=secret&language=en", suppress_origin=True)
with open(os.environ["CLIP"], "rb") as f:
    while chunk := f.read(4096):
        ws.send_binary(chunk)
ws.send(json.dumps({"type": "close_stream"}))
said = []
while True:
    m = json.loads(ws.recv())
    if m["is_final"] and m["transcript"]:
        said.append(m["transcript"])
    if m["is_last"]:
        break
print(" ".join(said))
`)
	if out != clipText {
		t.Errorf("got %q, want %q", out, clipText)
	}
}

func TestGoOpenAI(t *testing.T) {
	g := forClients(t)
	client := openai.NewClient(option.WithBaseURL(g.url+"/v1"), option.WithAPIKey("secret"), option.WithMaxRetries(0))
	open := func() *os.File {
		f, err := os.Open(fixture(t, clipFile))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	plain, err := client.Audio.Transcriptions.New(t.Context(), openai.AudioTranscriptionNewParams{File: open(), Model: openai.AudioModelWhisper1})
	if err != nil || plain.Text != clipText {
		t.Errorf("got %+v, %v", plain, err)
	}
	stream := client.Audio.Transcriptions.NewStreaming(t.Context(), openai.AudioTranscriptionNewParams{File: open(), Model: openai.AudioModelGPT4oTranscribe})
	text, done := "", ""
	for stream.Next() {
		switch e := stream.Current(); e.Type {
		case "transcript.text.delta":
			text += e.Delta
		case "transcript.text.done":
			done = e.Text
		}
	}
	if err := stream.Err(); err != nil || text != clipText || done != clipText {
		t.Errorf("got %q, %q, %v", text, done, err)
	}
	english, err := client.Audio.Translations.New(t.Context(), openai.AudioTranslationNewParams{File: open(), Model: openai.AudioModelWhisper1})
	if err != nil || english.Text == "" {
		t.Errorf("a translation: got %+v, %v", english, err)
	}
}
