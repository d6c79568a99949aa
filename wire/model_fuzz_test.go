package wire

import (
	"strings"
	"testing"

	"gobahn/cases"
)

// FuzzStance checks that what the model of a conforming peer takes for a good opening
// handshake is good to the engine, which reads heads with other code, and that no octets
// make the model panic.
func FuzzStance(f *testing.F) {
	const key = "AQIDBAUGBwgJCgsMDQ4PEA=="
	// What the model takes for the path and the host of the server.
	const path, host = "/model-4d9c1f", "model-4d9c1f.example:9001"
	request := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n"
	response := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + AcceptKey(key) + "\r\n"
	for _, fields := range []string{
		"", "\n", " folded: 1\r\n", "X: a\rb\r\n", "X: \x00\r\n", "X : 1\r\n", "Host: x\r\n", "Content-Length: 5, 6\r\n", "Transfer-Encoding: gzip\r\n",
		"Sec-WebSocket-Protocol: a,,b\r\n", "Sec-WebSocket-Extensions: permessage-deflate; a=\"\\1\", ,x\r\n", "Origin: null\r\n", "Expect: 100-continue\r\n",
		"Sec-WebSocket-Version: 13\r\n", "Upgrade: h2c\r\n", "Connection: close\r\n",
	} {
		f.Add([]byte(request + fields + "\r\n"))
		f.Add([]byte(response + fields + "\r\n"))
		f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\n" + response + fields + "\r\n"))
	}
	for role, octets := range map[cases.Role]string{cases.Server: request, cases.Client: response} {
		if stance, why := (cases.Case{Role: role, Opening: &cases.Opening{Octets: cases.Of(octets + "\r\n")}}).Stance(); stance != cases.MustOpen {
			f.Fatalf("nothing would be compared: of a good head the model says %s, %s", stance, why)
		}
	}
	f.Add([]byte("GET http://" + host + path + " HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		if strings.ContainsAny(string(octets), "{}") || len(octets) == 0 {
			return // words that the model replaces, or the conformant head
		}
		o := cases.Opening{Octets: cases.Of(string(octets))}
		for _, role := range []cases.Role{cases.Server, cases.Client} {
			c := cases.Case{Role: role, Opening: &o}
			if stance, _ := c.Stance(); stance != cases.MustOpen {
				c.PredictOpening()
				continue
			}
			rest := []byte(strings.TrimPrefix(string(octets), "\r\n"))
			h, err := ParseHead(rest[:HeadEnd(rest)])
			if role == cases.Server {
				if err == nil {
					err = CheckRequest(h)
				}
				if _, bad := h.Extensions(); err == nil {
					err = bad
				}
			} else {
				for status, bad := h.Status(); err == nil && bad == nil && status/100 == 1 && status != 101; status, bad = h.Status() {
					rest = rest[HeadEnd(rest):]
					h, err = ParseHead(rest[:HeadEnd(rest)])
				}
				if err == nil {
					err = CheckResponse(h, key)
				}
			}
			if err != nil {
				t.Errorf("a %s has to open the WebSocket, says the model, and the engine: %v\n%q", role, err, octets)
			}
		}
	})
}
