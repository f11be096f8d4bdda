package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// params are what a request says beside its sound, wherever it says so: in the
// query, in the parts of a form, in a JSON object. Unknown ones count for
// nothing.
type params url.Values

// text is the first of some names that has a value, or "".
func (p params) text(names ...string) string {
	for _, name := range names {
		for _, v := range p[name] {
			if v = strings.TrimSpace(v); v != "" {
				return v
			}
		}
	}
	return ""
}

// flag is a truth value; other if it is not given. Clients write true, "true"
// and 1.
func (p params) flag(other bool, names ...string) (bool, error) {
	v := p.text(names...)
	if v == "" {
		return other, nil
	}
	b, err := strconv.ParseBool(strings.ToLower(v))
	if err != nil {
		return false, invalid("%s has to be true or false, not %q", names[0], v)
	}
	return b, nil
}

// number is a whole number between two; other if it is not given.
func (p params) number(other, low, high int, name string) (int, error) {
	v := p.text(name)
	if v == "" {
		return other, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, invalid("%s has to be a number from %d to %d, not %q", name, low, high, v)
	}
	return n, nil
}

// flags reads several flags, of which the first that makes no sense is the
// error.
func (p params) flags(wanted ...*flag) error {
	for _, f := range wanted {
		var err error
		if *f.into, err = p.flag(*f.into, f.names...); err != nil {
			return err
		}
	}
	return nil
}

// flag is where the value of a truth value goes; what is there is its default.
type flag struct {
	into  *bool
	names []string
}

func into(b *bool, names ...string) *flag { return &flag{b, names} }

// merge adds what another place says; that counts more.
func (p params) merge(more params) {
	for name, values := range more {
		p[name] = values
	}
}

// Nobody needs more in a query or a form's text.
const maxText = 1 << 20 // bytes

// parseJSON reads an object. Nested objects count for nothing.
func parseJSON(r io.Reader) (params, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxText {
		return nil, invalid("The JSON is too large")
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		return nil, invalid("The body is not a JSON object")
	}
	p := params{}
	for name, raw := range object {
		if v, ok := plain(raw); ok {
			p[name] = v
		}
	}
	return p, nil
}

// plain is a JSON value as a form would have it: a string, number, truth value,
// or a list of those.
func plain(raw json.RawMessage) (values []string, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, false
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return []string{s}, err == nil
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return nil, false
		}
		for _, item := range list {
			if item = bytes.TrimSpace(item); len(item) > 0 && item[0] != '[' {
				if v, ok := plain(item); ok {
					values = append(values, v...)
				}
			}
		}
		return values, true
	case '{', 'n':
		return nil, false
	}
	return []string{string(raw)}, true
}

// object is v as a JSON object.
func object(v any) map[string]any {
	data, err := json.Marshal(v)
	var o map[string]any
	if err != nil || json.Unmarshal(data, &o) != nil || o == nil {
		return map[string]any{}
	}
	return o
}
