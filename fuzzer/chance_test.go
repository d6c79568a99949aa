package fuzzer_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// lenientServer takes any request for an opening handshake, and answers the key that is in
// it, whatever that is. Then it goes.
func lenientServer(nc net.Conn) {
	defer nc.Close()
	in := bufio.NewReader(nc)
	key := ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if strings.TrimSpace(line) == "" {
			break
		}
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Sec-WebSocket-Key") {
			key = strings.TrimSpace(value)
		}
	}
	fmt.Fprintf(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", wire.AcceptKey(key))
	_, _ = io.Copy(io.Discard, nc)
}

// Of a request that chance has spoilt nobody can say what it still is: who takes it, and
// answers the key that it has, has not failed.
func TestWhoTakesASpoiltRequestHasNotFailed(t *testing.T) {
	list, _ := cases.Select(cases.All, []string{"21.4.4"}, nil)
	list[0].Alive = false // which would be a conversation
	err := run(t, &fuzzer.Client{Config: dialling(lenientServer)}, list, func(p fuzzer.Played) error {
		for i, part := range p.Result.Parts {
			name := p.Case.Variants[i].Opening.Octets.String()
			if part.Verdict == cases.Failed && !strings.Contains(part.Says, `Accept: "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w="`) { // of no key: it cannot be read
				t.Errorf("%s: %s", name, part.Says)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
