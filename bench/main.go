// Command bench measures Earshot against whisper.cpp's own programs, on the
// same machine, with the same weights, in one run: `make bench`.
//
// What is compared is run by turns, round after round, as a process from its
// start to its end, and medians are reported; CPU time is that of the process
// and its children. Both sides are told the language, since whisper-cli
// assumes English where Earshot listens first, and both are kept on the CPU.
// A case that cannot be measured says so; nothing is estimated.
//
// The result goes to bench.md and bench.json in the folder -out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

type options struct {
	rounds          int
	quick           bool
	only            *regexp.Regexp
	shapes          []string
	earshot, shared string // the program; the folder of the fixtures
	deps, out, work string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures; with the name of a job it is the child process of one of its own
// cases.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if job := jobs[args[0]]; job.run != nil && len(args) > job.args {
			return job.run(ctx, args[1:])
		}
	}
	opt, err := parse(args)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "earshot-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := newBench(ctx, opt, dir)
	if err != nil {
		return err
	}
	return b.all(ctx).write(opt.out)
}

// jobs are what child processes do, with at least so many arguments.
var jobs = map[string]struct {
	args int
	run  func(ctx context.Context, args []string) error
}{
	"profile": {4, func(ctx context.Context, a []string) error { return profileJob(ctx, a[0], a[1], a[2], a[3]) }},
	"idle":    {3, func(ctx context.Context, a []string) error { return idleJob(ctx, a[0], a[1], a[2]) }},
	"variant": {0, func(ctx context.Context, _ []string) error { return printVariant(ctx) }},
	"live":    {2, func(ctx context.Context, a []string) error { return listenLive(ctx, a[0], a[1]) }},
	"hour":    {2, func(ctx context.Context, a []string) error { return listenHour(ctx, a[0], a[1]) }},
	"served":  {4, func(ctx context.Context, a []string) error { return listenServed(ctx, a[0], a[1], a[2], a[3:]) }},
}

func parse(args []string) (options, error) {
	var opt options
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.IntVar(&opt.rounds, "rounds", 5, "rounds of each comparison")
	flags.BoolVar(&opt.quick, "quick", false, "one round of short audio, to see that all works")
	only := flags.String("run", "", "only cases whose name matches this regular expression: "+strings.Join(names(), ", "))
	shapes := flags.String("shapes", "base", "shapes of model with random weights: tiny, base, small, turbo")
	flags.StringVar(&opt.earshot, "earshot", "bin/earshot", "the program to measure")
	flags.StringVar(&opt.shared, "shared", "../shared", "folder of the fixtures")
	flags.StringVar(&opt.deps, "deps", ".deps", "folder that packaging/setup.sh prepared")
	flags.StringVar(&opt.work, "work", "artifacts/work", "folder for what takes long to make and is kept: the library of 100,000 transcripts")
	flags.StringVar(&opt.out, "out", "artifacts", "folder for bench.md and bench.json")
	flags.Parse(args)
	if flags.NArg() > 0 || opt.rounds < 1 {
		return opt, errors.New("it takes flags only, and at least one round: see -help")
	}
	var err error
	if opt.only, err = regexp.Compile(*only); err != nil {
		return opt, err
	}
	if opt.quick {
		opt.rounds = 1
	}
	for name := range strings.SplitSeq(*shapes, ",") {
		if _, known := shapeOf[name]; !known {
			return opt, fmt.Errorf("there is no shape %q: tiny, base, small or turbo", name)
		}
		opt.shapes = append(opt.shapes, name)
	}
	for _, path := range []*string{&opt.earshot, &opt.shared, &opt.deps, &opt.work} {
		if *path, err = filepath.Abs(*path); err != nil {
			return opt, err
		}
	}
	return opt, nil
}

// bench is one run of all cases.
type bench struct {
	options
	dir    string // for what is made on the way
	tools  tools
	length lengths
	spent  time.Duration // CPU time of all children so far
}

// lengths of the audio, in seconds, and the number of short files.
type lengths struct {
	speech, silence, long, profile, shape, live, hour, files, kills int
}

func newBench(ctx context.Context, opt options, dir string) (*bench, error) {
	if _, err := os.Stat(opt.earshot); err != nil {
		return nil, fmt.Errorf("find the program to measure: %w", err)
	}
	b := &bench{options: opt, dir: dir, length: lengths{600, 600, 7200, 300, 55, 600, 3600, 20, 50}}
	if opt.quick {
		b.length = lengths{30, 30, 120, 120, 25, 60, 120, 3, 3}
	}
	b.tools = findTools(ctx, opt.deps)
	return b, nil
}

// cases in the order of the table.
var cases = []struct {
	name string
	run  func(*bench, context.Context) ([]row, error)
}{
	{"speech", (*bench).speech},
	{"silence", (*bench).silence},
	{"short", (*bench).short},
	{"memory", (*bench).memory},
	{"idle", (*bench).idle},
	{"overhead", (*bench).overhead},
	{"cancel", (*bench).cancel},
	{"live", (*bench).live},
	{"hour", (*bench).hour},
	{"kill", (*bench).kill},
	{"api", (*bench).api},
	{"window", (*bench).window},
	{"library", (*bench).library},
	{"editor", (*bench).editor},
	{"start", (*bench).start},
	{"shapes", (*bench).shaped},
}

func names() []string {
	var all []string
	for _, c := range cases {
		all = append(all, c.name)
	}
	return all
}

// all runs the cases. One that fails is reported as not measured, and the
// others go on.
func (b *bench) all(ctx context.Context) report {
	r := report{Made: time.Now(), Quick: b.quick, Rounds: b.rounds, Machine: thisMachine(ctx, b), Method: method}
	for _, c := range cases {
		if !b.only.MatchString(c.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s %s\n", time.Now().Format("15:04:05"), c.name)
		start, busy, spent := time.Now(), busyTime(), b.spent
		rows, err := c.run(b, ctx)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		others := (busyTime() - busy - (b.spent - spent)).Seconds() / time.Since(start).Seconds() / float64(runtime.NumCPU())
		for i := range rows {
			rows[i].Others = max(0, others)
			if err != nil {
				rows[i].Missing = err.Error()
			}
		}
		r.Rows = append(r.Rows, rows...)
	}
	return r
}
