package conformance

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gobahn/fuzzer"
)

// TestServer tests the server at url, each case as a subtest of t. See [Server] for the
// URL.
func TestServer(t *testing.T, url string, o Options) {
	t.Helper()
	o.Agent = cmp.Or(o.Agent, t.Name())
	s, err := newServerSuite(t.Context(), url, o)
	if err != nil {
		t.Fatalf("conformance: %v", err)
	}
	s.test(t)
}

// TestHandler tests a server of its own that serves handler, each case as a subtest of t.
func TestHandler(t *testing.T, handler http.Handler, o Options) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	TestServer(t, server.URL, o)
}

// TestClient tests a client, each case as a subtest of t.
func TestClient(t *testing.T, play Player, o Options) {
	t.Helper()
	o.Agent = cmp.Or(o.Agent, t.Name())
	s, stop, err := newClientSuite(t.Context(), play, o)
	if err != nil {
		t.Fatalf("conformance: %v", err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Errorf("conformance: %v", err)
		}
	}()
	s.test(t)
}

// test plays the cases as subtests of t.
func (s *suite) test(t *testing.T) {
	t.Helper()
	s.each(func(p fuzzer.Played) {
		t.Run(string(p.Case.ID), func(t *testing.T) { s.testCase(t, p) })
	})
	if err := s.finish(); err != nil {
		t.Errorf("conformance: %v", err)
	}
	if s.reports != nil {
		t.Logf("report: %s", s.reports.Index())
	}
}

// reserve is how long before the time of a test is over cases are given up, so that
// there is time for the report.
const reserve = 2 * time.Second

// testCase plays a case as the test t.
func (s *suite) testCase(t *testing.T, p fuzzer.Played) {
	t.Helper()
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		limited, cancel := context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
		ctx = limited
	}
	r, err := s.result(ctx, p)
	switch {
	case err != nil:
		t.Fatalf("conformance: %v", err)
	case r.Status == Failed:
		t.Errorf("\n%s", r.Text)
	case r.Status == Skipped:
		t.Skip(r.Text)
	default:
		t.Log(r.Text)
	}
}
