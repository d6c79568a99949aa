package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/recorded"
)

// A fuzzing server as users start it: whatever the host in its URL, it is reached on
// every interface, under any name, with offers of extensions that it does not need, and
// there are 517 cases.
func TestEndpointsAreReachedOnAllInterfaces(t *testing.T) {
	dir := t.TempDir()
	server := start(t, "-m", "fuzzingserver", "-w", "ws://192.0.2.1:0", "-u", "0", "-o", dir)
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		address := host + ":" + server.port
		if host == "[::1]" && !reachable(address) {
			t.Log("SKIPPED IPv6: this machine has none")
			continue
		}
		agent := "okhttp/5 " + host
		query := "case=1&agent=okhttp/5%20" + host
		for _, one := range []struct {
			path string
			want []string
		}{
			{"/getCaseCount", []string{"517"}},
			{"/getCaseInfo?case=1", []string{`{"id": "1.1.1", "description": "` + cases.Catalogue[0].Description + `"}`}},
			{"/runCase?" + query, []string{""}},
			{"/getCaseStatus?" + query, []string{`{"behavior": "OK"}`}},
			{"/runCase?casetuple=1.1.2&agent=raw/5", []string{strings.Repeat("*", 125)}},
			{"/updateReports?&agent=another", nil},
		} {
			if diff := cmp.Diff(one.want, converse(t, address, one.path)); diff != "" {
				t.Errorf("%s%s (-want +got)\n%s", host, one.path, diff)
			}
		}
		if got := verdicts(t, dir, agent); got["1.1.1"] != "OK" {
			t.Errorf("%s: verdicts %v", agent, got)
		}
		response, err := http.Get("http://" + address + "/")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: the page has no policy", host)
		}
		if kind := response.Header.Get("Content-Type"); response.StatusCode != 200 || kind != "text/html; charset=utf-8" {
			t.Errorf("%s: a browser gets status %d and %q", host, response.StatusCode, kind)
		}
	}
	converse(t, "127.0.0.1:"+server.port, "/updateReports?agent=a&shutdownOnComplete=true")
	select {
	case <-server.ended:
	case <-time.After(20 * time.Second):
		t.Error("the client's wish has not stopped it")
	}
	if got := server.stop(); got != exitOK {
		t.Errorf("exit status %d, %s", got, server.stderr)
	}
}

// A server that others reach, too, can keep control to those who know a word, or to nobody.
func TestServerIsStoppedOnlyByThoseWhoMay(t *testing.T) {
	for _, face := range []string{"test-client --listen 127.0.0.1:0 --webport 0", "-m fuzzingserver -w ws://127.0.0.1:0 -u 0"} {
		for _, test := range []struct {
			flags    string
			refused  []string // what clients may not ask for
			harmless []string // what they may, and the server goes on
			stops    string   // what stops it; empty: nothing
		}{
			{"", nil, []string{"/updateReports?agent=a"}, "/stopServer"},
			{"", nil, nil, "/updateReports?agent=a&shutdownOnComplete=true"},
			{"--no-stop", []string{"/stopServer"}, []string{"/updateReports?agent=a&shutdownOnComplete=true"}, ""},
			{"--control-token word", []string{"/stopServer", "/stopServer?token=another", "/updateReports?agent=a"},
				[]string{"/getCaseCount", "/updateReports?agent=a&token=word"}, "/stopServer?token=word"},
			{"--no-stop --control-token word", []string{"/stopServer?token=word", "/updateReports?agent=a"},
				[]string{"/updateReports?agent=a&token=word&shutdownOnComplete=true"}, ""},
		} {
			args := face + " --cases 1.1.1 " + test.flags
			server := start(t, append(strings.Fields(args), "-o", t.TempDir())...)
			address := "127.0.0.1:" + server.port
			for _, path := range test.refused {
				if _, response, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+address+path, nil); err == nil || response == nil || response.StatusCode != 403 {
					t.Errorf("%s: %s: %v, %v", args, path, response, err)
				}
			}
			for _, path := range append(test.harmless, "/getCaseCount") {
				converse(t, address, path)
			}
			if test.stops == "" {
				server.stop()
				continue
			}
			converse(t, address, test.stops)
			select {
			case <-server.ended:
			case <-time.After(20 * time.Second):
				t.Errorf("%s: %s does not stop it", args, test.stops)
			}
		}
	}
}

func reachable(address string) bool {
	nc, err := net.Dial("tcp", address)
	if err == nil {
		nc.Close()
	}
	return err == nil
}

// converse opens a WebSocket under a name that is not that of the machine, offers what
// clients offer, sends back what comes, and returns it when the server has closed.
func converse(t *testing.T, address, path string) (messages []string) {
	t.Helper()
	dialer := websocket.Dialer{EnableCompression: true, Subprotocols: []string{"chat"}, HandshakeTimeout: 20 * time.Second}
	c, _, err := dialer.DialContext(t.Context(), "ws://"+address+path, http.Header{"Host": {"host.docker.internal:9001"}})
	if err != nil {
		t.Fatalf("%s%s: %v", address, path, err)
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		kind, b, err := c.ReadMessage()
		if err != nil {
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("%s%s: %v", address, path, err)
			}
			return messages
		}
		messages = append(messages, string(b))
		_ = c.WriteMessage(kind, b) // the server may have closed, which the next read says
	}
}

// The image has what scripts know of the reference's: the command, the directories, the
// port, and both paths of wstest.
func TestImageIsShapedLikeTheReferences(t *testing.T) {
	root, err := recorded.Root()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, image, ok := strings.Cut(string(b), "FROM debian:") // which has sh and bash
	if !ok {
		t.Fatal("the image has no shell")
	}
	for _, want := range []string{
		"WORKDIR /",
		"VOLUME /config /reports",
		"EXPOSE 9001",
		`CMD ["wstest", "--mode", "fuzzingserver", "--spec", "/config/fuzzingserver.json"]`,
		"COPY --from=build /wstest /usr/local/bin/wstest",
		"ln -s /usr/local/bin/wstest /opt/pypy/bin/wstest",
	} {
		if !strings.Contains(image, want) {
			t.Errorf("no %q in\n%s", want, image)
		}
	}
	if strings.Contains(image, "ENTRYPOINT") || strings.Contains(image, "USER") {
		t.Error("scripts set these themselves")
	}
}
