package fuzzer_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A front is a server that looks closely at the request, and then echoes. Without hooks
// it conforms to the RFCs; each hook changes one thing, so that a liar is as long as its
// lie.
type front struct {
	blind  string                                       // the rule that is not kept to; "*": none is
	fussy  func(request string) bool                    // requests that are refused with 400 although they are good
	answer func(request string, right []byte) []byte    // instead of the right answer; nil: TCP is ended
	silent func(request string) bool                    // requests that are not answered
	peer   func() *rawPeer                              // echoes; nil: one that conforms
	whole  bool                                         // the request has to come in one read
	open   func(request string, right wire.Head) []byte // instead of the right 101
}

// What the user declares of a front.
var declared = fuzzer.Declared{Protocol: "gobahn.test", Origin: "https://good.example", Absent: "/nothing"}

// maxFront is how long a head a front reads.
const maxFront = 32 << 10

// serve answers requests on nc until one opens the WebSocket.
func (f *front) serve(nc net.Conn) {
	defer nc.Close()
	var b []byte
	for {
		for wire.HeadEnd(bytes.TrimLeft(b, "\r\n")) == 0 {
			chunk := make([]byte, 8192)
			n, err := nc.Read(chunk)
			if b = append(b, chunk[:n]...); err != nil {
				return
			}
			if len(b) > maxFront {
				nc.Write(refusalWith(431, "Connection: close"))
				return
			}
			if f.whole && wire.HeadEnd(b) == 0 {
				nc.Write(refusalWith(400, "Connection: close"))
				return
			}
		}
		b = bytes.TrimLeft(b, "\r\n")
		n := wire.HeadEnd(b)
		request := string(b[:n])
		b = b[n:]
		refusal := f.refuses(request)
		switch {
		case f.silent != nil && f.silent(request):
			refusal = nil
		case refusal == nil:
			peer := &rawPeer{}
			if f.peer != nil {
				peer = f.peer()
			}
			peer.nc = nc
			peer.run(f.opens(request), b)
			return
		case f.answer != nil:
			if refusal = f.answer(request, refusal); refusal == nil {
				return
			}
		}
		nc.Write(refusal)
		if bytes.Contains(refusal, []byte("Connection: close")) {
			return
		}
	}
}

// refusalWith is a refusal with further fields.
func refusalWith(status int, fields ...string) []byte {
	return []byte(fmt.Sprintf("HTTP/1.1 %d Refused\r\n%s\r\nContent-Length: 2\r\n\r\nno", status, strings.Join(append(fields, "Server: front"), "\r\n")))
}

// opens is the 101.
func (f *front) opens(request string) []byte {
	line, fields := taken(request)
	head := wire.Head{Line: line, Fields: fields}
	right := wire.Response(head, "front", "", wire.ChooseProtocol(head, []string{declared.Protocol}))
	if f.open != nil {
		return f.open(request, right)
	}
	return right.Append(nil)
}

// taken is a head taken apart, whatever it is.
func taken(request string) (line string, fields []wire.Field) {
	for i, l := range strings.Split(strings.TrimRight(request, "\r\n"), "\r\n") {
		name, value, _ := strings.Cut(l, ":")
		if i == 0 {
			line = l
		} else {
			fields = append(fields, wire.Field{Name: strings.TrimSpace(name), Value: strings.Trim(value, " \t")})
		}
	}
	return line, fields
}

var (
	httpVersion = regexp.MustCompile(`^HTTP/[0-9]\.[0-9]$`)
	goodTarget  = regexp.MustCompile(`^(/|https?://[^/])[!-"$-~]*$`)
	goodHost    = regexp.MustCompile(`^([a-zA-Z0-9.-]*|\[[0-9a-fA-F:.]+\])(:[0-9]*)?$`)
	goodName    = regexp.MustCompile("^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$")
	plainText   = regexp.MustCompile(`^[\t -~\x80-\xff]*$`)
)

// refuses is the answer to a request that is not as it should be; nil if it is.
func (f *front) refuses(request string) []byte {
	line, fields := taken(request)
	head := wire.Head{Line: line, Fields: fields}
	if f.fussy != nil && f.fussy(request) {
		return refusalWith(400)
	}
	for _, rule := range frontRules {
		if f.blind != "*" && rule.name != f.blind && rule.broken(head, request) {
			return refusalWith(rule.status, rule.fields...)
		}
	}
	return nil
}

// single reports whether a field of that name is there once, and good.
func single(h wire.Head, name string, good func(string) bool) bool {
	values := h.Values(name)
	return len(values) == 1 && good(values[0])
}

// A frontRule is one rule a front keeps to.
type frontRule struct {
	name   string
	broken func(h wire.Head, request string) bool
	status int
	fields []string
}

var frontRules = []frontRule{
	{"syntax", func(h wire.Head, request string) bool {
		for i, l := range strings.Split(strings.TrimSuffix(request, "\r\n\r\n"), "\r\n") {
			name, value, ok := strings.Cut(l, ":")
			if i > 0 && (!ok || !goodName.MatchString(name) || !plainText.MatchString(strings.ToValidUTF8(value, "?"))) {
				return true
			}
		}
		return false
	}, 400, []string{"Connection: close"}},
	{"line", func(h wire.Head, _ string) bool {
		parts := strings.Split(h.Line, " ")
		return len(parts) != 3 || !goodName.MatchString(parts[0]) || !httpVersion.MatchString(parts[2])
	}, 400, []string{"Connection: close"}},
	{"target", func(h wire.Head, _ string) bool {
		parts := strings.Split(h.Line, " ")
		return len(parts) > 1 && !goodTarget.MatchString(parts[1])
	}, 400, []string{"Connection: close"}},
	{"absent", func(h wire.Head, _ string) bool {
		return strings.Contains(h.Line, declared.Absent+" ") || strings.Contains(h.Line, "absent")
	}, 404, nil},
	{"method", func(h wire.Head, _ string) bool {
		return !strings.HasPrefix(strings.TrimLeft(h.Line, " "), "GET") || strings.HasPrefix(h.Line, "GETX")
	}, 405, []string{"Allow: GET"}},
	{"http/1.0", func(h wire.Head, _ string) bool { return strings.HasSuffix(h.Line, "HTTP/1.0") }, 426, []string{"Upgrade: websocket"}},
	{"http/2", func(h wire.Head, _ string) bool {
		return httpVersion.MatchString(h.Line[max(0, len(h.Line)-8):]) && !strings.Contains(h.Line, "HTTP/1.")
	}, 505, nil},
	{"host", func(h wire.Head, _ string) bool {
		return !single(h, "Host", func(v string) bool { return v != "" && len(v) < 1000 && goodHost.MatchString(v) })
	}, 400, nil},
	{"content", func(h wire.Head, _ string) bool {
		return len(h.Values("Content-Length"))+len(h.Values("Transfer-Encoding")) > 0
	}, 400, []string{"Connection: close"}},
	{"upgrade", func(h wire.Head, _ string) bool { return !h.HasToken("Upgrade", "websocket") }, 426, []string{"Upgrade: websocket"}},
	{"connection", func(h wire.Head, _ string) bool { return !h.HasToken("Connection", "upgrade") }, 400, nil},
	{"key", func(h wire.Head, _ string) bool {
		return !single(h, "Sec-WebSocket-Key", func(v string) bool {
			key, err := base64.StdEncoding.DecodeString(v)
			return err == nil && len(key) == 16
		})
	}, 400, nil},
	{"version", func(h wire.Head, _ string) bool {
		return !single(h, "Sec-WebSocket-Version", func(v string) bool { return v == "13" })
	}, 426, []string{"Upgrade: websocket", "Sec-WebSocket-Version: 13"}},
	{"protocol", func(h wire.Head, _ string) bool {
		var seen []string
		for _, value := range h.Values("Sec-WebSocket-Protocol") {
			for name := range strings.SplitSeq(value, ",") {
				if name = strings.Trim(name, " \t"); !goodName.MatchString(name) || slices.Contains(seen, name) {
					return true
				}
				if len(seen) < 10 {
					seen = append(seen, name)
				}
			}
		}
		return false
	}, 400, nil},
	{"origin", func(h wire.Head, _ string) bool {
		return len(h.Values("Origin")) > 0 && !single(h, "Origin", func(v string) bool { return v == declared.Origin })
	}, 403, nil},
}

// testFront plays list, of variants each by itself, with a front in virtual time.
func testFront(t *testing.T, newFront func() *front, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	var parts []cases.Case
	for _, c := range list {
		parts = append(parts, c.Parts()...)
	}
	synctest.Test(t, func(t *testing.T) {
		client := fuzzer.Client{
			Config: fuzzer.Config{Declared: declared, Dialler: pipeDialler(func(nc net.Conn) { newFront().serve(nc) })},
			URL:    "ws://peer", Agent: "front", Parallel: 1,
		}
		if err := client.Run(t.Context(), parts, func(p fuzzer.Played) error { played = append(played, p); return nil }); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour) // until the last connection has ended
	})
	return played
}
