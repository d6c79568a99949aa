package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wstest": main})
}

// TestScripts runs the command line as a user does. $BUSY is a port of the
// loopback interface that is taken, $FREE one on which nothing listens, and $BAD that of
// a server which wants no text, and has no compression.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status},
		Setup: func(env *testscript.Env) error {
			busy, err := net.Listen("tcp", ":0")
			if err != nil {
				return err
			}
			env.Defer(func() { busy.Close() })
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			free.Close()
			bad := httptest.NewServer(http.HandlerFunc(badEcho))
			env.Defer(bad.Close)
			env.Setenv("BAD", port(bad.Listener))
			env.Setenv("BUSY", port(busy))
			env.Setenv("FREE", port(free))
			return nil
		},
	})
}

func port(ln net.Listener) string {
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// badEcho sends messages back, but for text.
func badEcho(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil || kind == websocket.TextMessage || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

// status runs a command and checks its exit status, which exec does not tell.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status STATUS COMMAND [ARGS]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = strconv.Itoa(exit.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s (%v)", got, args[0], err)
	}
}
