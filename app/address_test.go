package app_test

import (
	"errors"
	"net/netip"
	"testing"

	"earshot/app"
)

func TestPublicAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:4700:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.8.9.10": false, "::1": false, "::": false, "0.0.0.0": false, "0.1.2.3": false,
		"10.1.2.3": false, "172.16.0.1": false, "172.32.0.1": true, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "fec0::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001::1": false,
	} {
		if got := app.PublicAddress(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: got %t, want %t", address, got, want)
		}
	}
	if app.PublicAddress(netip.Addr{}) {
		t.Error("no address at all: got true")
	}
}

func TestPublicOnly(t *testing.T) {
	for address, forbidden := range map[string]bool{
		"8.8.8.8:80": false, "127.0.0.1:80": true, "[::1]:443": true, "[fe80::1%eth0]:80": true, "localhost:80": true, "": true,
	} {
		if err := app.PublicOnly("tcp", address, nil); errors.Is(err, app.ErrForbidden) != forbidden || !forbidden && err != nil {
			t.Errorf("%q: got %v, want forbidden %t", address, err, forbidden)
		}
	}
}
