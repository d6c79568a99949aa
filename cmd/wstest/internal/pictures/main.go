// Pictures makes the pictures of reports that the documentation shows. It plays some
// cases with two built-in servers, one that conforms and one that does not, has a
// headless Chromium show the report, and writes what that looks like as PNGs.
//
//	go run ./cmd/wstest/internal/pictures          into docs/
//	go run ./cmd/wstest/internal/pictures -o DIR   elsewhere
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/net/websocket"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/echo"
	"gobahn/cmd/wstest/internal/recorded"
	"gobahn/fuzzer"
	"gobahn/report"
)

// limit is how long all of it may take.
const limit = 5 * time.Minute

// played are the cases of the report: few chapters, and some with each verdict.
var played = []string{"1.1.*", "2.*", "3.*", "4.1.*", "7.1.*", "7.3.*", "7.13.*", "12.1.1"}

// shown is the case whose page is shown. The server that does not conform fails it.
const shown = "3.6"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("pictures", flag.ContinueOnError)
	outdir := flags.String("o", "", "`directory` of the pictures (default docs/ of the module)")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected %q", flags.Arg(0))
	}
	if *outdir == "" {
		root, err := recorded.Root()
		if err != nil {
			return err
		}
		*outdir = filepath.Join(root, "docs")
	}
	dir, err := os.MkdirTemp("", "pictures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := playAll(ctx, dir); err != nil {
		return err
	}
	return takeAll(ctx, dir, *outdir)
}

// A peer is a server to test.
type peer struct {
	name  string
	serve func(context.Context, net.Listener) error
}

var serversUnderTest = []peer{
	{"gorilla/websocket", echo.Serve},
	{"x/net/websocket", serveXNet},
}

// serveXNet is an echo server that pays no attention to reserved bits, nor to much else.
func serveXNet(ctx context.Context, ln net.Listener) error {
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: websocket.Server{Handler: func(conn *websocket.Conn) {
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		for {
			var message []byte
			if websocket.Message.Receive(conn, &message) != nil || websocket.Message.Send(conn, message) != nil {
				return
			}
		}
	}}}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// playAll plays the cases with all servers and writes the report into dir.
func playAll(ctx context.Context, dir string) error {
	list, err := cases.Select(cases.Catalogue, played, nil)
	if err != nil {
		return err
	}
	run := report.Run{Product: "Gobahn", Profile: "autobahn", Seed: 1, Started: time.Now().UTC()}
	for _, c := range list {
		run.Cases = append(run.Cases, c.ID)
	}
	w, err := report.Open(dir, run)
	if err != nil {
		return err
	}
	for _, p := range serversUnderTest {
		if err := p.play(ctx, list, w); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return w.Finish()
}

// play starts the server, plays list with it and stops it.
func (p peer) play(ctx context.Context, list []cases.Case, w *report.Writer) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- p.serve(serving, ln) }()
	client := fuzzer.Client{Config: fuzzer.Config{Seed: 1, Product: "Gobahn"}, URL: "ws://" + ln.Addr().String(), Agent: p.name}
	err = client.Run(ctx, list, func(one fuzzer.Played) error {
		return w.Add(report.Record{Agent: one.Agent, Case: one.Case, Number: one.Number, Observation: one.Observation, Result: one.Result})
	})
	stop()
	return errors.Join(err, <-ended)
}
