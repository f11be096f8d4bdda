package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// server is one whisper-server that is started, asked for each file in turn,
// and killed.
func (b *bench) server(name, model string, files []string) contender {
	return contender{name, func(ctx context.Context) (usage, error) {
		address, err := freeAddress()
		if err != nil {
			return usage{}, err
		}
		host, port, _ := net.SplitHostPort(address)
		cmd, err := b.tools.command(ctx, "whisper-server", "-m", model, "-ng", "--host", host, "--port", port)
		if err != nil {
			return usage{}, err
		}
		start := time.Now()
		if err := cmd.Start(); err != nil {
			return usage{}, err
		}
		words, err := askAll(ctx, "http://"+address, files)
		wall := time.Since(start)
		cmd.Process.Kill()
		cmd.Wait() // killed, as it should be
		u := b.used(cmd, wall)
		u.words = words
		return u, err
	}}
}

// freeAddress is one that nobody listens on now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// askAll sends each file when the one before is answered, and returns how many
// words came back.
func askAll(ctx context.Context, url string, files []string) (words int, err error) {
	if err := awaitServer(ctx, url); err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := ask(ctx, url+"/inference", file)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		words += len(strings.Fields(text))
	}
	return words, nil
}

// awaitServer waits until the model is loaded.
func awaitServer(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ask has one file transcribed.
func ask(ctx context.Context, url, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", filepath.Base(file))
	if err != nil {
		return "", err
	}
	part.Write(data) // into memory
	form.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var heard struct{ Text *string }
	if err := json.Unmarshal(answer, &heard); err != nil || heard.Text == nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the server answered %s, %s", strconv.Itoa(resp.StatusCode), answer)
	}
	return *heard.Text, nil
}
