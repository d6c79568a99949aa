package web

import (
	"bytes"
	"net/http"
	"sync"
	"time"

	"gobahn/report"
	"gobahn/templates"
)

// livePolicy is the Content-Security-Policy of the page about a run that goes on.
const livePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// lookInterval is how old what visitors see may be.
const lookInterval = 250 * time.Millisecond

// A Viewer is the pages of a directory of reports: the report, and how far the run has
// come that writes it.
type Viewer struct {
	Product string // name and version of the tester
	Dir     string // of the reports, which need not exist yet

	follower *report.Follower

	mu     sync.Mutex
	last   report.Progress
	looked time.Time
}

// Handler is the handler of the pages: /report/ is the report, /live how far the run
// has come, and / the one of them that there is more to see of.
func (v *Viewer) Handler() http.Handler {
	v.follower = report.Follow(v.Dir)
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", v.home)
	mux.HandleFunc("/live", v.live)
	mux.HandleFunc("/live.js", text("text/javascript", templates.LiveScript))
	mux.HandleFunc("/style.css", text("text/css", templates.LiveStylesheet()))
	mux.HandleFunc("/icon.svg", text("image/svg+xml", templates.SiteIcon))
	mux.Handle(reportPath, below(reportPath, reports(v.Dir)))
	return guarded(mux)
}

const reportPath = "/report/"

// look is how far the run has come. However many visitors there are, the directory is
// not looked at more often.
func (v *Viewer) look() report.Progress {
	v.mu.Lock()
	defer v.mu.Unlock()
	if time.Since(v.looked) >= lookInterval {
		v.last, v.looked = v.follower.Look(), time.Now()
	}
	return v.last
}

func (v *Viewer) home(w http.ResponseWriter, r *http.Request) {
	target := "/live"
	if v.look().Stage == report.Ended {
		target = reportPath
	}
	http.Redirect(w, r, target, http.StatusTemporaryRedirect)
}

func (v *Viewer) live(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if err := templates.LivePage(v.shown(v.look())).Render(r.Context(), &body); err != nil {
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", livePolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body.Bytes())
}

// shown is what the page shows of p.
func (v *Viewer) shown(p report.Progress) templates.Live {
	l := templates.Live{
		Product: v.Product, Dir: v.Dir, Report: reportPath, Now: time.Now(),
		Running: p.Stage == report.Running, Ended: p.Stage == report.Ended,
		Written: p.Written, Planned: p.Planned(), Behind: p.Behind, Trouble: p.Trouble,
	}
	if len(p.Runs) > 0 {
		l.Started = p.Runs[0].Started
	}
	for _, a := range p.Agents {
		l.Agents = append(l.Agents, templates.LiveAgent{Name: a.Agent, Played: a.Played, Verdicts: a.Verdicts, ClosedBadly: a.ClosedBadly})
	}
	for _, f := range p.Failures {
		l.Failures = append(l.Failures, templates.LiveFailure(f))
	}
	return l
}
