// Package web is the web port of a fuzzing server: a page that drives the visiting
// browser through the cases, and the reports. It also serves a directory of reports by
// itself, and shows how far the run has come that writes them.
//
// It serves nothing else. Of the reports' directory it serves what reports consist
// of, and follows no link out of it; no page runs a script but /browser.js or
// /live.js, or connects to anything but the fuzzing server.
package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/netutil"

	"gobahn/cases"
	"gobahn/templates"
)

// The limits of the server.
const (
	maxConns    = 256              // served at a time; further ones wait
	requestWait = 10 * time.Second // for a request
	answerWait  = time.Minute      // for the visitor to take the answer
	idleWait    = time.Minute      // for the next request
	stopWait    = time.Second      // for answers on their way when the server ends
	headLimit   = 64 << 10         // octets of the head of a request
)

// caseLimit is longer than any case of the reference takes, which is 480 s.
const caseLimit = 500 * time.Second

// A Site is the pages of one fuzzing server.
type Site struct {
	Product   string        // name and version of the tester
	Cases     []cases.Case  // those of the fuzzing server; number 1 is the first
	Port      int           // of the fuzzing server
	TLS       bool          // it takes wss, not ws
	Outdir    string        // directory of the reports
	CaseLimit time.Duration // after which the browser gives up a case; 0: 500 s
}

// Handler is the handler of the site. The paths of the reports are /reports/ and, as
// with the reference, /cwd/ and where they are below the working directory.
func (s Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.page(templates.LandingPage))
	mux.HandleFunc("/test_browser.html", s.page(templates.BrowserPage))
	mux.HandleFunc("/browser.js", text("text/javascript", templates.BrowserScript))
	mux.HandleFunc("/style.css", text("text/css", templates.SiteStylesheet()))
	mux.HandleFunc("/icon.svg", text("image/svg+xml", templates.SiteIcon))
	mux.Handle(reportsPath, below(reportsPath, reports(s.Outdir)))
	if prefix := workingPrefix(s.Outdir); prefix != "" {
		mux.Handle(workingPath, below(prefix, reports(s.Outdir)))
	}
	return guarded(mux)
}

// guarded allows no method that changes anything, and sets what all answers have.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "want GET or HEAD", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page serves one of the templates. Where the port of the fuzzing server is mapped to
// another, ?port= says to which.
func (s Site) page(template func(templates.Site) templ.Component) http.HandlerFunc {
	shown := templates.Site{
		Product: s.Product, Port: s.Port, TLS: s.TLS, Reports: reportsPath,
		CaseLimit: cmp.Or(s.CaseLimit, caseLimit), Chapters: chapters(s.Cases),
	}
	return func(w http.ResponseWriter, r *http.Request) {
		site := shown
		if port := r.FormValue("port"); port != "" {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil || n == 0 {
				http.Error(w, fmt.Sprintf("port %.40q: want a number from 1 to 65535", port), http.StatusBadRequest)
				return
			}
			site.Port = int(n)
		}
		var body bytes.Buffer
		if err := template(site).Render(r.Context(), &body); err != nil {
			http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Security-Policy", policy(site))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body.Bytes())
	}
}

// policy is the Content-Security-Policy of a page. The host is any, as the server does
// not know under which name the visitor has reached it.
func policy(site templates.Site) string {
	scheme := "ws"
	if site.TLS {
		scheme = "wss"
	}
	return fmt.Sprintf("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' %s://*:%d; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", scheme, site.Port)
}

// text serves a file that is part of the program.
func text(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType+"; charset=utf-8")
		_, _ = w.Write([]byte(body))
	}
}

// Serve serves h on ln until ctx is done, and then returns nil. It closes ln, and
// returns within two seconds of the end of ctx.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:        h,
		ReadTimeout:    requestWait,
		WriteTimeout:   answerWait,
		IdleTimeout:    idleWait,
		MaxHeaderBytes: headLimit,
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		timed, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		if server.Shutdown(timed) != nil {
			server.Close()
		}
	})
	err := server.Serve(netutil.LimitListener(ln, maxConns))
	if stop() {
		server.Close()
		return fmt.Errorf("web port: %w", err)
	}
	<-ended
	return nil
}
