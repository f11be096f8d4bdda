package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"

	"earshot/app"
)

// Environment of a child: the test program itself, as another Earshot.
const (
	childRole = "EARSHOT_TEST_ROLE" // which of roles
	childDir  = "EARSHOT_TEST_DIR"  // where the library is
)

// roles are what children do. They end when their standard input does.
var roles = map[string]func(dir string) error{
	"transcribe": beTranscribing, "crash": beCrashing, "write": beWriting,
}

func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv(childRole)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(os.Getenv(childDir)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// ready tells the parent, and waits for it to hang up.
func ready(line any) {
	fmt.Println(line)
	io.Copy(io.Discard, os.Stdin)
}

// beTranscribing is in the middle of a transcript.
func beTranscribing(dir string) error {
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return err
	}
	id, err := s.Create(context.Background(), recording(1))
	if err != nil {
		return err
	}
	err = s.Append(context.Background(), id, app.Progress{Segments: []app.Segment{said(0, "Hello", "world")}, Position: 2})
	if err != nil {
		return err
	}
	ready(id)
	return s.Close()
}

// beCrashing dies of a panic, which the runtime reports.
func beCrashing(dir string) error {
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return err
	}
	if err := debug.SetCrashOutput(s.CrashOutput(), debug.CrashOptions{}); err != nil {
		return err
	}
	ready("ready")
	panic("off by one")
}

// beWriting opens the library and changes something.
func beWriting(dir string) error {
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		sentence, _ := app.Explain(err)
		return fmt.Errorf("%s", sentence)
	}
	defer s.Close()
	_, err = s.Create(context.Background(), recording(1))
	return err
}

// child is a running child.
type child struct {
	*exec.Cmd
	t     *testing.T
	stdin io.Closer
	line  string // what it said when it was ready
}

// startChild starts a child and waits until it is ready.
func startChild(t *testing.T, role, dir string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(program), t: t}
	c.Env = append(os.Environ(), childRole+"="+role, childDir+"="+dir)
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdin = stdin
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatalf("the child said nothing: %v", c.Wait())
	}
	c.line = lines.Text()
	return c
}

// kill ends the child without a chance to do anything.
func (c *child) kill() {
	c.t.Helper()
	if err := c.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	c.Wait()
}

// hangUp lets the child go on to its end.
func (c *child) hangUp() error {
	c.stdin.Close()
	return c.Wait()
}
