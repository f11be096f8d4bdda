package cli_test

import (
	"reflect"
	"testing"
	"time"

	"earshot/cli"
)

func TestServe(t *testing.T) {
	r := newRig(t)
	r.file("keys", "# of the phone system\nfirst\n\n  second \n")
	r.file("secret", "shared\n")
	r.want(r.run("serve"), 0, "")
	r.want(r.run("serve", "--addr", "0.0.0.0:80", "--key-file", "keys", "--cert", "c.pem", "--key", "k.pem", "--host", "a.lan", "--host", "b.lan",
		"-m", "small", "--no-store", "--private", "--secret-file", "secret", "--max-duration", "30m", "--max-size", "5", "--per-minute", "6",
		"--concurrent", "7", "--daily", "8h"), 0, "")
	want := []cli.ServeConfig{
		{Addr: "127.0.0.1:7100"},
		{
			Addr: "0.0.0.0:80", Keys: []string{"first", "second"}, Cert: r.dir + "/c.pem", Key: r.dir + "/k.pem", Hosts: []string{"a.lan", "b.lan"},
			Model: "small", NoStore: true, Private: true, Secret: []byte("shared"), Duration: 30 * time.Minute, Size: 5 << 20,
			PerMinute: 6, Concurrent: 7, Daily: 8 * time.Hour,
		},
	}
	if !reflect.DeepEqual(r.served, want) {
		t.Errorf("got %+v\nwant %+v", r.served, want)
	}
	if r.config.Store != cli.StoreWanted {
		t.Errorf("got the library %v, want it to be used if it can be", r.config.Store)
	}
}

// Nobody but this machine may ask without a key.
func TestServeRefusesToBeOpen(t *testing.T) {
	r := newRig(t)
	r.file("empty", "# no key\n\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--addr", ":7100"}, "“:7100” is not a server address without --key-file: it has to be this machine's own, as in 127.0.0.1:7100."},
		{[]string{"--addr", "0.0.0.0:7100"}, "--key-file"},
		{[]string{"--addr", "[::]:7100"}, "--key-file"},
		{[]string{"--addr", "192.168.1.2:7100"}, "--key-file"},
		{[]string{"--addr", "myhost:7100"}, "--key-file"},
		{[]string{"--addr", "7100"}, "a host and a port"},
		{[]string{"--addr", "0.0.0.0:7100", "--key-file", "empty"}, "a file with at least one line"},
		{[]string{"--key-file", "empty"}, "a file with at least one line"},
		{[]string{"--cert", "c.pem"}, "--cert and --key together"},
		{[]string{"--key", "k.pem"}, "--cert and --key together"},
		{[]string{"--per-minute=-1"}, "more than 0"},
	} {
		r.want(r.run(append([]string{"serve"}, c.args...)...), 2, "", c.want)
	}
	r.want(r.run("serve", "--key-file", "none"), 1, "", "none")
	if len(r.served) != 0 {
		t.Errorf("it was served: %+v", r.served)
	}
	for _, addr := range []string{"127.0.0.1:0", "127.1.2.3:1", "[::1]:7100", "localhost:7100"} {
		r.want(r.run("serve", "--addr", addr), 0, "")
	}
}
