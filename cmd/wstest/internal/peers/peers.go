// Package peers starts the real WebSocket implementations that the fuzzer is
// tested against, configured as they were when the reference tested them
// (testdata/autobahn/README.md). All of them listen on and connect to 127.0.0.1.
//
// A test that wants a peer whose runtime is not installed is skipped, with the
// reason; where the environment variable CI is "true" it fails.
package peers

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/websocket"

	"gobahn/cmd/wstest/internal/echo"
)

// Origin is what the fuzzer gives as its Origin to the servers.
const Origin = "http://127.0.0.1"

// A Server is an echo server.
type Server struct {
	Run   string                    // name of its recording
	Lanes int                       // how many cases to play with it at a time
	Start func(t testing.TB) string // starts it until the test ends; the result is its ws URL
}

// Servers are the servers there are recordings of. The badly conforming one lets
// most cases run into their time limits, hence its lanes.
var Servers = []Server{
	{"server-go-xnet", 8, XNet},
	{"server-gorilla", 1, Gorilla},
	{"server-node-ws", 1, Node},
	{"server-py-websockets", 1, Python},
}

// A Client is an echo client that runs the cases of a fuzzing server.
type Client struct {
	Run   string // name of its recording
	Lanes int    // how many of it to play with at a time

	// Require skips the test, or fails it, if the client cannot be started. Drive
	// assumes that it was called, in the goroutine of the test.
	Require func(t testing.TB)

	// Drive runs all cases of the fuzzing server at the ws URL in the name of
	// agent, and has the reports written.
	Drive func(ctx context.Context, t testing.TB, url, agent string) error
}

// Clients are the clients there are recordings of. The one that is recorded in all
// cases and compresses most slowly has two lanes.
var Clients = []Client{
	{"client-gorilla", 1, func(testing.TB) {}, DriveGorilla},
	{"client-node-ws", 2, func(t testing.TB) { t.Helper(); require(t, MissingNode()) }, DriveNode},
	{"client-py-websockets", 1, func(t testing.TB) { t.Helper(); require(t, MissingPython()) }, DrivePython},
}

// Gorilla starts the built-in echo server.
func Gorilla(t testing.TB) string {
	t.Helper()
	return serve(t, echo.Serve)
}

// DriveGorilla runs the built-in echo client.
func DriveGorilla(ctx context.Context, _ testing.TB, url, agent string) error {
	return echo.Drive(ctx, url, agent, nil)
}

// XNet starts an echo server on golang.org/x/net/websocket, which does not
// validate text, ignores reserved bits and answers no close frame with a code.
func XNet(t testing.TB) string {
	t.Helper()
	return serve(t, func(ctx context.Context, ln net.Listener) error {
		server := &http.Server{Handler: websocket.Server{Handler: func(conn *websocket.Conn) {
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			for {
				var message []byte
				if websocket.Message.Receive(conn, &message) != nil || websocket.Message.Send(conn, message) != nil {
					return
				}
			}
		}}}
		defer context.AfterFunc(ctx, func() { server.Close() })()
		_ = server.Serve(ln) // ends when ctx does
		return nil
	})
}

// serve runs a server in this process until the test ends.
func serve(t testing.TB, run func(context.Context, net.Listener) error) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("peer: %v", err)
		}
	})
	return "ws://" + ln.Addr().String()
}

// require skips or fails the test for a reason; an empty one is none.
func require(t testing.TB, missing string) {
	t.Helper()
	switch {
	case missing == "":
	case os.Getenv("CI") == "true":
		t.Fatalf("peer is missing: %s", missing)
	default:
		t.Skipf("peer is missing: %s", strings.TrimSpace(missing))
	}
}
