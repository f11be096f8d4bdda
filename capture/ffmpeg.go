package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"earshot/app"
)

// probeFFmpeg asks ffprobe what the file holds.
func probeFFmpeg(ctx context.Context, ffprobe, path string) (app.MediaInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd, complaints, err := command(ctx, ffprobe, path,
		[]string{"-v", "error"},
		"-show_entries", "format=duration,start_time:stream=codec_type,codec_name,sample_rate,channels,duration,start_time:stream_tags=language,title,duration:stream_disposition=default,attached_pic",
		"-of", "json")
	if err != nil {
		return app.MediaInfo{}, err
	}
	out, err := cmd.Output()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return app.MediaInfo{}, errors.New("ffprobe did not come to an end with it")
	}
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			return app.MediaInfo{}, fmt.Errorf("run ffprobe: %w", err)
		}
		return app.MediaInfo{}, fmt.Errorf("%w (%s)", app.ErrNotMedia, complaints.first())
	}
	return parseProbe(out)
}

// parseProbe reads ffprobe's JSON.
func parseProbe(out []byte) (app.MediaInfo, error) {
	var probed struct {
		Format  span
		Streams []struct {
			Type        string `json:"codec_type"`
			Codec       string `json:"codec_name"`
			Rate        string `json:"sample_rate"`
			Channels    int
			Disposition struct {
				Default int
				Cover   int `json:"attached_pic"`
			}
			Tags struct{ Language, Title, Duration string }
			span
		}
	}
	if err := json.Unmarshal(out, &probed); err != nil {
		return app.MediaInfo{}, fmt.Errorf("understand ffprobe: %w", err)
	}
	var info app.MediaInfo
	alone := true
	for _, s := range probed.Streams {
		if s.Type != "audio" {
			alone = false
			info.Timed = info.Timed || s.Type == "video" && s.Disposition.Cover == 0
			continue
		}
		rate, _ := strconv.Atoi(s.Rate)
		late := s.start() - probed.Format.start()
		info.Timed = info.Timed || late > 0.05
		length := clockTime(s.Tags.Duration) // from the file's beginning
		if own := duration(s.Duration); own > 0 {
			length = own + max(0, late)
		}
		info.Streams = append(info.Streams, app.AudioStream{
			Index: len(info.Streams), Codec: s.Codec, Rate: rate, Channels: s.Channels,
			Language: s.Tags.Language, Title: s.Tags.Title, Default: s.Disposition.Default == 1,
			Duration: length,
		})
		info.Duration = max(info.Duration, length)
	}
	if info.Duration == 0 {
		info.Duration = duration(probed.Format.Duration) // of the longest stream, be it video
		if alone && len(info.Streams) == 1 {
			info.Streams[0].Duration = info.Duration
		}
	}
	return info, nil
}

// span is when something begins and how long it is, as ffprobe says it, in seconds.
type span struct {
	Start    string `json:"start_time"`
	Duration string
}

func (s span) start() float64 {
	at, err := strconv.ParseFloat(s.Start, 64)
	if err != nil || !(math.Abs(at) < 1e7) {
		return 0
	}
	return at
}

// clockTime parses a length as Matroska's tags have it, 00:01:02.5; what is missing or
// absurd is 0, unknown.
func clockTime(s string) float64 {
	fields := strings.Split(s, ":")
	if len(fields) != 3 {
		return 0
	}
	hours, _ := strconv.Atoi(fields[0])
	minutes, _ := strconv.Atoi(fields[1])
	seconds, err := strconv.ParseFloat(fields[2], 64)
	if d := float64(3600*hours+60*minutes) + seconds; err == nil && d > 0 && d < 1e7 {
		return d
	}
	return 0
}

// duration parses seconds; what is missing or absurd is 0, unknown.
func duration(s string) float64 {
	d, err := strconv.ParseFloat(s, 64)
	if err != nil || !(d > 0 && d < 1e7) {
		return 0
	}
	return d
}

// guessed reports whether ffprobe's length of a file is a guess from its size,
// as it is for bare AAC: it can be wrong by a lot without any damage.
func guessed(ctx context.Context, ffprobe, path string) bool {
	if _, err := probeWAV(path); err == nil {
		return false // Probe has asked the header
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd, said, err := command(ctx, ffprobe, path, []string{"-v", "warning"})
	if err != nil || cmd.Run() != nil {
		return false
	}
	return strings.Contains(strings.Join(said.lines(), "\n"), "Estimating duration from bitrate")
}

// openFFmpeg starts decoding one audio stream, or one channel of it if
// opt.Channel is not 0.
func openFFmpeg(ctx context.Context, ffmpeg, path string, stream int, opt app.MediaOptions) (*audioReader, error) {
	running, cancel := context.WithCancel(ctx)
	head := []string{"-nostdin", "-v", "error"}
	audio := &audioReader{rate: opt.Rate}
	if opt.Seek && opt.Start > 0 {
		audio.from = opt.Start
		// What is before -i goes to the place in the file, and is exact as far as
		// the file's own times are.
		head = append(head, "-ss", strconv.FormatFloat(opt.Start, 'f', 6, 64))
	}
	var filters []string
	if opt.Info.Timed {
		filters = append(filters, "aresample=async=1:first_pts=0") // puts in silence
	}
	if opt.Channel > 0 {
		filters = append(filters, fmt.Sprintf("pan=mono|c0=c%d", opt.Channel-1))
	}
	args := []string{"-map", "0:a:" + strconv.Itoa(stream), "-vn", "-sn", "-dn", "-ac", "1"}
	if len(filters) > 0 {
		args = append(args, "-af", strings.Join(filters, ","))
	}
	args = append(args, "-ar", strconv.Itoa(opt.Rate), "-f", "s16le", "pipe:1")
	cmd, complaints, err := command(running, ffmpeg, path, head, args...)
	if err != nil {
		cancel()
		return nil, err
	}
	stdout, err := startFFmpeg(cmd)
	if err != nil {
		cancel()
		return nil, err
	}
	if opt.Background {
		yield(cmd.Process)
	}
	d := &decoder{ctx: ctx, cancel: cancel, cmd: cmd, complaints: complaints}
	audio.source, audio.end = &pcmReader{r: stdout}, d.end
	return audio, nil
}

// decoder is a running ffmpeg.
type decoder struct {
	ctx        context.Context // the job's
	cancel     context.CancelFunc
	cmd        *exec.Cmd
	complaints *complaints
	ended      bool
}

// end waits for ffmpeg, killing it first if it is not wanted any more, and
// returns how often it complained. The error is ctx's if that stopped it.
func (d *decoder) end(kill bool) (complaints int, err error) {
	if d.ended {
		return d.complaints.total(), d.ctx.Err()
	}
	d.ended = true
	if kill {
		d.cancel()
	}
	failed := d.cmd.Wait()
	d.cancel()
	if failed != nil && !kill && d.complaints.total() == 0 {
		d.complaints.Write([]byte(failed.Error() + "\n"))
	}
	return d.complaints.total(), d.ctx.Err()
}

// command prepares a child process that reads the file at path.
func command(ctx context.Context, program, path string, head []string, tail ...string) (*exec.Cmd, *complaints, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	args := append(head, "-protocol_whitelist", protocols, "-format_whitelist", formats)
	args = append(args, "-i", "file:"+path)
	cmd, c := child(ctx, program, append(args, tail...)...)
	return cmd, c, nil
}

// child prepares a child process, which ctx kills.
func child(ctx context.Context, program string, args ...string) (*exec.Cmd, *complaints) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	detach(cmd)
	c := &complaints{}
	cmd.Stderr = c
	return cmd, c
}

// startFFmpeg starts ffmpeg and returns its output.
func startFFmpeg(cmd *exec.Cmd) (io.Reader, error) {
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("run ffmpeg: %w", err)
	}
	return stdout, nil
}

// complaints keeps the beginning of what a child process says, and counts the
// lines. It is safe for concurrent use.
type complaints struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	count int
}

const maxComplaints = 16 << 10 // bytes

func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count += bytes.Count(p, []byte("\n"))
	if room := maxComplaints - c.buf.Len(); room > 0 {
		c.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (c *complaints) lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.FieldsFunc(c.buf.String(), func(r rune) bool { return r == '\n' || r == '\r' })
}

func (c *complaints) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// first is the first line, without the address ffmpeg begins it with.
func (c *complaints) first() string {
	lines := c.lines()
	if len(lines) == 0 {
		return "ffprobe gave no reason"
	}
	if _, rest, ok := strings.Cut(lines[0], "] "); ok && strings.HasPrefix(lines[0], "[") {
		return rest
	}
	return lines[0]
}
