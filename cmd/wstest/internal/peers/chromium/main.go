// Command chromium is an echo client in a headless Chromium, to be tested:
//
//	chromium URL AGENT            runs all cases of a fuzzing server
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/chromedp/chromedp"

	"gobahn/cmd/wstest/internal/peers"
)

//go:embed page.html
var page []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "chromium:", err)
		os.Exit(1)
	}
}

// run has the browser load a page that runs all cases, and waits until it has.
func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("want chromium URL AGENT")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	site := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})}
	go func() { _ = site.Serve(ln) }() // until it is closed
	defer site.Close()

	dir, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	browser, quit, err := peers.StartChromium(dir)
	if err != nil {
		return err
	}
	defer quit()
	browser, cancel := context.WithCancelCause(browser)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()

	query := url.Values{"url": {args[0]}, "agent": {args[1]}}
	err = chromedp.Do(browser, chromedp.Navigate("http://"+ln.Addr().String()+"/?"+query.Encode()),
		chromedp.WaitReady(chromedp.CSS("body[data-done]")))
	if err != nil && browser.Err() != nil {
		return context.Cause(browser)
	}
	return err
}
