package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// ours refuses what a web page of somebody else's makes a browser ask: a name
// that was made to lead here (DNS rebinding), and requests across sites.
func (s *Server) ours(r *http.Request) *failure {
	refuse := func(message string) *failure {
		return &failure{status: http.StatusForbidden, code: codeOrigin, message: message}
	}
	if !s.named(r.Host) {
		return refuse("The Host header names another server: start Earshot with --host to be known by that name")
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return refuse("Requests from other sites are not answered")
	}
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return refuse("Requests from other origins are not answered")
		}
	}
	return nil
}

// named reports whether a Host header is a name of this server. An address in
// numbers cannot be one that was made to lead here.
func (s *Server) named(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.ContainsFunc(s.opt.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}
