package peers

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserStart is how long the browser may take to start, on a busy machine.
const browserStart = time.Minute

// lookInterval is how often the page is looked at while the browser runs the cases.
const lookInterval = 50 * time.Millisecond

// MissingChromium says why the browser cannot be started; empty: it can.
func MissingChromium() string {
	if _, err := exec.LookPath("chromium"); err != nil {
		return "chromium is not installed: run apt-get install chromium"
	}
	return ""
}

// Chromium starts a headless browser until the test ends. The result is the context
// for the actions of package chromedp.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("with -short no browser is started")
	}
	require(t, MissingChromium())
	ctx, stop, err := StartChromium(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return ctx
}

// StartChromium starts a headless browser that keeps its data in dir, until stop is
// called. The result is the context for the actions of package chromedp. The browser
// asks for nothing by itself, finds no host but this one, and takes its self-signed
// certificates.
func StartChromium(dir string) (ctx context.Context, stop func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.NoSandbox, // which needs a user other than root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE ::1 , EXCLUDE localhost"),
		chromedp.UserDataDir(dir),
	)
	allocated, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	stop = func() {
		_ = chromedp.Cancel(ctx) // it ends, or is killed by release
		cancel()
		release()
	}
	late := time.AfterFunc(browserStart, cancel) // a deadline would end the browser later
	defer late.Stop()
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("chromium does not start: %w", err)
	}
	return ctx, stop, nil
}

// DriveChromium loads the page of the web port that tests the browser and waits until
// it has run all cases. The query of pageURL has to start the run: ?agent=NAME&run=1.
func DriveChromium(ctx context.Context, t testing.TB, pageURL string) error {
	t.Helper()
	browser := Chromium(t)
	browser, cancel := context.WithCancelCause(browser)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()

	faults, err := Faults(browser)
	if err != nil {
		return fmt.Errorf("chromium: %w", err)
	}
	const ended = chromedp.CSS("body[data-state=done], body[data-state=failed]")
	err = chromedp.Do(browser, chromedp.Navigate(pageURL), chromedp.WaitReady(ended, chromedp.RetryInterval(lookInterval)))
	switch {
	case err != nil && browser.Err() != nil:
		return fmt.Errorf("chromium: %w", context.Cause(browser))
	case err != nil:
		return fmt.Errorf("chromium: %w", err)
	}
	outcome, err := chromedp.Run(browser, chromedp.Evaluate[[]string](`[document.body.dataset.state, document.querySelector("#status").textContent]`))
	switch {
	case err != nil:
		return fmt.Errorf("chromium: %w", err)
	case outcome[0] != "done":
		return fmt.Errorf("chromium: %s", outcome[1])
	}
	return faults()
}

// Faults notes what goes wrong in the scripts of the pages of browser from now on. The
// function that it returns says what that was.
func Faults(browser context.Context) (faults func() error, err error) {
	var mu sync.Mutex
	var seen []error
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Errorf(format, args...))
	}
	err = chromedp.Listen(browser, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			note("exception: %v", e.ExceptionDetails)
		case *runtime.EventConsoleAPICalled:
			note("console.%s was called", e.Type)
		}
	})
	return func() error {
		mu.Lock()
		defer mu.Unlock()
		return errors.Join(seen...)
	}, err
}
