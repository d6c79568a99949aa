package main

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"

	"gobahn/wire/leaks"
)

func TestMain(m *testing.M) {
	testscript.Main(leaks.Watch(m), map[string]func(){"wstest": main, "mortal": mortal})
}

// TestScripts runs the command line as a user does. $BUSY is a port of the
// loopback interface that is taken; on $FREE, $FREE2 … $FREE5 nothing listens. They
// stand for their numbers in the files of a script, too. $BAD is the port of a server
// which wants no text, no message of more than 65536 octets, and has no compression.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "listening": listening,
		},
		Setup: func(env *testscript.Env) error {
			busy, err := net.Listen("tcp", ":0")
			if err != nil {
				return err
			}
			env.Defer(func() { busy.Close() })
			bad := httptest.NewServer(http.HandlerFunc(badEcho))
			env.Defer(bad.Close)
			env.Setenv("BAD", port(bad.Listener))
			env.Setenv("BUSY", port(busy))
			names := []string{"FREE5", "FREE4", "FREE3", "FREE2", "FREE"} // the longer ones first, in files
			for _, name := range names {
				free, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				defer free.Close() // when all have one of their own
				env.Setenv(name, port(free))
			}
			return expandFiles(env, names)
		},
	})
}

// expandFiles puts the values of variables in the place of $NAME in the files of a
// script.
func expandFiles(env *testscript.Env, names []string) error {
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, "$"+name, env.Getenv(name))
	}
	expand := strings.NewReplacer(pairs...)
	return filepath.WalkDir(env.WorkDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".json" {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, []byte(expand.Replace(string(b))), 0o666)
	})
}

// listening waits until something listens on a port.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listening PORT")
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if nc, err := net.Dial("tcp", "localhost:"+args[0]); err == nil {
			nc.Close()
			return
		}
	}
	ts.Fatalf("nothing listens on port %s", args[0])
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
	conn.SetReadLimit(65536)
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
